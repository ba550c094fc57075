//! A data set larger than what may be in memory of it.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use kdp::plan::Task;

use super::language::planned;
use super::*;

/// Images of 192 kB each, decoded.
const IMAGES: usize = 1200;

/// A folder of them, in two classes: one file under many names.
fn write_images(folder: &Path) {
    let pixels = (0..3 * 256 * 256).map(|at| (at / 7 % 251) as u8);
    let image: Vec<u8> = b"P6 256 256 255\n".iter().copied().chain(pixels).collect();
    let first = folder.join("image.ppm");
    fs::write(&first, image).expect("written");
    for (split, count) in [("train", IMAGES / 2), ("val", 1)] {
        for class in ["a", "b"] {
            let folder = folder.join(split).join(class);
            fs::create_dir_all(&folder).expect("made");
            for nth in 0..count {
                fs::hard_link(&first, folder.join(format!("{nth}.ppm"))).expect("linked");
            }
        }
    }
}

/// Bytes that a process holds in memory of its own. Pages of mapped files are not among them: the system takes them
/// back when it wants to.
fn held(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("Linux tells it");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.expect("the size").trim().trim_end_matches(" kB");
    1024 * kilobytes.parse::<u64>().expect("a number")
}

/// The most that a process holds while something is done.
fn most_held(process: u32, work: impl FnOnce()) -> u64 {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = 0;
            while !done.load(Relaxed) {
                most = held(process).max(most);
                thread::sleep(Duration::from_millis(2));
            }
            most
        });
        work();
        done.store(true, Relaxed);
        watch.join().expect("watched")
    })
}

#[test]
fn a_large_set_is_never_in_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let (images, store) = (folder.path().join("images"), folder.path().join("store"));
    fs::create_dir(&images).expect("made");
    write_images(&images);
    let declared = format!(
        "image_folder(\"{}\", shape: [3, 256, 256], classes: 2, train: {IMAGES}, test: 2",
        images.display()
    );
    let plan = planned(&format!(
        "use std.archs.mlp\nuse std.recipes.quick\n\
         dataset encoded = {declared}, keep: encoded)\n\
         dataset resized = {declared}) |> resize(240)\n\
         recipe few = quick with {{ batch: 8, length: 6 steps }}\n\
         model one = mlp([2]) {{ data: resized.train, recipe: few }}\n\
         model other = mlp([2]) {{ data: encoded.train, recipe: few }}\n"
    ));
    let all = (IMAGES * 3 * 256 * 256) as u64;
    // What watches a training asks its model in blocks of 256 images.
    for node in plan
        .nodes()
        .filter(|node| !matches!(node.task, Task::Observe(_)))
    {
        let mut worker = Worker::start();
        let before = held(worker.id());
        let most = most_held(worker.id(), || {
            worker.run_all(&[node], &store);
        });
        // A part of images, or some batches and what libtorch needs.
        let [more, bound] = [most.saturating_sub(before), all / 2].map(|bytes| bytes >> 20);
        println!("{}: {more} MB, {bound} at most", node.id);
        assert!(more < bound, "{}: {more} MB, {bound} at most", node.id);
    }
}
