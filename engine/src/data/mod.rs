//! Data: a source's files decoded, transforms applied, and batches made of what came out.

mod ahead;
mod augment;
mod batches;
mod cifar;
mod cifar_python;
mod columns;
mod content;
mod decode;
mod embedded;
mod error;
mod feeder;
mod files;
mod idx;
mod images;
mod inputs;
mod making;
mod object;
mod order;
mod padding;
mod parquet;
mod parts;
mod placement;
mod rows;
mod samples;
mod set;
mod splits;
mod texts;
mod transforms;

#[cfg(test)]
pub(crate) mod made;
mod numpy;

pub use ahead::{Ahead, ahead};
pub use augment::{Augmentation, Epoch};
pub use batches::{BLOCK, Batch, Batches};
pub use decode::decode;
pub use error::DataError;
pub use feeder::Feeder;
pub use files::Files;
pub use images::{Drawn, Flaws, Frame, Pixels};
pub use inputs::Inputs;
pub use making::Making;
pub use object::{Loaded, META, load, open, splits, write};
pub use order::order;
pub use rows::Rows;
pub use samples::Samples;
pub use set::DataSet;
