//! JPEGs whose coded data is damaged, which Pillow decodes and says nothing of.

use kdp::plan::{Datum, Split};
use kdp_engine::data::{Flaws, Pixels};
use safetensors::SafeTensors;
use serde_json::json;

use super::*;
use crate::pipe::Worker;

/// What is wrong with each of `flawed/train/china`, in their order. `flower/long.jpg` has bytes too many at its end,
/// and is sound.
const FLAWS: [(&str, &str); 4] = [
    ("overwritten", "bad Huffman code"),
    ("progressive", "bad Huffman code"),
    ("shortened", "premature end of data segment"),
    ("unsynchronised", "found marker 0xd5 instead of RST0"),
];

fn flawed(train: i64, more: &[(&str, Datum)]) -> Node {
    images(&Declared {
        folder: &reference("images/flawed"),
        size: [3, 30, 40],
        train,
        test: 2,
        more,
    })
}

#[test]
fn what_is_made_up_is_an_error_or_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let mut worker = Worker::start();
    let (message, help) = worker.failure(&flawed(5, &[]), store);
    // Of the first one, however many threads decode.
    let (name, flaw) = FLAWS[0];
    let wanted = format!("{name}.jpg` cannot be decoded: its coded data is damaged: {flaw}");
    assert!(message.ends_with(&wanted), "{message}");
    assert!(help.contains("`damaged: keep`"), "{help}");

    for keep in ["decoded", "encoded"] {
        let node = flawed(1, &[("damaged", word("skip")), ("keep", word(keep))]);
        worker.run_all(&[&node], store);
        let first = FLAWS.map(|(name, flaw)| {
            json!({
                "split": "train",
                "sample": format!("china/{name}.jpg"),
                "why": format!("its coded data is damaged: {flaw}"),
            })
        });
        let left_out = json!({ "count": 4, "first": first });
        assert_eq!(summary(store, &node)["left_out"], left_out);
        assert_eq!(load(store, &node, Split::Train).samples.index, [4]);
    }
}

/// libjpeg decodes larger files several blocks at once, and says nothing then of codes that there are not.
#[test]
fn large_files_are_looked_at_as_closely() {
    let sound = fs::read(reference("images/photos/train/china/odd.jpg")).expect("read");
    let decoded = |file: &[u8], flaws| Pixels::decode(file, 3, flaws);
    assert!(decoded(&sound, Flaws::Refused) == decoded(&sound, Flaws::Kept));
    let mut file = sound;
    let ones = [0xff, 0].repeat(40);
    file[3000..3080].copy_from_slice(&ones);
    let told = decoded(&file, Flaws::Refused)
        .map(drop)
        .expect_err("damaged");
    assert_eq!(
        told.to_string(),
        "its coded data is damaged: bad Huffman code"
    );
    assert!(decoded(&file, Flaws::Kept).is_ok());
}

#[test]
fn what_is_kept_is_what_pillow_makes_up() {
    let bytes = fs::read(reference("images.safetensors")).expect("read");
    let tensors = SafeTensors::deserialize(&bytes).expect("sound");
    let wanted = tensors.tensor("flawed.train").expect("there");
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let kept = [("damaged", word("keep"))];
    let node = flawed(5, &kept);
    let encoded = flawed(5, &[kept[0].clone(), ("keep", word("encoded"))]);
    let mut worker = Worker::start();
    worker.run_all(&[&node, &encoded], store);
    let found = pixels(&load(store, &node, Split::Train).samples);
    assert!(found == wanted.data());
    let [node, encoded] = [&node, &encoded].map(|node| {
        let data = load(store, node, Split::Train);
        let rows: Vec<usize> = (0..5).collect();
        data.feeder
            .inputs(&data.samples, &rows, None)
            .expect("a batch")
    });
    assert_eq!(node, encoded);

    // What Pillow does not decode either is not kept.
    let photos = folder.path().join("photos");
    copy(&reference("images/flawed"), &photos);
    let path = photos.join("train/china/overwritten.jpg");
    let file = fs::read(&path).expect("read");
    fs::write(&path, &file[..file.len() - 300]).expect("written");
    let short = images(&Declared {
        folder: &photos,
        size: [3, 30, 40],
        train: 5,
        test: 2,
        more: &kept,
    });
    let (message, _) = worker.failure(&short, store);
    assert!(message.ends_with("it is cut short"), "{message}");
}
