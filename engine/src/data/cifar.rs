//! CIFAR's binary files (Krizhevsky 2009): records of one label byte (CIFAR-10) or a coarse and a
//! fine one (CIFAR-100), then the pixels, channel by channel.

use std::path::Path;

use super::DataError;
use super::files::Files;
use super::samples::{Declared, Samples};

/// The roles of the files of a split: the files' names without `.bin`.
fn roles(files: &Files, split: &str) -> &'static [&'static str] {
    let of_100 = files.has("train");
    match (split, of_100) {
        ("train", true) => &["train"],
        ("train", false) => &[
            "data_batch_1",
            "data_batch_2",
            "data_batch_3",
            "data_batch_4",
            "data_batch_5",
        ],
        (_, true) => &["test"],
        (_, false) => &["test_batch"],
    }
}

/// The samples of a split.
pub fn read(files: &Files, shape: [i64; 3], declared: &Declared) -> Result<Samples, DataError> {
    let label_bytes = if files.has("train") { 2 } else { 1 };
    let record = label_bytes + shape.iter().product::<i64>() as usize;
    split(files, shape, declared, |path, bytes, images| {
        if bytes.len() % record != 0 {
            return Err(DataError::Records {
                path: path.to_path_buf(),
                record,
                found: bytes.len(),
            });
        }
        let samples = bytes.chunks_exact(record).map(|sample| {
            // The fine label stands right before the pixels.
            images.extend_from_slice(&sample[label_bytes..]);
            sample[label_bytes - 1]
        });
        Ok(samples.collect())
    })
}

/// The samples of a split's files one after the other; `read` puts the pixels of a file behind those before, and
/// gives its labels.
pub(super) fn split(
    files: &Files,
    shape: [i64; 3],
    declared: &Declared,
    read: impl Fn(&Path, &[u8], &mut Vec<u8>) -> Result<Vec<u8>, DataError>,
) -> Result<Samples, DataError> {
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    let mut counts = Vec::new();
    for role in roles(files, declared.split) {
        let (path, bytes) = files.read(role)?;
        let own = read(&path, &bytes, &mut images)?;
        declared.hold_labels(&path, &own)?;
        counts.push((path, own.len()));
        labels.extend(own);
    }
    declared.hold_counts(&counts)?;
    Ok(Samples::of_images(shape, images, &labels))
}
