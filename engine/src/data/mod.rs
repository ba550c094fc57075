//! Data: a source's files decoded, transforms applied, and batches made of what came out.

mod augment;
mod batches;
mod cifar;
mod decode;
mod embedded;
mod error;
mod files;
mod idx;
mod object;
mod samples;
mod set;
mod transforms;

pub use augment::Augmentation;
pub use batches::{BLOCK, Batch, Batches, Pixels};
pub use decode::decode;
pub use error::DataError;
pub use files::Files;
pub use object::{Loaded, blobs, load, open};
pub use samples::Samples;
pub use set::DataSet;
