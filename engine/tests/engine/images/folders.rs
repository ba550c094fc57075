//! Layouts of folders, parts of unfinished objects, and images that are left out.

use kdp::plan::{Datum, Split};
use serde_json::json;

use super::*;
use crate::decoded::decoded_node;
use crate::pipe::Worker;

/// The declaration of `exact`, copied elsewhere.
fn exact<'a>(folder: &'a Path, more: &'a [(&'a str, Datum)]) -> Declared<'a> {
    Declared {
        folder,
        size: [3, 30, 40],
        train: 16,
        test: 2,
        more,
    }
}

#[test]
fn tiny_imagenets_layout_gives_the_same_samples() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tiny, store) = (folder.path().join("tiny"), folder.path().join("store"));
    let official = reference("images/exact");
    let mut annotations = String::new();
    for class in ["china", "flower"] {
        copy(
            &official.join("train").join(class),
            &tiny.join("train").join(class).join("images"),
        );
        let boxes = tiny.join(format!("train/{class}/{class}_boxes.txt"));
        fs::write(boxes, "a.jpg\t0\t0\t62\t62\n").expect("written");
        let name = format!("val_{class}.JPEG");
        fs::create_dir_all(tiny.join("val/images")).expect("made");
        fs::copy(
            official.join(format!("val/{class}/a.png")),
            tiny.join("val/images").join(&name),
        )
        .expect("copied");
        annotations = format!("{name}\t{class}\t0\t32\t44\t62\n{annotations}");
    }
    fs::write(tiny.join("val/val_annotations.txt"), annotations).expect("written");
    let [official, tiny] = [&official, &tiny].map(|folder| images(&exact(folder, &[])));
    assert_ne!(official.key, tiny.key);
    Worker::start().run_all(&[&official, &tiny], &store);
    for split in [Split::Train, Split::Test] {
        let [official, tiny] = [&official, &tiny].map(|node| load(&store, node, split).samples);
        assert_eq!(official, tiny);
    }
}

#[test]
fn damaged_images_are_left_out_where_that_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (photos, store) = (folder.path().join("photos"), folder.path().join("store"));
    copy(&reference("images/exact"), &photos);
    fs::write(photos.join("train/china/b.jpg"), "no image").expect("written");
    let skip = [("damaged", word("skip"))];
    let node = images(&exact(&photos, &skip));
    let mut worker = Worker::start();
    worker.run_all(&[&node], &store);
    let found = load(&store, &node, Split::Train).samples;
    // `B.JPEG`, `a.jpg`, `alpha.png`, then the damaged one.
    assert_eq!(found.index[..4], [0, 1, 2, 4]);
    let left_out = json!({
        "count": 1,
        "first": [{
            "split": "train",
            "sample": "china/b.jpg",
            "why": "it is no JPEG, PNG, BMP, PNM or WebP file",
        }],
    });
    assert_eq!(summary(&store, &node)["left_out"], left_out);
    let whole = images(&exact(&reference("images/exact"), &[]));
    worker.run_all(&[&whole], &store);
    let sound = load(&store, &whole, Split::Train).samples;
    assert_eq!(pixels(&found), pixels(&sound));
    assert_eq!(found.labels, sound.labels);
    assert!(summary(&store, &whole).get("left_out").is_none());

    // Of images that are kept encoded, that they are damaged is found when they are taken too.
    let encoded = [skip[0].clone(), ("keep", word("encoded"))];
    let encoded = images(&exact(&photos, &encoded));
    worker.run_all(&[&encoded], &store);
    assert_eq!(summary(&store, &encoded)["left_out"], left_out);
    let batch = load(&store, &encoded, Split::Train);
    let rows: Vec<usize> = (0..16).collect();
    let fed = batch.feeder.inputs(&batch.samples, &rows, None);
    assert_eq!(fed.expect("sound images").size(), [16, 3, 30, 40]);

    // An image of a format that is not read is not damaged.
    fs::rename(
        photos.join("train/china/b.jpg"),
        photos.join("train/china/b.tiff"),
    )
    .expect("moved");
    let (message, _) = worker
        .run(&images(&exact(&photos, &skip)), &store)
        .expect_err("no reader");
    assert!(message.contains("b.tiff` cannot be decoded"), "{message}");
}

#[test]
fn every_part_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let photos = folder.path();
    copy(&reference("images/exact"), photos);
    let photo = photos.join("train/china/a.jpg");
    for nth in 0..512 {
        let link = photos.join(format!("train/china/x{nth}.jpg"));
        fs::hard_link(&photo, link).expect("linked");
    }
    let mut told = vec![];
    let node = images(&Declared {
        train: 528,
        ..exact(photos, &[])
    });
    decoded_node(&node, &mut |done, all| told.push((done, all))).expect("sound");
    assert_eq!(told, [(512, 530), (528, 530), (530, 530)]);
}

#[test]
fn what_was_decoded_before_is_gone_on_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let (photos, store) = (folder.path().join("photos"), folder.path().join("store"));
    copy(&reference("images/exact"), &photos);
    let photo = fs::read(photos.join("train/china/a.jpg")).expect("read");
    for nth in 0..600 {
        fs::write(photos.join(format!("train/china/x{nth:03}.jpg")), &photo).expect("written");
    }
    let node = images(&Declared {
        train: 616,
        ..exact(&photos, &[])
    });
    // As `kdp` plans it: with listings that are kept.
    let keeping = Store::open(&store).expect("a store");
    for split in ["train", "val"] {
        let read = keeping.digest_of_folder(&photos.join(split), &Wanted::Images, &|_, _| ());
        read.expect("read");
    }
    // One of the second part is not what the plan saw, for a while.
    let later = photos.join("train/flower/few.pgm");
    let few = fs::read(&later).expect("read");
    fs::write(&later, "something else").expect("written");
    let mut worker = Worker::start();
    let (said, _) = worker.run(&node, &store).expect_err("it changed");
    assert!(said.contains("few.pgm` has changed since"), "{said}");
    let part = store.join(format!("work/{}/train.0", node.key));
    let made = || fs::metadata(&part).and_then(|part| part.modified());
    let before = made().expect("the first part outlives the failure");
    worker.failure(&node, &store);
    assert_eq!(made().expect("there"), before, "it is not made again");

    fs::write(&later, few).expect("written");
    // It is not read again: what is in it now would be wrong.
    let mut bytes = fs::read(&part).expect("read");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&part, &bytes).expect("written");
    worker.run_all(&[&node], &store);
    let samples = load(&store, &node, Split::Train).samples;
    assert_eq!(pixels(&samples)[512 * 3600 - 1], bytes[last]);
    assert!(!part.exists(), "parts go when the object is there");
}

#[test]
fn strangers_in_a_folder_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (photos, store) = (folder.path().join("photos"), folder.path().join("store"));
    copy(&reference("images/exact"), &photos);
    let planned = || images(&exact(&photos, &[]));
    let node = planned();
    for stranger in [
        "train/README",
        "train/china/Thumbs.db",
        "val/china/.DS_Store",
    ] {
        fs::write(photos.join(stranger), "a stranger").expect("written");
        assert_eq!(planned().key, node.key, "{stranger}");
    }
    // No listing is kept: the worker lists the folder itself, and finds what the plan found.
    Worker::start().run_all(&[&node], &store);
    fs::write(photos.join("val/china/b.png"), "a sample").expect("written");
    assert_ne!(planned().key, node.key);
}
