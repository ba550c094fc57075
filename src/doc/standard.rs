//! The whole reference: the standard library's modules, then the words that are built in.

use super::declared::section;
use super::entry::Section;
use super::sizes::Import;
use super::words;
use crate::check::{standard_files, standard_modules};
use crate::diag::SourceId;
use crate::syntax;

/// Everything that a file may use without declaring it.
pub fn standard() -> Vec<Section> {
    standard_modules()
        .map(module)
        .chain(words::sections())
        .collect()
}

/// A module of the standard library: what its first file says it is about, and all that is declared.
fn module(module: &'static str) -> Section {
    let name = format!("std.{module}");
    let files = standard_files(module).map(|(_, text)| {
        let (tree, _) = syntax::parse(SourceId::default(), text);
        section(&name, text, &tree, &Import::Standard(module))
    });
    let joined = files.reduce(|mut whole, file| {
        whole.entries.extend(file.entries);
        whole
    });
    joined.unwrap_or_default()
}
