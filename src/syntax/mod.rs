//! `parse(text) -> (Tree, errors)`, and the formatter. The only user of pest.
//! Knows nothing of what the names mean.

pub mod codes;
mod parse;
pub mod tree;

pub use parse::{parse, parse_expression};
