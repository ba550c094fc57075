//! Images decoded, or kept as they are, into parts that outlive their process.

use std::path::Path;

use kdp::store::{Listed, Mapped};
use rayon::prelude::*;

use super::error::ImageError;
use super::folder::{Manner, is_unread};
use super::frame::Misfit;
use crate::data::files::listed;
use crate::data::{DataError, Inputs, Making, Rows};

/// Bytes of a part, about; and how many images it has at least and at most: it is in memory as a whole, and some seconds
/// of work are lost where it is not finished.
const BYTES: i64 = 64 << 20;
const IMAGES: [i64; 2] = [16, 512];

/// Bytes of an image's file, about; some are far larger.
const FILE: i64 = 1 << 19;

/// What is kept of images.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep {
    /// Their pixels in the size of all.
    Decoded,
    /// Their files.
    Encoded,
}

/// Images as they are kept, one a row; a row without bytes is a damaged image.
pub struct Packed(Rows);

impl Packed {
    /// The rows of damaged images.
    pub fn damaged(&self) -> impl Iterator<Item = usize> {
        let lengths = self.0.lengths().enumerate();
        lengths.filter_map(|(row, length)| (length == 0).then_some(row))
    }

    /// What is fed to networks.
    pub fn inputs(self, manner: Manner) -> Inputs {
        match manner.keep {
            Keep::Decoded => Inputs::Images {
                size: manner.frame.size,
                pixels: self.0,
            },
            Keep::Encoded => Inputs::Encoded {
                frame: manner.frame,
                files: self.0,
            },
        }
    }
}

/// Reads images of a folder, in order, part by part; each part by all processors. Parts that are there already
/// are not made again.
pub fn pack(
    folder: &Path,
    files: &[&Listed],
    manner: Manner,
    split: &str,
    making: &mut Making,
) -> Result<Packed, DataError> {
    let mut rows = Rows::default();
    let work = making.work()?;
    let bytes = match manner.keep {
        Keep::Decoded => manner.frame.size.iter().product(),
        Keep::Encoded => FILE,
    };
    let part = (BYTES / bytes.max(1)).clamp(IMAGES[0], IMAGES[1]) as usize;
    for (nth, files) in files.chunks(part).enumerate() {
        let name = format!("{split}.{nth}");
        let kept = work.find(&name)?.and_then(|part| read(part, files.len()));
        let part = match kept {
            Some(part) => part,
            None => {
                let images = files.par_iter().map(|file| image(folder, file, manner));
                let images: Vec<Vec<u8>> = images.collect::<Result<_, _>>()?;
                let part = read(work.put(&name, &write(&images))?, files.len());
                part.ok_or_else(|| DataError::Object(format!("its part `{name}` is cut short")))?
            }
        };
        rows.append(&part);
        making.told(files.len());
    }
    Ok(Packed(rows))
}

/// What is kept of an image; nothing of one that is damaged, where such ones are left out.
fn image(folder: &Path, file: &Listed, manner: Manner) -> Result<Vec<u8>, DataError> {
    let bytes = listed(folder, file)?;
    // One that is kept encoded is decoded too: that it is damaged is found now, not in the middle of a training.
    let planes = manner.frame.planes(&bytes, None);
    let path = || folder.join(&file.path);
    match planes {
        Ok(planes) => Ok(match manner.keep {
            Keep::Decoded => planes,
            Keep::Encoded => bytes,
        }),
        Err(Misfit::Broken(_)) if manner.skip && !is_unread(&file.path) => Ok(vec![]),
        Err(Misfit::Broken(why)) => Err(ImageError::Broken { path: path(), why }.into()),
        Err(Misfit::Size(found)) => Err(ImageError::Size {
            path: path(),
            found,
            declared: manner.frame.sides(),
        }
        .into()),
    }
}

/// A part: where each image begins and the last one ends, in eight bytes each, lowest first; then the images.
fn write(images: &[Vec<u8>]) -> Vec<u8> {
    let head = 8 * (images.len() + 1);
    let mut part = Vec::with_capacity(head + images.iter().map(Vec::len).sum::<usize>());
    let mut end = head as u64;
    part.extend(end.to_le_bytes());
    for image in images {
        end += image.len() as u64;
        part.extend(end.to_le_bytes());
    }
    images.iter().for_each(|image| part.extend(image));
    part
}

/// The images of a part; `None` where it is not whole.
fn read(part: Mapped, count: usize) -> Option<Rows> {
    let (bounds, _) = part.get(..8 * (count + 1))?.as_chunks();
    let bounds: Vec<usize> = bounds
        .iter()
        .map(|&at| u64::from_le_bytes(at) as usize)
        .collect();
    (bounds.last() == Some(&part.len())).then(|| Rows::between(part, &bounds))?
}
