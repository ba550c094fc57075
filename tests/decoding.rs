//! A run that is killed again and again while it decodes images goes on where it was, and ends as one left alone.

// A test that cannot read its files fails, and should.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jpeg_encoder::{ColorType, Encoder};
use serde_json::Value;

const FILE: &str = r#"
dataset photos = image_folder(
  "photos",
  shape: [3, 64, 64],
  classes: 2,
  train: 1_024,
  test: 2,
  resize: 64,
  keep: encoded
)
"#;

/// Parts that the training images are decoded in, and the test images.
const PARTS: usize = 8 + 1;

/// Sides of an image: large enough that a part takes some time.
const SIDE: u16 = 384;

/// Photographs of noise, each with a content of its own.
fn write_photos(folder: &Path) {
    let mut state = 1u32;
    let noise = (0..usize::from(SIDE) * usize::from(SIDE) * 3).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let noise: Vec<u8> = noise.collect();
    let mut photo = vec![];
    let encoder = Encoder::new(&mut photo, 80);
    encoder.encode(&noise, SIDE, SIDE, ColorType::Rgb).unwrap();
    for (split, count) in [("train", 1_024), ("val", 2)] {
        for nth in 0..count {
            let class = folder.join(split).join(["a", "b"][nth % 2]);
            fs::create_dir_all(&class).unwrap();
            // What stands behind a photograph's end is not looked at.
            let bytes = [&photo[..], &nth.to_le_bytes()].concat();
            fs::write(class.join(format!("{nth:04}.jpg")), bytes).unwrap();
        }
    }
}

fn start(folder: &Path, store: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_kdp"))
        .args(["run", "a.kdp", "--json"])
        .current_dir(folder)
        .env("KDP_STORE", store)
        .env_remove("KDP_DEVICE")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The one node of a run that ends well.
fn end(run: Child) -> Value {
    let output = run.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let outcome: Value = serde_json::from_str(&text).unwrap();
    outcome["nodes"][0].clone()
}

/// The parts that are finished, by name; each with the file that it is: one that is made again is another.
fn parts(store: &Path) -> BTreeMap<String, (u64, i64)> {
    let objects = fs::read_dir(store.join("work")).into_iter().flatten();
    let parts =
        objects.flat_map(|object| fs::read_dir(object.unwrap().path()).into_iter().flatten());
    let parts = parts.filter_map(|part| {
        let part = part.ok()?;
        let name = part.file_name().into_string().unwrap();
        // One may be renamed, or go with the others, just now.
        let file = part.metadata().ok()?;
        (!name.ends_with(".unfinished")).then(|| (name, (file.ino(), file.mtime_nsec())))
    });
    parts.collect()
}

#[test]
fn decoding_goes_on_where_it_was_killed() {
    let project = tempfile::tempdir().unwrap();
    let folder = project.path();
    fs::write(folder.join("a.kdp"), FILE).unwrap();
    write_photos(&folder.join("photos"));
    let begin = Instant::now();
    let alone = end(start(folder, "alone"));
    let whole = begin.elapsed();

    let store = folder.join("store");
    let mut finished = BTreeMap::new();
    for (kill, later) in [(1, 0.0), (3, 0.5), (4, 0.2), (7, 0.9)] {
        let mut run = start(folder, "store");
        while parts(&store).len() < kill {
            assert!(
                run.try_wait().unwrap().is_none(),
                "it ended before it was killed"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        // Somewhere in the next part.
        std::thread::sleep(whole.mul_f64(later / PARTS as f64 / 2.0));
        run.kill().unwrap();
        assert!(!run.wait().unwrap().success(), "it was too late to kill it");
        let found = parts(&store);
        assert!((kill..PARTS).contains(&found.len()), "{found:?}");
        for (part, file) in &finished {
            assert_eq!(found.get(part), Some(file), "{part} was made twice");
        }
        finished = found;
    }

    let mut run = start(folder, "store");
    let mut seen = 0;
    while run.try_wait().unwrap().is_none() {
        for (part, file) in parts(&store) {
            let before = finished.entry(part.clone()).or_insert(file);
            assert_eq!(*before, file, "{part} was made twice");
            seen += 1;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(seen > 0, "nobody looked");
    let node = end(run);
    assert_eq!(
        [&node["status"], &node["digest"]],
        [&alone["status"], &alone["digest"]]
    );
    assert_eq!(node["key"], alone["key"]);
    assert!(
        parts(&store).is_empty(),
        "parts go when the object is there"
    );
}
