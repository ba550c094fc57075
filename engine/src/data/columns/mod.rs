//! The columns that a declaration names: found in a file, and what stands in them held against the declaration.

mod error;
mod find;
mod labels;
mod place;

pub use error::ColumnError;
pub use find::{absent, column, quoted};
pub use labels::Labels;
pub use place::{Place, file};
