//! What is fed to networks, as it is kept: the pixels of images, their files, or tokens.

use std::fmt;

use kdp::plan::Shape;

use super::augment::View;
use super::{DataError, Frame, Rows};

/// The inputs of samples, one a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Inputs {
    /// Images.
    Images {
        /// [C, H, W]
        size: [i64; 3],
        /// C×H×W bytes a row.
        pixels: Rows,
    },
    /// Images that are kept as the files they came in, and decoded for each batch.
    Encoded {
        /// How they are brought to one size.
        frame: Frame,
        /// A file a row.
        files: Rows,
    },
    /// Rows of tokens.
    Tokens {
        /// Tokens of a row.
        length: usize,
        /// `length` whole numbers of 32 bits a row, their lowest byte first.
        ids: Rows,
    },
}

impl Inputs {
    /// Images [C, H, W] that lie one behind the other; what does not fill an image is left out.
    pub fn images(size: [i64; 3], bytes: Vec<u8>) -> Self {
        let width = size.iter().product::<i64>().max(1) as usize;
        let count = bytes.len() / width;
        let pixels = Rows::even(bytes, 0, width, count).unwrap_or_default();
        Inputs::Images { size, pixels }
    }

    /// Rows of `length` tokens that lie one behind the other; what does not fill a row is left out.
    pub fn tokens(length: usize, ids: &[i32]) -> Self {
        let bytes: Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        let (width, count) = (4 * length, ids.len() / length.max(1));
        let ids = Rows::even(bytes, 0, width, count).unwrap_or_default();
        Inputs::Tokens { length, ids }
    }

    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Inputs::Images { pixels, .. } => pixels.len(),
            Inputs::Encoded { files, .. } => files.len(),
            Inputs::Tokens { ids, .. } => ids.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sizes of one.
    pub fn sizes(&self) -> Vec<i64> {
        match self {
            Inputs::Images { size, .. } => size.to_vec(),
            Inputs::Encoded { frame, .. } => frame.size.to_vec(),
            Inputs::Tokens { length, .. } => vec![*length as i64],
        }
    }

    /// Whether they are images.
    pub fn are_images(&self) -> bool {
        matches!(self, Inputs::Images { .. } | Inputs::Encoded { .. })
    }

    /// Whether images need neither be decoded nor resampled to be seen so.
    pub fn are_ready(&self, views: &[(usize, View)]) -> bool {
        let decoded = matches!(self, Inputs::Images { .. });
        decoded && views.iter().all(|(_, view)| view.part.is_none())
    }

    /// Puts others, of the same kind and sizes, behind them.
    pub fn append(&mut self, others: &Inputs) -> Result<(), DataError> {
        match (&mut *self, others) {
            (
                Inputs::Images { size, pixels },
                Inputs::Images {
                    size: of,
                    pixels: more,
                },
            ) if size == of => pixels.append(more),
            (
                Inputs::Encoded { frame, files },
                Inputs::Encoded {
                    frame: of,
                    files: more,
                },
            ) if frame == of => files.append(more),
            (
                Inputs::Tokens { length, ids },
                Inputs::Tokens {
                    length: of,
                    ids: more,
                },
            ) if length == of => ids.append(more),
            (own, others) => {
                return Err(DataError::Join {
                    what: "the form of a sample",
                    first: own.to_string(),
                    second: others.to_string(),
                });
            }
        }
        Ok(())
    }

    /// Some of them, in this order.
    pub fn select(&self, rows: &[usize]) -> Inputs {
        match self {
            Inputs::Images { size, pixels } => Inputs::Images {
                size: *size,
                pixels: pixels.select(rows),
            },
            Inputs::Encoded { frame, files } => Inputs::Encoded {
                frame: *frame,
                files: files.select(rows),
            },
            Inputs::Tokens { length, ids } => Inputs::Tokens {
                length: *length,
                ids: ids.select(rows),
            },
        }
    }
}

impl fmt::Display for Inputs {
    /// As a sentence names one of them: `3×32×32`, `3×224×224 kept encoded`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = Shape::from(self.sizes());
        match self {
            Inputs::Encoded { frame, .. } => match frame.resize {
                Some(side) => write!(f, "{shape} kept encoded, resized to {side}"),
                None => write!(f, "{shape} kept encoded"),
            },
            _ => write!(f, "{shape}"),
        }
    }
}
