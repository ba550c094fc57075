//! Images in files: found in folders, decoded as Pillow does, brought to one size as torchvision does.

mod crop;
mod error;
mod folder;
mod frame;
mod jpeg;
mod packed;
mod pixels;

pub use crop::{Drawn, TRIES};
pub use error::ImageError;
pub use folder::{Manner, read};
pub use frame::{Cut, Frame, shorter_side};
pub use packed::Keep;
pub use pixels::Pixels;
