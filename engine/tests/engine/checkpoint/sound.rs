//! Sound files.

use std::collections::BTreeMap;

use serde::Deserialize;
use tch::Kind;

use super::*;

#[derive(Deserialize)]
struct Sound {
    /// What each file holds.
    files: BTreeMap<String, String>,
    /// The tensors of that.
    values: BTreeMap<String, BTreeMap<String, Numbers>>,
}

#[derive(Clone, Deserialize)]
struct Numbers {
    shape: Vec<i64>,
    values: Vec<f64>,
}

#[test]
fn every_form_gives_the_tensors_that_pytorch_reads() {
    let text = std::fs::read(folder().join("sound.json")).expect("the values");
    let sound: Sound = serde_json::from_slice(&text).expect("sound");
    assert_eq!(files("sound").len(), sound.files.len());
    for (file, held) in &sound.files {
        let checkpoint = open(&folder().join("sound").join(file)).expect("sound");
        let mut wanted = sound.values[held].clone();
        for name in checkpoint.names() {
            let plain = name.strip_prefix("module.").unwrap_or(name);
            let Numbers { shape, values } = wanted.remove(plain).expect(name);
            let place = checkpoint.place(name).expect("there");
            let tensor = checkpoint.tensor(place).expect("memory");
            assert_eq!(tensor.kind(), place.kind, "{file}: {name}");
            assert_eq!(tensor.size(), shape, "{file}: {name}");
            assert_eq!(place.shape, shape, "{file}: {name}");
            let found = tensor.to_kind(Kind::Double).reshape([-1]);
            let found = Vec::<f64>::try_from(found).expect("numbers");
            assert_eq!(found, values, "{file}: {name}");
        }
        // Only what PyTorch before 0.4.1 did not have may be left.
        let left = wanted
            .keys()
            .all(|name| name.ends_with("num_batches_tracked"));
        assert!(left, "{file}: {:?}", wanted.keys());
    }
}
