//! How the images of a source are read and kept.

use kdp::plan::Call;

use super::frame::{Frame, Misfit};
use super::jpeg::Flaws;
use crate::data::DataError;

/// What is kept of images.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep {
    /// Their pixels in the size of all.
    Decoded,
    /// Their files.
    Encoded,
}

/// What is done about a damaged image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OnDamage {
    /// It is an error.
    Fail,
    /// It is left out.
    LeaveOut,
    /// As Pillow decodes it. Where Pillow does not either, it is an error.
    Keep,
}

/// How the images of a source are read and kept.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// How they are brought to one size.
    pub frame: Frame,
    /// What is kept of them.
    pub keep: Keep,
    /// What is done about damaged ones.
    pub on_damage: OnDamage,
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
            on_damage: match source.text("damaged") {
                Some("error") => OnDamage::Fail,
                Some("skip") => OnDamage::LeaveOut,
                Some("keep") => OnDamage::Keep,
                _ => return Err(lacks("damaged")),
            },
        })
    }

    /// Whether damaged images are left out.
    pub fn leaves_out(&self) -> bool {
        self.on_damage == OnDamage::LeaveOut
    }

    /// The planes [C, H, W] of an image's file.
    pub fn planes(&self, file: &[u8]) -> Result<Vec<u8>, Misfit> {
        let flaws = match self.on_damage {
            OnDamage::Keep => Flaws::Kept,
            OnDamage::Fail | OnDamage::LeaveOut => Flaws::Refused,
        };
        self.frame.planes(file, None, flaws)
    }
}
