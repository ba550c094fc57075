//! Texts: a format yields records from files, a tokenizer makes a row of ids of each.

mod bytes;
mod columns;
mod error;
mod folder;
mod format;
mod json_lines;
mod lines;
mod parquet;
mod pretrained;
mod quotes;
mod record;
mod table;
mod tokens;
mod written;

pub use error::TextError;
pub use format::Format;
pub use record::{Record, Records};
pub use tokens::Tokenizer;
