//! What a sample is, and what layers make of it: kinds and sizes, without the batch.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A sample, or what comes out of a layer for it.
///
/// Numbers are written as their sizes alone, `[3,32,32]`; the other kinds as records.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Shape {
    /// Numbers: an image `[C, H, W]`, or features `[N]`.
    Numbers(Vec<i64>),
    /// A row of tokens, each an id below the size of the vocabulary.
    Tokens {
        /// How many, padding included.
        length: i64,
        /// The size of the vocabulary.
        vocabulary: i64,
        /// The id of padding.
        #[serde(default, skip_serializing_if = "is_zero")]
        padding: i64,
        /// How many texts a row may hold, one behind the other: 2 for pairs of sentences whose model is
        /// told which of the two a token is of. A token of the second text is written as its id + the size of the
        /// vocabulary.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        segments: i64,
    },
    /// A row of vectors, one a token. Which of the tokens are padding goes along with them.
    Vectors {
        /// How many, padding included.
        length: i64,
        /// Numbers of each.
        width: i64,
    },
}

fn is_zero(value: &i64) -> bool {
    *value == 0
}

fn one() -> i64 {
    1
}

fn is_one(value: &i64) -> bool {
    *value == 1
}

impl Shape {
    /// The sizes of the tensor that holds it.
    pub fn sizes(&self) -> Vec<i64> {
        match self {
            Shape::Numbers(sizes) => sizes.clone(),
            Shape::Tokens { length, .. } => vec![*length],
            Shape::Vectors { length, width } => vec![*length, *width],
        }
    }

    /// Channels, height and width of an image.
    pub fn image(&self) -> Option<[i64; 3]> {
        match self {
            Shape::Numbers(sizes) => sizes.as_slice().try_into().ok(),
            _ => None,
        }
    }

    /// As short as it can be told: `3×32×32`, `64 tokens`.
    pub fn short(&self) -> String {
        match self {
            Shape::Tokens { length: 1, .. } => "1 token".into(),
            Shape::Tokens { length, .. } => format!("{length} tokens"),
            _ => {
                let sizes: Vec<String> = self.sizes().iter().map(i64::to_string).collect();
                sizes.join("×")
            }
        }
    }
}

impl fmt::Display for Shape {
    /// As a sentence names it: `3×32×32`, `a row of 64 tokens out of 257`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Numbers(_) => f.write_str(&self.short()),
            Shape::Tokens {
                length,
                vocabulary,
                segments,
                ..
            } => {
                let of = if *segments > 1 { ", of two texts" } else { "" };
                write!(f, "a row of {length} tokens out of {vocabulary}{of}")
            }
            Shape::Vectors { length, width } => {
                write!(f, "a row of {length} vectors of width {width}")
            }
        }
    }
}

impl From<Vec<i64>> for Shape {
    /// Numbers of these sizes.
    fn from(sizes: Vec<i64>) -> Self {
        Shape::Numbers(sizes)
    }
}

impl From<&[i64]> for Shape {
    /// Numbers of these sizes.
    fn from(sizes: &[i64]) -> Self {
        Shape::Numbers(sizes.to_vec())
    }
}

impl<const N: usize> From<[i64; N]> for Shape {
    /// Numbers of these sizes.
    fn from(sizes: [i64; N]) -> Self {
        Shape::Numbers(sizes.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::Shape;

    #[test]
    fn every_kind_is_read_as_it_is_written() {
        for (shape, json) in [
            (Shape::from([3, 32, 32]), "[3,32,32]"),
            (
                Shape::Tokens {
                    length: 64,
                    vocabulary: 257,
                    padding: 0,
                    segments: 1,
                },
                r#"{"length":64,"vocabulary":257}"#,
            ),
            (
                Shape::Tokens {
                    length: 64,
                    vocabulary: 30_522,
                    padding: 1,
                    segments: 2,
                },
                r#"{"length":64,"vocabulary":30522,"padding":1,"segments":2}"#,
            ),
            (
                Shape::Vectors {
                    length: 64,
                    width: 16,
                },
                r#"{"length":64,"width":16}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&shape).unwrap(), json);
            assert_eq!(serde_json::from_str::<Shape>(json).unwrap(), shape);
        }
    }
}
