//! The store and folders of data: their digests, and parts of objects that are made of them.

// A test may fail where it stands.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use kdp::plan::{Digest, Key};
use kdp::store::{Listing, Lookup, Slot, Store};

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

#[test]
fn a_folders_digest_is_that_of_its_paths_and_contents() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("data");
    for (path, text) in [
        ("b/one.jpg", "1"),
        ("a/two.jpg", "2"),
        ("a b/x.jpg", ""),
        ("top", "t"),
    ] {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let read = || Listing::read(&folder, &|_, _| ()).unwrap();
    let listing = read();
    let paths: Vec<&str> = listing.0.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["a b/x.jpg", "a/two.jpg", "b/one.jpg", "top"]);
    assert_eq!(listing.0[1].digest, Digest::of_bytes(b"2"));
    fs::write(folder.join("a/.hidden"), "h").unwrap();
    assert_eq!(
        read().digest(),
        listing.digest(),
        "hidden files are no data"
    );

    let mut seen = vec![listing.digest()];
    let steps: [&dyn Fn(); 3] = [
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
    assert!(Listing::read(&root.path().join("nothing"), &|_, _| ()).is_err());
    std::os::unix::fs::symlink(&folder, folder.join("back")).unwrap();
    let error = Listing::read(&folder, &|_, _| ()).unwrap_err().to_string();
    assert!(error.contains("link back"), "{error}");
}

#[test]
fn a_folder_is_read_again_where_a_file_in_it_changed() {
    let root = tempfile::tempdir().unwrap();
    let (folder, store) = (root.path().join("data"), root.path().join("store"));
    let store = Store::open(&store).unwrap();
    fs::create_dir_all(folder.join("a")).unwrap();
    fs::write(folder.join("a/x"), "one").unwrap();
    let bytes = Mutex::new(vec![]);
    let digest = || {
        let reading = |done, all| bytes.lock().unwrap().push((done, all));
        store.digest_of_folder(&folder, &reading).unwrap()
    };
    let first = digest();
    assert_eq!(std::mem::take(&mut *bytes.lock().unwrap()), [(3, 3)]);
    let listing = store.listing(first).expect("it is kept");
    assert_eq!(listing.0[0].path, "a/x");
    assert!(
        store.remembered_folder(&folder).is_err(),
        "it is not settled"
    );

    std::thread::sleep(std::time::Duration::from_millis(2100));
    assert_eq!(digest(), first);
    assert_eq!(std::mem::take(&mut *bytes.lock().unwrap()), [(3, 3)]);
    assert_eq!(digest(), first);
    assert_eq!(store.remembered_folder(&folder).unwrap(), first);
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
        assert_eq!(&*work.put("a", b"part").unwrap(), b"part");
        fs::write(place.join("b.unfinished"), "half").unwrap();
    }
    let store = Store::open(root.path()).unwrap();
    let work = slot(&store, key).work().unwrap();
    assert_eq!(&*work.find("a").unwrap().expect("it is there"), b"part");
    assert_eq!(&*work.put("b", b"whole").unwrap(), b"whole");

    // A week later nobody goes on with it.
    let week = std::time::Duration::from_secs(8 * 24 * 3600);
    let old = std::time::SystemTime::now() - week;
    fs::File::open(&place).unwrap().set_modified(old).unwrap();
    Store::open(root.path()).unwrap();
    assert!(!place.exists());

    let held = slot(&store, key);
    held.work().unwrap().put("a", b"part").unwrap();
    store.clear_work().unwrap();
    assert!(place.exists(), "somebody makes it");
    drop(held);
    store.clear_work().unwrap();
    assert!(!place.exists());
}
