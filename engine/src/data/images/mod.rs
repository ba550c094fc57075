//! Images in files: found in folders or in Parquet files, decoded as Pillow does, brought to one size as torchvision does.

mod classes;
mod crop;
mod decoding;
mod error;
mod folder;
mod frame;
mod gather;
mod jpeg;
mod manner;
mod origin;
mod packed;
mod pixels;
mod shards;

pub use crop::{Drawn, TRIES};
pub use error::ImageError;
pub use frame::{Frame, shorter_side};
pub use jpeg::Flaws;
pub use manner::Manner;
pub use pixels::{Cut, Pixels};

pub use folder::read as read_folders;
pub use shards::read as read_shards;
