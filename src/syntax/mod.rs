//! `parse(text) -> (Tree, errors)`, and the formatter. The only user of pest.
//! Knows nothing of what the names mean.

pub mod codes;
mod format;
mod parse;
pub mod tree;

pub use format::format;
pub use parse::{Token, WordKind, parse, parse_expression, words};
