//! Where a name is made.

use std::rc::Rc;

use gen_lsp_types::{Location, Position, Range};

use super::file::File;
use super::resolve::Meaning;
use super::workspace::Workspace;

/// The place where what stands at a place is made; words of the language have none.
pub fn definition(workspace: &Workspace, file: &Rc<File>, at: Position) -> Option<Location> {
    let (_, meaning) = workspace.meaning_at(file, file.byte(at))?;
    match &meaning {
        Meaning::Symbol(file, _) => Some(file.location(meaning.symbol()?.span)),
        Meaning::File(file) => Some(Location::new(file.uri.clone(), Range::default())),
        Meaning::Builtin(_) => None,
    }
}
