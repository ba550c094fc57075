//! Pixels against Pillow's and torchvision's.

use kdp::plan::{Datum, Split};
use kdp::vocabulary::{AUGMENTATIONS, TRANSFORMS};
use kdp_engine::blob::read_tensor;
use kdp_engine::data::{Augmentation, Drawn, Epoch, Flaws, Frame, Loaded, Pixels};
use safetensors::SafeTensors;
use serde::Deserialize;
use tch::Tensor;

use super::*;
use crate::nodes::call;
use crate::pipe::Worker;

const EXACT: [i64; 2] = [16, 2];

fn of(folder: &Path, size: [i64; 3], [train, test]: [i64; 2], more: &[(&str, Datum)]) -> Node {
    images(&Declared {
        folder,
        size,
        train,
        test,
        more,
    })
}

/// The same, resized behind its source.
fn resized(of: &Node, side: i64, size: [i64; 3]) -> Node {
    let Task::Data(mut task) = of.task.clone() else {
        panic!("data");
    };
    let side = ("side", Datum::Int(side));
    task.transforms = vec![call(TRANSFORMS, "resize", &[side])];
    task.shape.sample = size.into();
    Node {
        files: of.files.clone(),
        ..node("resized", Task::Data(task))
    }
}

/// The deviations of ImageNet's channels that torchvision's presets divide by.
const STD: [f64; 3] = [0.229, 0.224, 0.225];

/// What torchvision's presets do to an image whose shorter side becomes `resize`, but for the crop.
fn as_imagenet(resize: i64) -> [(&'static str, Datum); 3] {
    let numbers = |numbers: [f64; 3]| Datum::List(numbers.map(Datum::Number).to_vec());
    [
        ("resize", Datum::Int(resize)),
        ("mean", numbers([0.485, 0.456, 0.406])),
        ("std", numbers(STD)),
    ]
}

/// Holds what networks are fed against what torchvision would feed them: by 2 of 255 may a pixel be off, before it is
/// divided by its channel's deviation.
fn hold_inputs(name: &str, data: &Loaded, wanted: &SafeTensors) {
    let wanted = wanted.tensor(&format!("{name}.input")).expect("there");
    let wanted = read_tensor(&wanted).expect("numbers").expect("memory");
    let rows: Vec<usize> = (0..data.samples.len()).collect();
    let found = data.feeder.inputs(&data.samples, &rows, None);
    let found = found.expect("a batch");
    assert_eq!(found.size(), wanted.size(), "{name}");
    let off = (found - wanted).abs().amax([0, 2, 3], false);
    for (channel, std) in STD.iter().enumerate() {
        let off = off.double_value(&[channel as i64]);
        println!("{name}, channel {channel}: inputs are at most {off:.4} off");
        assert!(off <= 2.001 / 255.0 / std, "{name} is off by {off}");
    }
}

/// The largest difference of bytes.
fn off(found: &[u8], wanted: &[u8]) -> u8 {
    assert_eq!(found.len(), wanted.len());
    let differences = found.iter().zip(wanted).map(|(a, b)| a.abs_diff(*b));
    differences.max().expect("pixels")
}

#[test]
fn pixels_are_those_of_pillow_and_torchvision() {
    let bytes = fs::read(reference("images.safetensors")).expect("read");
    let tensors = SafeTensors::deserialize(&bytes).expect("sound");
    let wanted = |name: &str| tensors.tensor(name).expect("there").data().to_vec();
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let exact = of(&reference("images/exact"), [3, 30, 40], EXACT, &[]);
    let grey = of(&reference("images/exact"), [1, 30, 40], EXACT, &[]);
    let photos = of(
        &reference("images/photos"),
        [3, 30, 33],
        [6, 2],
        &as_imagenet(36),
    );
    let resized = resized(&exact, 20, [3, 20, 26]);
    let webp = of(&reference("images/webp"), [3, 30, 40], [10, 2], &[]);
    Worker::start().run_all(&[&exact, &grey, &webp, &photos, &resized], store);
    for (node, split, name, most) in [
        (&exact, Split::Train, "exact.train", 0),
        (&exact, Split::Test, "exact.val", 0),
        (&grey, Split::Train, "exact.grey", 0),
        (&webp, Split::Train, "webp.train", 0),
        (&webp, Split::Test, "webp.val", 0),
        (&resized, Split::Test, "exact.resized", 2),
        (&photos, Split::Train, "photos.train", 2),
        (&photos, Split::Test, "photos.val", 2),
    ] {
        let found = load(store, node, split).samples;
        let off = off(&pixels(&found), &wanted(name));
        assert!(off <= most, "{name} is off by {off}");
        if name.ends_with("train") || name.ends_with("val") {
            let labels = wanted(&format!("{name}.labels"));
            let labels = labels
                .as_chunks()
                .0
                .iter()
                .map(|label| i64::from_le_bytes(*label));
            assert_eq!(found.labels, labels.collect::<Vec<_>>(), "{name}");
        }
    }
    hold_inputs("photos.val", &load(store, &photos, Split::Test), &tensors);
}

/// Whole photographs, of which `make_images.py --full` wrote down what ImageNet's evaluation makes: `make parity`.
#[test]
#[ignore = "needs KDP_PARITY_IMAGES, a folder that `make parity` makes"]
fn whole_photographs_are_those_of_torchvision() {
    let photos = std::env::var_os("KDP_PARITY_IMAGES").expect("a folder");
    let photos = Path::new(&photos);
    let bytes = fs::read(photos.join("full.safetensors")).expect("read");
    let wanted = SafeTensors::deserialize(&bytes).expect("sound");
    let store = tempfile::tempdir().expect("a folder");
    let node = of(
        &photos.join("full"),
        [3, 224, 224],
        [64, 2],
        &as_imagenet(256),
    );
    Worker::start().run_all(&[&node], store.path());
    for (split, name) in [(Split::Train, "train"), (Split::Test, "val")] {
        let data = load(store.path(), &node, split);
        hold_inputs(name, &data, &wanted);
        let found = pixels(&data.samples);
        let wanted = wanted.tensor(name).expect("there");
        let off = off(&found, wanted.data());
        let differ = found
            .iter()
            .zip(wanted.data())
            .filter(|(a, b)| a != b)
            .count();
        println!(
            "{name}: at most {off} off, {:.1}% differ",
            100.0 * differ as f64 / found.len() as f64
        );
        assert!(off <= 2, "{name} is off by {off}");
    }
}

fn inputs(data: &Loaded, epoch: Option<u64>) -> Tensor {
    let crop = call(AUGMENTATIONS, "random_resized_crop", &[]);
    let both = [Augmentation::of(&crop).expect("known"), Augmentation::Flip];
    let mut epoch = epoch.map(|epoch| Epoch::new(&both, 7, epoch));
    let rows = [5, 0, 3, 1, 2, 4];
    let inputs = data.feeder.inputs(&data.samples, &rows, epoch.as_mut());
    inputs.expect("a batch")
}

#[test]
fn images_that_are_kept_encoded_are_fed_as_decoded_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path();
    let resize = ("resize", Datum::Int(36));
    let encoded = [resize.clone(), ("keep", word("encoded"))];
    let [decoded, encoded] = [&[resize][..], &encoded]
        .map(|more| of(&reference("images/photos"), [3, 30, 33], [6, 2], more));
    Worker::start().run_all(&[&decoded, &encoded], store);
    let [decoded, encoded] = [decoded, encoded].map(|node| load(store, &node, Split::Train));
    assert_eq!(decoded.samples.labels, encoded.samples.labels);
    assert_eq!(inputs(&decoded, None), inputs(&encoded, None));
    // Of one that is kept whole, more is seen.
    assert_ne!(inputs(&decoded, Some(0)), inputs(&encoded, Some(0)));
    for data in [&decoded, &encoded] {
        let threads = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads").install(|| inputs(data, Some(0)))
        };
        assert_eq!(threads(1), threads(5));
        assert_ne!(inputs(data, Some(0)), inputs(data, Some(1)));
    }
}

#[derive(Deserialize)]
struct Reference {
    crops: Vec<Case>,
    cut: Cut,
}

#[derive(Deserialize)]
struct Case {
    size: [usize; 2],
    scale: [f64; 2],
    ratio: [f64; 2],
    tries: [[f64; 4]; 10],
    part: [usize; 4],
}

#[derive(Deserialize)]
struct Cut {
    part: [usize; 4],
    size: [i64; 2],
    pixels: Vec<u8>,
}

#[test]
fn a_random_resized_crop_is_that_of_torchvision() {
    let text = fs::read_to_string(reference("images.json")).expect("read");
    let Reference { crops, cut } = serde_json::from_str(&text).expect("as it was written");
    for case in crops {
        let drawn = Drawn {
            scale: case.scale,
            ratio: case.ratio,
            tries: case.tries,
        };
        let [height, width] = case.size;
        assert_eq!(drawn.part(height, width), case.part, "{height}×{width}");
    }
    let file = fs::read(reference("images/photos/train/china/wide.jpg")).expect("read");
    let photo = Pixels::decode(&file, 3, Flaws::Refused).expect("sound");
    let frame = Frame {
        size: [3, cut.size[0], cut.size[1]],
        resize: None,
    };
    let found = frame.cut(&photo, &|_, _| cut.part).planes();
    assert!(
        off(&found, &cut.pixels) <= 2,
        "{}",
        off(&found, &cut.pixels)
    );
}
