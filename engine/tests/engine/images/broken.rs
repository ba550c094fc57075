//! What is wrong with folders of images is told with the file, the record and the declaration.

use super::*;
use crate::pipe::Worker;

/// A change to a folder of images.
type Change = fn(&Path);

fn cut_short(photos: &Path) {
    let path = photos.join("train/flower/a.jpg");
    let bytes = fs::read(&path).expect("read");
    fs::write(path, &bytes[..bytes.len() * 2 / 3]).expect("written");
}

fn cut_short_png(photos: &Path) {
    let path = photos.join("val/flower/a.png");
    let bytes = fs::read(&path).expect("read");
    fs::write(path, &bytes[..bytes.len() / 2]).expect("written");
}

/// A PNG of a few bytes that says it is 60,000 pixels high and wide.
fn bomb(photos: &Path) {
    let mut png = fs::read(photos.join("val/china/a.png")).expect("read");
    for side in [16, 20] {
        png[side..side + 4].copy_from_slice(&60_000u32.to_be_bytes());
    }
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    fs::write(photos.join("val/china/a.png"), png).expect("written");
}

fn remove(path: &Path) {
    match path.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
    .expect("removed");
}

const CASES: &[(Change, &[&str])] = &[
    (
        |photos| {
            let tiff = [b"II*\0".as_slice(), &[0; 60]].concat();
            fs::write(photos.join("train/china/a.jpg"), tiff).expect("written");
        },
        &[
            "train/china/a.jpg` cannot be decoded: it is a TIFF file, which is not read",
            "convert it",
        ],
    ),
    (
        cut_short,
        &[
            "train/flower/a.jpg` cannot be decoded: it is cut short",
            "damaged: skip",
        ],
    ),
    (
        cut_short_png,
        &["val/flower/a.png` cannot be decoded", "damaged: skip"],
    ),
    (
        bomb,
        &["val/china/a.png` cannot be decoded: it says that it is 60000×60000 pixels"],
    ),
    (
        |photos| {
            fs::write(
                photos.join("train/china/a.jpg"),
                [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1],
            )
            .expect("written")
        },
        &["train/china/a.jpg` cannot be decoded: "],
    ),
    (
        |photos| fs::write(photos.join("train/china/a.jpg"), "").expect("written"),
        &["train/china/a.jpg` cannot be decoded: it is empty"],
    ),
    (
        |photos| fs::write(photos.join("train/china/a.jpg"), "<html>").expect("written"),
        &["train/china/a.jpg` cannot be decoded: it is no JPEG, PNG, BMP, PNM or WebP file"],
    ),
    (
        |photos| fs::create_dir(photos.join("train/zebra")).expect("made"),
        &["train` has empty folders of classes; no image is in `zebra`"],
    ),
    (
        |photos| remove(&photos.join("train/china/a.jpg")),
        &[
            "train` holds 15 train images, but 16 are declared",
            "change the declaration",
        ],
    ),
    (
        |photos| remove(&photos.join("val")),
        &[
            "there is no folder `",
            "val` for the test images",
            "train/CLASS/NAME.jpg",
        ],
    ),
    (
        |photos| {
            remove(&photos.join("train/china"));
            fs::create_dir(photos.join("train/china")).expect("made");
        },
        &["train` holds 1 class, but 2 are declared; no image is in `china`"],
    ),
    (
        |photos| {
            fs::create_dir(photos.join("train/third")).expect("made");
            fs::copy(
                photos.join("val/china/a.png"),
                photos.join("train/third/a.png"),
            )
            .expect("copied");
        },
        &[
            "train` holds 3 classes, but 2 are declared; there are images in `china`, `flower`, `third`",
        ],
    ),
    (
        |photos| remove(&photos.join("val/china")),
        &[
            "val` has no image of the class `china`",
            "both splits have the same classes",
        ],
    ),
    (
        |photos| fs::rename(photos.join("val/china"), photos.join("val/China")).expect("renamed"),
        &["val` has the class `China`, which the training images do not have"],
    ),
    (
        |photos| {
            fs::rename(photos.join("val/china/a.png"), photos.join("val/a.png")).expect("moved")
        },
        &["val/a.png` lies in no folder of a class", "valprep.sh"],
    ),
    (
        |photos| {
            let wide = reference("images/photos/train/china/wide.jpg");
            fs::copy(wide, photos.join("train/china/a.jpg")).expect("copied");
        },
        &[
            "train/china/a.jpg` is 90×190 pixels, but 30×40 is declared",
            "resize: 256",
        ],
    ),
    (
        |photos| {
            fs::create_dir_all(photos.join("val/images")).expect("made");
            for class in ["china", "flower"] {
                let to = photos.join(format!("val/images/{class}.png"));
                fs::rename(photos.join(format!("val/{class}/a.png")), to).expect("moved");
                remove(&photos.join("val").join(class));
            }
            fs::write(photos.join("val/val_annotations.txt"), "china.png\tchina\n")
                .expect("written");
        },
        &["val/val_annotations.txt` has no line for the image `flower.png`"],
    ),
];

#[test]
fn every_kind_of_broken_folder_is_told_plainly() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    let mut worker = Worker::start();
    for (nth, (change, words)) in CASES.iter().enumerate() {
        let photos = folder.path().join(nth.to_string());
        copy(&reference("images/exact"), &photos);
        change(&photos);
        let node = images(&Declared {
            folder: &photos,
            size: [3, 30, 40],
            train: 16,
            test: 2,
            more: &[],
        });
        let (message, help) = worker.failure(&node, &store);
        let said = format!("{message}; {help}");
        for word in *words {
            assert!(said.contains(word), "{said}\nhas not: {word}");
        }
    }
}

#[test]
fn what_changed_since_the_plan_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let (photos, store) = (folder.path().join("photos"), folder.path().join("store"));
    copy(&reference("images/exact"), &photos);
    let declared = Declared {
        folder: &photos,
        size: [3, 30, 40],
        train: 16,
        test: 2,
        more: &[],
    };
    // As `kdp` plans it, with a listing that is kept; and without one.
    let node = images(&declared);
    fs::write(photos.join("train/china/a.jpg"), "other").expect("written");
    let mut worker = Worker::start();
    let (said, _) = worker.failure(&node, &store);
    assert!(said.contains("the files of the folder `"), "{said}");
    copy(&reference("images/exact"), &photos);
    let keeping = Store::open(&store).expect("a store");
    for split in ["train", "val"] {
        keeping
            .digest_of_folder(&photos.join(split), &Wanted::Images, &|_, _| ())
            .expect("read");
    }
    for (change, words) in [
        (
            Some("other"),
            "train/china/a.jpg` has changed since the run was planned",
        ),
        (None, "train/china/a.jpg` is not there"),
    ] {
        let path = photos.join("train/china/a.jpg");
        match change {
            Some(text) => fs::write(path, text).expect("written"),
            None => remove(&path),
        }
        let (said, _) = worker.failure(&node, &store);
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn images_that_are_left_out_are_not_among_those_declared() {
    let folder = tempfile::tempdir().expect("a folder");
    let (photos, store) = (folder.path().join("photos"), folder.path().join("store"));
    copy(&reference("images/exact"), &photos);
    cut_short(&photos);
    let node = images(&Declared {
        folder: &photos,
        size: [3, 30, 40],
        train: 16,
        test: 2,
        more: &[("damaged", word("skip"))],
    });
    let (said, _) = Worker::start().failure(&node, &store);
    let wanted = "holds 15 train images, but 16 are declared; left out as damaged: `flower/a.jpg`";
    assert!(said.contains(wanted), "{said}");
}
