//! The store and folders of data: their digests, and parts of objects that are made of them.

// A test may fail where it stands.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use kdp::plan::{Digest, Key, Wanted};
use kdp::store::{Listing, Lookup, Mapped, Slot, Store, Work};

fn set_back(path: &Path) {
    // What changed a moment ago is not remembered: it could change again unseen.
    let hour = std::time::Duration::from_secs(3600);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(std::time::SystemTime::now() - hour)
        .unwrap();
}

fn slot(store: &Store, key: Key) -> Slot {
    match store.lookup(key).unwrap() {
        Lookup::Miss(slot) => slot,
        Lookup::Hit(_) => panic!("{key} should not be there"),
    }
}

/// Writes a part down.
fn put(work: &Work, name: &str, bytes: &[u8]) -> Mapped {
    work.stream(name, |out| out.write_all(bytes)).unwrap()
}

#[test]
fn a_folders_digest_is_that_of_its_paths_and_contents() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("data");
    for (path, text) in [
        ("b/one.jpg", "1"),
        ("a/two.jpg", "2"),
        ("a b/x.jpg", ""),
        ("top.png", "t"),
    ] {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let read = || Listing::read(&folder, &Wanted::Images, &|_, _| ()).unwrap();
    let listing = read();
    let paths: Vec<&str> = listing.0.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["a b/x.jpg", "a/two.jpg", "b/one.jpg", "top.png"]);
    assert_eq!(listing.0[1].digest, Digest::of_bytes(b"2"));
    for stranger in [
        "a/.DS_Store",
        "a/.hidden.jpg",
        "a/Thumbs.db",
        "README",
        "b/notes.txt",
    ] {
        fs::write(folder.join(stranger), "h").unwrap();
        assert_eq!(read().digest(), listing.digest(), "{stranger} is no data");
    }

    let mut seen = vec![listing.digest()];
    let steps: [&dyn Fn(); 4] = [
        &|| fs::write(folder.join("val_annotations.txt"), "1").unwrap(),
        &|| fs::write(folder.join("a/two.jpg"), "3").unwrap(),
        &|| fs::rename(folder.join("a/two.jpg"), folder.join("b/two.jpg")).unwrap(),
        &|| fs::remove_file(folder.join("b/one.jpg")).unwrap(),
    ];
    for step in steps {
        step();
        let digest = read().digest();
        assert!(!seen.contains(&digest));
        seen.push(digest);
    }
    assert!(Listing::read(&root.path().join("nothing"), &Wanted::Images, &|_, _| ()).is_err());
    std::os::unix::fs::symlink(&folder, folder.join("back")).unwrap();
    let error = Listing::read(&folder, &Wanted::Images, &|_, _| ());
    let error = error.unwrap_err().to_string();
    assert!(error.contains("link back"), "{error}");
}

#[test]
fn a_folder_is_read_again_where_a_file_in_it_changed() {
    let root = tempfile::tempdir().unwrap();
    let (folder, store) = (root.path().join("data"), root.path().join("store"));
    let store = Store::open(&store).unwrap();
    fs::create_dir_all(folder.join("a")).unwrap();
    fs::write(folder.join("a/x"), "one").unwrap();
    let wanted = Wanted::Texts { ignore: vec![] };
    let bytes = Mutex::new(vec![]);
    let digest = || {
        let reading = |done, all| bytes.lock().unwrap().push((done, all));
        store.digest_of_folder(&folder, &wanted, &reading).unwrap()
    };
    let first = digest();
    assert_eq!(std::mem::take(&mut *bytes.lock().unwrap()), [(3, 3)]);
    let listing = store.listing(first).expect("it is kept");
    assert_eq!(listing.0[0].path, "a/x");
    assert!(
        store.remembered_folder(&folder, &wanted).is_err(),
        "it is not settled"
    );

    std::thread::sleep(std::time::Duration::from_millis(2100));
    assert_eq!(digest(), first);
    assert_eq!(std::mem::take(&mut *bytes.lock().unwrap()), [(3, 3)]);
    assert_eq!(digest(), first);
    fs::write(folder.join("README"), "a stranger").unwrap();
    fs::write(folder.join("a/.DS_Store"), "another").unwrap();
    assert_eq!(store.remembered_folder(&folder, &wanted).unwrap(), first);
    assert!(bytes.lock().unwrap().is_empty(), "it was not read again");

    fs::write(folder.join("a/x"), "two").unwrap();
    set_back(&folder.join("a/x"));
    assert_ne!(digest(), first, "the same size, an old time");
    fs::remove_dir_all(store.root().join("listings")).unwrap();
    assert!(store.listing(first).is_none());
}

#[test]
fn parts_outlive_their_process_until_the_object_is_there() {
    let root = tempfile::tempdir().unwrap();
    let key = Key::of(&"object");
    let place = root.path().join("work").join(key.hex());
    {
        let store = Store::open(root.path()).unwrap();
        let slot = slot(&store, key);
        let work = slot.work().unwrap();
        assert!(work.find("a").unwrap().is_none());
        assert_eq!(&*put(&work, "a", b"part"), b"part");
        fs::write(place.join("b.unfinished"), "half").unwrap();
    }
    let store = Store::open(root.path()).unwrap();
    let work = slot(&store, key).work().unwrap();
    assert_eq!(&*work.find("a").unwrap().expect("it is there"), b"part");
    assert_eq!(&*put(&work, "b", b"whole"), b"whole");

    // A week later nobody goes on with it.
    let week = std::time::Duration::from_secs(8 * 24 * 3600);
    let old = std::time::SystemTime::now() - week;
    fs::File::open(&place).unwrap().set_modified(old).unwrap();
    Store::open(root.path()).unwrap();
    assert!(!place.exists());

    let held = slot(&store, key);
    put(&held.work().unwrap(), "a", b"part");
    store.clear_work().unwrap();
    assert!(place.exists(), "somebody makes it");
    drop(held);
    store.clear_work().unwrap();
    assert!(!place.exists());
}

/// Images and texts in folders.
const DATA: &str = r#"
dataset photos = image_folder("photos", shape: [3, 8, 8], classes: 2, train: 2, test: 2)
dataset texts = folder_text(
  "texts/train",
  "texts/test",
  labels: ["neg", "pos"],
  ignore: ["unsup"],
  encoding: utf8,
  length: 8,
  tokens: bytes(),
  train: 2,
  test: 2
)
"#;

/// The keys of the data sets, as `kdp plan` tells them.
fn keys(folder: &Path) -> [String; 2] {
    let kdp = std::process::Command::new(env!("CARGO_BIN_EXE_kdp"))
        .args(["plan", "a.kdp", "--json"])
        .current_dir(folder)
        .env("KDP_STORE", "store")
        .output()
        .unwrap();
    let plan: serde_json::Value = serde_json::from_slice(&kdp.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&kdp.stdout)));
    [0, 1].map(|nth| plan["nodes"][nth]["key"].as_str().unwrap().to_string())
}

#[test]
fn a_key_hangs_on_the_samples_of_a_folder_and_on_no_stranger() {
    let root = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("a.kdp", DATA);
    for split in ["train", "test"] {
        for class in ["neg", "pos"] {
            write(&format!("photos/{split}/{class}/a.jpg"), class);
            write(&format!("texts/{split}/{class}/a"), class);
        }
    }
    let [photos, texts] = keys(root.path());
    for stranger in [
        "photos/README.md",
        "photos/train/README",
        "photos/train/pos/.DS_Store",
        "photos/train/pos/Thumbs.db",
        "photos/test/neg/notes.txt",
        "texts/train/urls_pos.txt",
        "texts/train/unsup/0_0.txt",
        "texts/test/pos/more/a.txt",
        "texts/test/pos/.DS_Store",
    ] {
        write(stranger, "a stranger");
        assert_eq!(keys(root.path()), [&*photos, &*texts], "{stranger}");
    }
    let mut seen = vec![photos, texts];
    for sample in [
        "photos/train/pos/b.WEBP",
        "photos/test/neg/a.jpg",
        "photos/test/val_annotations.txt",
        "texts/train/neg/Thumbs.db",
        "texts/test/pos/a",
    ] {
        write(sample, "a sample");
        let nth = usize::from(sample.starts_with("texts"));
        let key = keys(root.path())[nth].clone();
        assert!(!seen.contains(&key), "{sample}");
        seen.push(key);
    }
}
