//! Names that can be seen at a place.

use crate::lsp::file::File;
use crate::lsp::names::{Target, builtin};

/// What a name means at a place, the innermost first.
pub fn lookup(file: &File, name: &str, byte: usize) -> Target {
    let symbols = file.names().symbols.iter().enumerate();
    let seen = symbols.filter(|(_, symbol)| {
        let visible = symbol.visible.map(|span| span.range());
        symbol.name == name && visible.is_none_or(|range| range.contains(&byte))
    });
    let innermost =
        seen.min_by_key(|(_, symbol)| symbol.visible.map_or(usize::MAX, |span| span.range().len()));
    match innermost {
        Some((id, _)) => Target::Symbol(id),
        None => builtin(name).map_or(Target::Unknown, Target::Builtin),
    }
}
