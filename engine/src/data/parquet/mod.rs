//! Parquet files: columns that hold one value a row, read as far as they are asked for.

mod cell;
mod column;
mod file;

pub use cell::Cell;
pub use file::Parquet;
