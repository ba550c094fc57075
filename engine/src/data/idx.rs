//! IDX files as MNIST ships them (LeCun et al. 1998): a big-endian magic number, one big-endian
//! size a dimension, then the bytes.

use std::io::Read;
use std::path::Path;

use super::DataError;
use super::content::Content;
use super::files::Files;
use super::samples::{Declared, Samples};

const IMAGES: u32 = 0x0000_0803;
const LABELS: u32 = 0x0000_0801;

/// An IDX file with `DIMENSIONS` dimensions, whose header is read. It is read and unpacked no further than its sizes
/// promise, which are held against the declaration before.
struct Idx<'a, const DIMENSIONS: usize> {
    path: &'a Path,
    content: Content<'a>,
    sizes: [u32; DIMENSIONS],
}

impl<'a, const DIMENSIONS: usize> Idx<'a, DIMENSIONS> {
    fn open(
        path: &'a Path,
        bytes: &'a [u8],
        what: &'static str,
        wanted: u32,
    ) -> Result<Self, DataError> {
        let mut content = Content::of(path, bytes);
        let promised = 4 * (1 + DIMENSIONS) as u64;
        let header = pull(path, &mut content, promised)?;
        let mut words = header.as_chunks().0.iter().copied().map(u32::from_be_bytes);
        let short = || DataError::Truncated {
            path: path.to_path_buf(),
            promised,
            found: header.len() as u64,
        };
        let found = words.next().ok_or_else(short)?;
        if found != wanted {
            return Err(DataError::Magic {
                path: path.to_path_buf(),
                what,
                found,
                wanted,
            });
        }
        let sizes: Vec<u32> = words.collect();
        let sizes = sizes.try_into().map_err(|_| short())?;
        Ok(Self {
            path,
            content,
            sizes,
        })
    }

    /// What is behind the header.
    fn bytes(mut self) -> Result<Vec<u8>, DataError> {
        let path = self.path;
        let header = 4 * (1 + DIMENSIONS) as u64;
        let sizes = self.sizes.iter().map(|&size| u64::from(size));
        let wanted = sizes.fold(1, u64::saturating_mul);
        let promised = wanted.saturating_add(header);
        // One more, so that the end is seen where it is.
        let bytes = pull(path, &mut self.content, wanted.saturating_add(1))?;
        let found = bytes.len() as u64;
        let path = path.to_path_buf();
        match found.cmp(&wanted) {
            std::cmp::Ordering::Less => Err(DataError::Truncated {
                path,
                promised,
                found: found + header,
            }),
            std::cmp::Ordering::Greater => Err(DataError::TooLong { path, promised }),
            std::cmp::Ordering::Equal => Ok(bytes),
        }
    }
}

/// So many bytes; less where the file ends before.
fn pull(path: &Path, content: &mut Content, count: u64) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    match content.take(count).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(reason) => Err(DataError::of_reading(path, reason)),
    }
}

/// The samples of a file of images and a file of labels, held against the declaration.
pub fn samples(
    shape: [i64; 3],
    declared: &Declared,
    (path, images): (&Path, &[u8]),
    (label_path, labels): (&Path, &[u8]),
) -> Result<Samples, DataError> {
    let images = Idx::<3>::open(path, images, "images", IMAGES)?;
    let [count, height, width] = images.sizes;
    let found = [1, i64::from(height), i64::from(width)];
    if found != shape {
        return Err(DataError::Shape {
            path: path.to_path_buf(),
            found: found.to_vec(),
            declared: shape.to_vec(),
        });
    }
    declared.hold_count(path, count as usize)?;
    let labels = Idx::<1>::open(label_path, labels, "labels", LABELS)?;
    declared.hold_count(label_path, labels.sizes[0] as usize)?;
    let labels = labels.bytes()?;
    declared.hold_labels(label_path, &labels)?;
    Ok(Samples::of_images(shape, images.bytes()?, &labels))
}

/// The samples of the files with the roles `<split>_images` and `<split>_labels`.
pub fn read(files: &Files, shape: [i64; 3], declared: &Declared) -> Result<Samples, DataError> {
    let images = files.read(&format!("{}_images", declared.split))?;
    let labels = files.read(&format!("{}_labels", declared.split))?;
    samples(
        shape,
        declared,
        (&images.0, &images.1),
        (&labels.0, &labels.1),
    )
}
