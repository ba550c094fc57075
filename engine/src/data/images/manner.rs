//! How the images of a source are read and kept.

use kdp::plan::Call;

use super::frame::Frame;
use crate::data::DataError;

/// What is kept of images.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep {
    /// Their pixels in the size of all.
    Decoded,
    /// Their files.
    Encoded,
}

/// How the images of a source are read and kept.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// How they are brought to one size.
    pub frame: Frame,
    /// What is kept of them.
    pub keep: Keep,
    /// Whether a damaged image is left out, and no error.
    pub skip: bool,
}

impl Manner {
    /// As a source says it of images [C, H, W].
    pub fn of(source: &Call, size: [i64; 3]) -> Result<Self, DataError> {
        let lacks = |argument: &str| DataError::argument(source, argument);
        Ok(Self {
            frame: Frame {
                size,
                resize: source.int("resize"),
            },
            keep: match source.text("keep") {
                Some("decoded") => Keep::Decoded,
                Some("encoded") => Keep::Encoded,
                _ => return Err(lacks("keep")),
            },
            skip: match source.text("damaged") {
                Some("error") => false,
                Some("skip") => true,
                _ => return Err(lacks("damaged")),
            },
        })
    }
}
