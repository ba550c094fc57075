//! The store under bad weather: killed writers, damage, full and read-only disks, races.

// A test may fail where it stands.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kdp::plan::{Digest, Facts, Key, Split, SplitRef};
use kdp::store::{About, Entry, Lookup, Made, OUTPUTS, OutputsOf, Slot, Store, StoreError};

fn about(facts: Facts) -> About {
    About {
        kind: "data".into(),
        facts,
        main: "main.bin".into(),
        summary: serde_json::json!({ "count": 3, "share": 0.1 }),
        made: Made {
            waited: 0.0,
            kdp: "0.1.0".into(),
            libtorch: "2.13.0".into(),
            device: "cpu".into(),
            threads: 1,
            seconds: 0.25,
            at: "2026-01-02T03:04:05Z".into(),
        },
    }
}

fn facts(name: &str) -> Facts {
    Facts::Record([("name".to_string(), Facts::Text(name.into()))].into())
}

fn miss(store: &Store, key: Key) -> Slot {
    match store.lookup(key).expect("the store works") {
        Lookup::Miss(slot) => slot,
        Lookup::Hit(_) => panic!("{key} should not be there"),
    }
}

fn put(store: &Store, name: &str) -> Entry {
    let mut slot = miss(store, Key::of(&name));
    slot.write("main.bin", name.as_bytes()).expect("written");
    slot.write("other.bin", &[7; 1000]).expect("written");
    slot.commit(about(facts(name))).expect("committed")
}

/// Every file of a folder, for "nothing was left behind".
fn files(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> = fs::read_dir(folder)
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    all.sort();
    all
}

#[test]
fn what_is_committed_is_found_whole_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let made = put(&store, "first");
    assert_eq!(made.manifest.digest(), Some(Digest::of_bytes(b"first")));
    assert_eq!(
        made.manifest.bytes(),
        5 + 1000 + made.manifest.blobs["facts.json"].bytes
    );

    let again = Store::open(folder.path()).unwrap();
    let found = again.find(made.key).expect("a later process finds it");
    assert_eq!(found.manifest, made.manifest);
    assert_eq!(found.read("main.bin").unwrap(), b"first");
    assert_eq!(fs::read(found.path("other.bin")).unwrap(), [7; 1000]);
    assert!(matches!(again.lookup(made.key).unwrap(), Lookup::Hit(_)));
    assert_eq!(again.keys().unwrap(), [made.key]);
    assert!(files(&again.root().join("staging")).is_empty());
    assert!(again.take_warnings().is_empty());

    assert!(matches!(
        found.read("nothing"),
        Err(StoreError::NoBlob { .. })
    ));
    assert!(again.find(Key([9; 32])).is_none());
}

#[test]
fn a_slot_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let key = Key::of(&"dropped");
    let mut slot = miss(&store, key);
    slot.write("main.bin", b"half").unwrap();
    drop(slot);
    assert!(store.find(key).is_none());
    assert!(files(&store.root().join("staging")).is_empty());
    drop(miss(&store, key));
}

#[test]
fn a_writer_keeps_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let key = Key::of(&"rules");
    let mut slot = miss(&store, key);
    for name in ["../up", "/etc/x", "manifest.json", "", ".", "a/b"] {
        let error = slot.write(name, b"x").expect_err(name);
        assert!(
            matches!(error, StoreError::Refused { .. }),
            "{name}: {error}"
        );
    }
    let error = slot.commit(about(facts("rules"))).unwrap_err();
    assert!(
        error.to_string().contains("`main.bin` was not written"),
        "{error}"
    );

    // JSON holds no NaN: such a manifest could never be read back.
    let mut slot = miss(&store, key);
    slot.write("main.bin", b"x").unwrap();
    let mut about = about(facts("rules"));
    about.made.seconds = f64::NAN;
    assert!(matches!(
        slot.commit(about),
        Err(StoreError::Refused { .. })
    ));
    assert!(store.find(key).is_none());
}

#[test]
fn damage_is_a_warned_miss_and_can_be_made_anew() {
    type Damage = fn(&Entry);
    let cases: [(&str, Damage); 6] = [
        ("manifest edited", |entry| {
            let path = entry.path("manifest.json");
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains("0.25"));
            fs::write(&path, text.replace("0.25", "0.26")).unwrap();
        }),
        ("manifest truncated", |entry| {
            let path = entry.path("manifest.json");
            let text = fs::read(&path).unwrap();
            fs::write(&path, &text[..text.len() / 2]).unwrap();
        }),
        ("manifest gone", |entry| {
            fs::remove_file(entry.path("manifest.json")).unwrap();
        }),
        ("blob truncated", |entry| {
            fs::write(entry.path("other.bin"), [7; 999]).unwrap();
        }),
        ("blob gone", |entry| {
            fs::remove_file(entry.path("other.bin")).unwrap();
        }),
        ("empty blob", |entry| {
            fs::write(entry.path("main.bin"), []).unwrap();
        }),
    ];
    for (what, damage) in cases {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let entry = put(&store, "prey");
        damage(&entry);
        assert!(store.find(entry.key).is_none(), "{what}");
        let warnings = store.take_warnings();
        assert_eq!(warnings.len(), 1, "{what}: {warnings:?}");
        assert!(warnings[0].contains("damaged"), "{what}: {warnings:?}");
        assert!(store.verify(entry.key).is_err(), "{what}");

        let again = put(&store, "prey");
        assert_eq!(
            store.find(again.key).unwrap().read("main.bin").unwrap(),
            b"prey"
        );
        assert_eq!(store.aside().unwrap(), 1, "{what}");
    }
}

#[test]
fn a_blob_with_a_flipped_bit_is_never_handed_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let entry = put(&store, "flip");
    let mut bytes = fs::read(entry.path("other.bin")).unwrap();
    bytes[500] ^= 1;
    fs::write(entry.path("other.bin"), bytes).unwrap();

    assert!(store.verify(entry.key).is_err());
    assert_eq!(entry.read("main.bin").unwrap(), b"flip");
    let error = entry.read("other.bin").unwrap_err();
    assert!(
        matches!(error, StoreError::Damaged { aside: true, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("other.bin"), "{error}");
    drop(miss(&store, entry.key));

    // A reader with an old entry must not move a good new object aside.
    put(&store, "flip");
    assert_eq!(entry.read("other.bin").unwrap(), [7; 1000]);
}

#[test]
fn a_blob_is_written_piece_by_piece_and_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let mut slot = miss(&store, Key::of(&"pieces"));
    let pieces = |out: &mut dyn Write| (0..200u8).try_for_each(|n| out.write_all(&[n; 9_000]));
    let digest = slot.stream("main.bin", pieces).expect("written");
    let mut whole = vec![];
    pieces(&mut whole).unwrap();
    assert_eq!(digest, Digest::of_bytes(&whole));
    assert!(
        slot.stream("main.bin", pieces).is_err(),
        "a name is written once"
    );
    let entry = slot.commit(about(facts("pieces"))).expect("committed");
    assert_eq!(&*entry.map("main.bin").unwrap(), whole);

    // What is cut short, or is not what was written, is no bus error but damage.
    let path = entry.path("main.bin");
    for damage in [&whole[..1000], &[&[1], &whole[1..]].concat()] {
        fs::write(&path, damage).unwrap();
        let error = entry.map("main.bin").unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        let again = store.folder(entry.key);
        fs::create_dir_all(&again).unwrap();
    }
}

/// A change that leaves the size and the time of modification as they were.
fn change_unseen(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let file = fs::File::options().write(true).open(path).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    bytes[0] ^= 1;
    (&file).write_all(&bytes).unwrap();
    file.set_modified(modified).unwrap();
}

#[test]
fn a_blob_that_has_changed_since_it_was_verified_is_not_handed_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let read = |entry: &Entry| entry.read("other.bin").map(|_| ());
    let map = |entry: &Entry| entry.map("other.bin").map(|_| ());
    for (name, open) in [("read", &read as &dyn Fn(&Entry) -> _), ("mapped", &map)] {
        let entry = put(&store, name);
        // From now on what is seen of it is remembered.
        std::thread::sleep(Duration::from_millis(2200));
        for _ in 0..2 {
            open(&entry).unwrap();
        }
        change_unseen(&entry.path("other.bin"));
        let error = open(&entry).unwrap_err();
        assert!(
            matches!(error, StoreError::Damaged { aside: true, .. }),
            "{name}: {error}"
        );
        // One that is made anew is another file.
        put(&store, name);
        open(&entry).unwrap();
    }
}

#[test]
fn an_object_under_another_key_is_not_taken_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let entry = put(&store, "one");
    let other = Key::of(&"two");
    fs::create_dir_all(store.folder(other).parent().unwrap()).unwrap();
    fs::rename(store.folder(entry.key), store.folder(other)).unwrap();
    assert!(store.find(other).is_none());
    assert!(store.take_warnings()[0].contains("belongs to"));
}

#[test]
fn removal_and_sizes() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (a, b) = (put(&store, "a"), put(&store, "b"));
    assert!(store.bytes(a.key) > 1000);
    assert_eq!(store.unreached(&[a.key].into()).unwrap(), [b.key]);
    store.remove(b.key).unwrap();
    assert_eq!(store.keys().unwrap(), [a.key]);
    assert!(files(&store.root().join("staging")).is_empty());
}

#[test]
fn outputs_stay_with_their_model_and_their_data() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (model, other, data) = (
        put(&store, "model"),
        put(&store, "other"),
        put(&store, "data"),
    );
    let of = |model: &Entry| OutputsOf {
        model: model.key,
        on: SplitRef {
            data: data.key,
            split: Split::Train,
        },
    };
    let outputs = [&model, &other].map(|model| {
        let mut slot = miss(&store, Key::of(&model.key));
        slot.write("main.bin", b"logits").expect("written");
        let about = About {
            kind: OUTPUTS.into(),
            summary: serde_json::to_value(of(model)).unwrap(),
            ..about(facts("outputs"))
        };
        let entry = slot.commit(about).expect("committed");
        assert_eq!(OutputsOf::object(&entry), Some(of(model)));
        entry.key
    });
    assert_eq!(OutputsOf::object(&model), None);

    let views = [&model, &other, &data].map(|of| store.outputs().join(of.key.hex()));
    for folder in &views {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("0.blocks"), [0; 1000]).unwrap();
    }
    of(&model).write(&views[0]).unwrap();
    of(&other).write(&views[1]).unwrap();
    fs::write(views[2].join("of.json"), "{").unwrap();

    let kept = [model.key, data.key].into();
    let mut unreached = [other.key, outputs[1]];
    unreached.sort();
    assert_eq!(store.unreached(&kept).unwrap(), unreached);
    assert_eq!(store.unreached(&[model.key].into()).unwrap().len(), 4);
    let gone = store.unreached_views(&kept).unwrap();
    let mut folders: Vec<_> = gone.iter().map(|views| views.folder.clone()).collect();
    folders.sort();
    let mut wanted = views[1..].to_vec();
    wanted.sort();
    assert_eq!(folders, wanted);
    for views in &gone {
        assert!(views.bytes >= 1000);
        store.remove_views(views).unwrap();
    }
    assert!(views[0].exists() && !views[1].exists() && !views[2].exists());
}

#[test]
fn a_file_in_place_of_a_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    for root in [file.clone(), file.join("below")] {
        let error = Store::open(&root).unwrap_err();
        assert!(
            error.to_string().contains(&root.display().to_string()),
            "{error}"
        );
        assert!(error.help().is_some(), "{error}");
    }
    assert!(Store::open(Path::new("/proc/kdp-store")).is_err());
}

/// Runs `check` with a small file system of its own; says so and does nothing where this machine
/// does not let it mount one.
fn on_small_disk(check: impl FnOnce(&Path, &dyn Fn(&str))) {
    let folder = tempfile::tempdir().unwrap();
    let mount = |options: &str| {
        Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "kdp-test"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if !mount("size=256k") {
        eprintln!("not tested: this machine does not let a test mount a tmpfs");
        return;
    }
    struct Unmount<'a>(&'a Path);
    impl Drop for Unmount<'_> {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(self.0).status();
        }
    }
    let _unmount = Unmount(folder.path());
    check(folder.path(), &|options| {
        assert!(mount(options), "{options}")
    });
}

#[test]
fn a_full_disk_is_called_full_and_the_store_stays_whole() {
    on_small_disk(|root, _| {
        let store = Store::open(root).unwrap();
        let kept = put(&store, "kept");
        let key = Key::of(&"large");
        let mut slot = miss(&store, key);
        let error = slot.write("main.bin", &[1; 1_000_000]).unwrap_err();
        assert!(error.to_string().contains("the disk is full"), "{error}");
        assert!(error.to_string().contains("main.bin"), "{error}");
        assert!(
            error
                .help()
                .is_some_and(|help| help.contains("kdp store gc"))
        );
        drop(slot);
        assert!(store.find(key).is_none());
        assert_eq!(
            store.find(kept.key).unwrap().read("main.bin").unwrap(),
            b"kept"
        );
        assert!(files(&store.root().join("staging")).is_empty());
    });
}

#[test]
fn a_read_only_store_can_be_read_and_says_why_it_cannot_be_written() {
    on_small_disk(|root, remount| {
        let kept = put(&Store::open(root).unwrap(), "kept");
        remount("remount,ro");
        let store = Store::open(root).unwrap();
        assert_eq!(
            store.find(kept.key).unwrap().read("main.bin").unwrap(),
            b"kept"
        );
        let error = store.lookup(Key::of(&"new")).unwrap_err();
        assert!(error.to_string().contains("read-only"), "{error}");
        let error = Store::open(&root.join("below")).unwrap_err();
        assert!(error.to_string().contains("read-only"), "{error}");
    });
}

#[test]
fn digests_of_files_are_remembered_and_never_stale() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store")).unwrap();
    let file = folder.path().join("data.bin");
    fs::write(&file, "one").unwrap();
    let memory = store.root().join("digests.json");

    // Fresh files are read every time: an edit within the clock's grain must be seen.
    for text in ["one", "two", "six"] {
        fs::write(&file, text).unwrap();
        let digest = store.digest_of_file(&file).unwrap();
        assert_eq!(digest, Digest::of_bytes(text.as_bytes()));
    }
    assert!(!memory.exists());

    std::thread::sleep(Duration::from_millis(2200));
    store.digest_of_file(&file).unwrap();
    let text = fs::read_to_string(&memory).unwrap();
    assert!(text.contains("data.bin"));

    // What is remembered is used, and a damaged memory is no memory.
    let digest = Digest::of_bytes(b"six");
    let again = Store::open(store.root()).unwrap();
    assert_eq!(again.digest_of_file(&file).unwrap(), digest);
    let lie = text.replacen(&digest.hex(), &Digest::of_bytes(b"lie").hex(), 1);
    assert_ne!(lie, text);
    for damage in [lie.as_str(), &text[..40], "", "[]"] {
        fs::write(&memory, damage).unwrap();
        let again = Store::open(store.root()).unwrap();
        assert_eq!(again.digest_of_file(&file).unwrap(), digest, "{damage}");
    }
    fs::write(&file, "new").unwrap();
    assert_eq!(
        store.digest_of_file(&file).unwrap(),
        Digest::of_bytes(b"new")
    );
    assert!(store.digest_of_file(&folder.path().join("none")).is_err());
}

/// Runs one of the functions below in a process of its own.
fn child(name: &str, root: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env("KDP_TEST_STORE", root)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn root_of_parent() -> Option<std::path::PathBuf> {
    std::env::var_os("KDP_TEST_STORE").map(Into::into)
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
#[ignore = "the other process of a test below"]
fn child_that_stops_before_the_commit() {
    let Some(root) = root_of_parent() else { return };
    let store = Store::open(&root).unwrap();
    let mut slot = miss(&store, Key::of(&"killed"));
    slot.write("main.bin", b"all of it").unwrap();
    fs::write(root.join("ready"), "").unwrap();
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn a_killed_writer_leaves_nothing_that_is_taken_for_finished() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let key = Key::of(&"killed");
    let mut writer = child("child_that_stops_before_the_commit", folder.path());
    wait_for("the writer is ready", || {
        folder.path().join("ready").exists()
    });

    // While it lives its work is not swept away.
    Store::open(folder.path()).unwrap();
    assert_eq!(files(&store.root().join("staging")).len(), 1);

    writer.kill().unwrap();
    writer.wait().unwrap();
    assert!(store.find(key).is_none());
    Store::open(folder.path()).unwrap();
    assert!(files(&store.root().join("staging")).is_empty());
    // Its lock died with it.
    put(&store, "killed");
}

#[test]
#[ignore = "the other process of a test below"]
fn child_that_races() {
    let Some(root) = root_of_parent() else { return };
    let store = Store::open(&root).unwrap();
    if let Lookup::Miss(mut slot) = store.lookup(Key::of(&"race")).unwrap() {
        let log = root.join(format!("made-{}", std::process::id()));
        fs::write(log, "").unwrap();
        slot.write("main.bin", b"race").unwrap();
        std::thread::sleep(Duration::from_millis(200));
        slot.commit(about(facts("race"))).unwrap();
    }
    let entry = store.find(Key::of(&"race")).unwrap();
    assert_eq!(entry.read("main.bin").unwrap(), b"race");
}

#[test]
fn of_racing_processes_one_makes_and_the_others_wait_and_hit() {
    let folder = tempfile::tempdir().unwrap();
    let mut racers: Vec<_> = (0..4)
        .map(|_| child("child_that_races", folder.path()))
        .collect();
    for racer in &mut racers {
        assert!(racer.wait().unwrap().success());
    }
    let made = files(folder.path())
        .iter()
        .filter(|name| name.starts_with("made-"))
        .count();
    assert_eq!(made, 1);
}
