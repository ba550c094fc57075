//! What is fed to networks, as it lies in memory: the bytes of images, or tokens.

use kdp::plan::Shape;

use super::DataError;

/// The inputs of samples, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub enum Inputs {
    /// Images.
    Images {
        /// [C, H, W]
        size: [i64; 3],
        /// n×C×H×W
        bytes: Vec<u8>,
    },
    /// Rows of tokens; 0 is padding.
    Tokens {
        /// Tokens of a row.
        length: usize,
        /// n×length
        ids: Vec<i32>,
    },
}

impl Inputs {
    /// The sizes of one.
    pub fn sizes(&self) -> Vec<i64> {
        match self {
            Inputs::Images { size, .. } => size.to_vec(),
            Inputs::Tokens { length, .. } => vec![*length as i64],
        }
    }

    /// Whether they are images.
    pub fn are_images(&self) -> bool {
        matches!(self, Inputs::Images { .. })
    }

    /// Puts others, of the same kind and sizes, behind them.
    pub fn append(&mut self, others: &Inputs) -> Result<(), DataError> {
        match (&mut *self, others) {
            (
                Inputs::Images { size, bytes },
                Inputs::Images {
                    size: of,
                    bytes: more,
                },
            ) if size == of => {
                bytes.extend_from_slice(more);
            }
            (
                Inputs::Tokens { length, ids },
                Inputs::Tokens {
                    length: of,
                    ids: more,
                },
            ) if length == of => {
                ids.extend_from_slice(more);
            }
            (own, others) => {
                return Err(DataError::Join {
                    what: "the shape of a sample",
                    first: Shape::from(own.sizes()).to_string(),
                    second: Shape::from(others.sizes()).to_string(),
                });
            }
        }
        Ok(())
    }

    /// Some of them, in this order.
    pub fn select(&self, rows: &[usize]) -> Inputs {
        match self {
            Inputs::Images { size, bytes } => Inputs::Images {
                size: *size,
                bytes: pick(bytes, size.iter().product::<i64>() as usize, rows),
            },
            Inputs::Tokens { length, ids } => Inputs::Tokens {
                length: *length,
                ids: pick(ids, *length, rows),
            },
        }
    }
}

/// Some rows of equal width.
fn pick<T: Copy>(values: &[T], width: usize, rows: &[usize]) -> Vec<T> {
    let mut picked = Vec::with_capacity(rows.len() * width);
    for &row in rows {
        picked.extend_from_slice(&values[row * width..(row + 1) * width]);
    }
    picked
}
