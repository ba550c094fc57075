//! IDX files as MNIST ships them (LeCun et al. 1998): a big-endian magic number, one big-endian
//! size a dimension, then the bytes.

use std::path::Path;

use super::DataError;
use super::files::{Files, unpack};
use super::samples::{Declared, Samples};

const IMAGES: u32 = 0x0000_0803;
const LABELS: u32 = 0x0000_0801;

/// The sizes and the content of an IDX file with `DIMENSIONS` dimensions.
fn parse<'a, const DIMENSIONS: usize>(
    path: &Path,
    bytes: &'a [u8],
    what: &'static str,
    wanted: u32,
) -> Result<([u32; DIMENSIONS], &'a [u8]), DataError> {
    let header = 4 * (1 + DIMENSIONS);
    let word = |at: usize| {
        let word = bytes.get(4 * at..4 * at + 4)?;
        Some(u32::from_be_bytes(word.try_into().ok()?))
    };
    let short = |promised: u64| DataError::Truncated {
        path: path.to_path_buf(),
        promised,
        found: bytes.len() as u64,
    };
    let found = word(0).ok_or_else(|| short(header as u64))?;
    if found != wanted {
        return Err(DataError::Magic {
            path: path.to_path_buf(),
            what,
            found,
            wanted,
        });
    }
    let mut sizes = [0; DIMENSIONS];
    for (place, size) in sizes.iter_mut().enumerate() {
        *size = word(1 + place).ok_or_else(|| short(header as u64))?;
    }
    let promised = sizes
        .iter()
        .fold(1u64, |product, &size| {
            product.saturating_mul(u64::from(size))
        })
        .saturating_add(header as u64);
    match (bytes.len() as u64).cmp(&promised) {
        std::cmp::Ordering::Less => Err(short(promised)),
        std::cmp::Ordering::Greater => Err(DataError::TooLong {
            path: path.to_path_buf(),
            promised,
            found: bytes.len() as u64,
        }),
        std::cmp::Ordering::Equal => Ok((sizes, &bytes[header..])),
    }
}

/// The samples of a file of images and a file of labels, held against the declaration.
pub fn samples(
    shape: [i64; 3],
    declared: &Declared,
    images: (&Path, Vec<u8>),
    labels: (&Path, Vec<u8>),
) -> Result<Samples, DataError> {
    let (path, bytes) = (images.0, unpack(images.0, images.1)?);
    let ([count, height, width], pixels) = parse::<3>(path, &bytes, "images", IMAGES)?;
    let found = [1, i64::from(height), i64::from(width)];
    if found != shape {
        return Err(DataError::Shape {
            path: path.to_path_buf(),
            found: found.to_vec(),
            declared: shape.to_vec(),
        });
    }
    declared.hold_count(path, count as usize)?;

    let (label_path, label_bytes) = (labels.0, unpack(labels.0, labels.1)?);
    let ([label_count], values) = parse::<1>(label_path, &label_bytes, "labels", LABELS)?;
    declared.hold_count(label_path, label_count as usize)?;
    declared.hold_labels(label_path, values)?;
    Ok(Samples::of_images(shape, pixels.to_vec(), values))
}

/// The samples of the files with the roles `<split>_images` and `<split>_labels`.
pub fn read(files: &Files, shape: [i64; 3], declared: &Declared) -> Result<Samples, DataError> {
    let images = files.read(&format!("{}_images", declared.split))?;
    let labels = files.read(&format!("{}_labels", declared.split))?;
    samples(
        shape,
        declared,
        (&images.0, images.1),
        (&labels.0, labels.1),
    )
}
