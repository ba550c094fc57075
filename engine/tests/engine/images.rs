//! Images in folders and in Parquet files, held against torchvision and Pillow by what `make_images.py` in the repository's
//! `tests/reference` wrote down.

mod broken;
mod flawed;
mod folders;
mod parquet;
mod pixels;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kdp::plan::{DataFrom, DataTask, Datum, InputFile, Node, Split, Task, Wanted};
use kdp::store::{Listing, Store};
use kdp::vocabulary::SOURCES;
use kdp_engine::data::{self, Loaded, Samples};
use tch::Device;

use super::nodes::{call, node, shape};

/// A file or folder of the reference.
pub fn reference(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference");
    folder.join(name)
}

/// What is declared of images in folders.
pub struct Declared<'a> {
    pub folder: &'a Path,
    pub size: [i64; 3],
    pub train: i64,
    pub test: i64,
    pub more: &'a [(&'a str, Datum)],
}

/// The node of images of two classes in a folder, as the plan would see them now.
pub fn images(declared: &Declared) -> Node {
    let mut files = BTreeMap::new();
    for (role, name) in [("train", "train"), ("test", "val")] {
        let path = declared.folder.join(name);
        let listing = Listing::read(&path, &Wanted::Images, &|_, _| ()).ok();
        let digest = listing.map(|listing| listing.digest());
        files.insert(role.to_string(), InputFile { path, digest });
    }
    let digests = files
        .iter()
        .filter_map(|(role, file)| Some((role.clone(), file.digest?)));
    let size = declared.size.map(Datum::Int).to_vec();
    let mut args = vec![
        ("shape", Datum::List(size)),
        ("classes", Datum::Int(2)),
        ("train", Datum::Int(declared.train)),
        ("test", Datum::Int(declared.test)),
    ];
    args.extend(declared.more.iter().cloned());
    let mut shape = shape(declared.train, declared.test);
    shape.sample = declared.size.into();
    shape.classes = 2;
    let task = DataTask {
        from: DataFrom::Source {
            source: call(SOURCES, "image_folder", &args),
            files: digests.collect(),
        },
        transforms: vec![],
        shape,
    };
    Node {
        files,
        ..node("photos", Task::Data(task))
    }
}

pub fn word(name: &str) -> Datum {
    Datum::Text(name.to_string())
}

pub fn load(store: &Path, node: &Node, split: Split) -> Loaded {
    let entry = Store::at(store).find(node.key).expect("in the store");
    let map = |blob: &str| Ok::<_, data::DataError>(entry.map(blob).expect("a blob"));
    data::load(split, Device::Cpu, map).expect("a split")
}

/// What the object of a node tells without a blob being opened.
pub fn summary(store: &Path, node: &Node) -> serde_json::Value {
    let entry = Store::at(store).find(node.key).expect("in the store");
    entry.manifest.summary
}

/// The pixels of stored images, one image after the other.
pub fn pixels(samples: &Samples) -> Vec<u8> {
    match &samples.inputs {
        data::Inputs::Images { pixels, .. } => pixels.iter().flatten().copied().collect(),
        other => panic!("{other}"),
    }
}

/// A folder's copy.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("there") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("copied")),
        }
    }
}
