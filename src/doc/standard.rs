//! The whole reference: the standard library's modules, then the words that are built in.

use super::declared::section;
use super::entry::Section;
use super::sizes::Import;
use super::words;
use crate::check::STANDARD;
use crate::diag::SourceId;
use crate::syntax;

/// Everything that a file may use without declaring it.
pub fn standard() -> Vec<Section> {
    let modules = STANDARD.iter().map(|(module, text)| {
        let (tree, _) = syntax::parse(SourceId::default(), text);
        let name = format!("std.{module}");
        section(&name, text, &tree, &Import::Standard(module))
    });
    modules.chain(words::sections()).collect()
}
