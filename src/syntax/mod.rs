//! `parse(text) -> (Tree, errors)`, and the formatter. The only user of pest.
//! Knows nothing of what the names mean.

pub mod codes;
mod decode;
mod format;
mod parse;
pub mod tree;
mod walk;

pub use format::format;
pub use parse::{Token, WordKind, parse, parse_expression, words};

use crate::diag::{Diagnostic, SourceId, Sources};
use tree::Tree;

/// Enters a file's bytes among the sources and reads them, as [`parse()`] does.
pub fn read(
    name: impl Into<String>,
    bytes: Vec<u8>,
    sources: &mut Sources,
) -> (SourceId, Tree, Vec<Diagnostic>) {
    let decoded = decode::decode(bytes);
    if !decoded.is_legible() {
        // Nobody wants to see such a text.
        let source = sources.add(name, "");
        let errors = decoded.finding(source).into_iter().collect();
        return (source, Tree::default(), errors);
    }
    let source = sources.add(name, decoded.text.as_str());
    let finding = decoded.finding(source);
    let (tree, mut errors) = parse(source, &decoded.text);
    errors.retain(|error| {
        !error
            .labels
            .first()
            .is_some_and(|at| decoded.is_bad(at.span))
    });
    errors.extend(finding);
    (source, tree, errors)
}
