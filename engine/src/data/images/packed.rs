//! Images decoded, or kept as they are, into parts that outlive their process.

use std::ops::Range;

use rayon::iter::ParallelIterator;

use super::error::{Broken, ImageError};
use super::frame::Misfit;
use super::manner::{Keep, Manner};
use super::origin::{Encoded, Origin};
use crate::data::{DataError, Inputs, Making, Rows, parts};
use crate::threads;

/// How many images a part has at least and at most.
const IMAGES: [usize; 2] = [16, 512];

/// Bytes of an image's file, about; some are far larger.
const FILE: i64 = 1 << 19;

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

/// Reads images, in order.
pub fn pack(
    origin: &impl Origin,
    manner: Manner,
    split: &str,
    making: &mut Making,
) -> Result<Packed, DataError> {
    let bytes = match manner.keep {
        Keep::Decoded => manner.frame.size.iter().product(),
        Keep::Encoded => FILE,
    };
    let part = parts::size(bytes as usize, IMAGES);
    let rows = making.rows(split, origin.count(), part, |rows| {
        let images = images(origin, rows.clone(), manner);
        // Whatever went wrong, that its file has changed is the cause of it.
        origin.hold(rows)?;
        images
    })?;
    Ok(Packed(rows))
}

/// What is kept of some images, in order; an error is that of the first one.
fn images(
    origin: &impl Origin,
    rows: Range<usize>,
    manner: Manner,
) -> Result<Vec<Vec<u8>>, DataError> {
    let images = origin.encoded(rows);
    let kept = |row, bytes: Encoded| image(origin, row, bytes?, manner);
    let mut images: Vec<_> = images.map(|(row, bytes)| (row, kept(row, bytes))).collect();
    images.sort_unstable_by_key(|(row, _)| *row);
    images.into_iter().map(|(_, image)| image).collect()
}

/// What is kept of an image; nothing of one that is damaged, where such ones are left out.
fn image(
    origin: &impl Origin,
    row: usize,
    bytes: Option<Vec<u8>>,
    manner: Manner,
) -> Result<Vec<u8>, DataError> {
    let bytes = bytes.ok_or(Misfit::Broken(Broken::Absent));
    // One that is kept encoded is decoded too: that it is damaged is found now, not in the middle of a training.
    let kept = bytes.and_then(|bytes| {
        let planes = manner.planes(&bytes)?;
        Ok(match manner.keep {
            Keep::Decoded => planes,
            Keep::Encoded => bytes,
        })
    });
    let image = || origin.image(row);
    match kept {
        Ok(kept) => Ok(kept),
        Err(Misfit::Broken(_)) if manner.leaves_out() && !origin.is_unread(row) => Ok(vec![]),
        Err(Misfit::Broken(why)) => Err(ImageError::Broken {
            image: image(),
            why,
        }
        .into()),
        Err(Misfit::Size(found)) => Err(ImageError::Size {
            image: image(),
            found,
            declared: manner.frame.sides(),
        }
        .into()),
    }
}

/// What is wrong with an image that is left out. It is read again: a part that was finished before tells only that it is
/// damaged.
pub fn fault(origin: &impl Origin, row: usize, manner: Manner) -> Result<String, DataError> {
    let found: Vec<Encoded> = threads::within(|| {
        let found = origin.encoded(row..row + 1);
        found.map(|(_, bytes)| bytes).collect()
    });
    origin.hold(row..row + 1)?;
    let bytes = found.into_iter().next().transpose()?.flatten();
    let planes = bytes.map(|bytes| manner.planes(&bytes));
    match planes.unwrap_or(Err(Misfit::Broken(Broken::Absent))) {
        Err(Misfit::Broken(why)) => Ok(why.to_string()),
        Ok(_) | Err(Misfit::Size(_)) => {
            let what = format!("{} was damaged, and is not any more", origin.image(row));
            Err(DataError::Object(what))
        }
    }
}
