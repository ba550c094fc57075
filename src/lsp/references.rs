//! Where a name is used.

use std::rc::Rc;

use gen_lsp_types::{DocumentHighlight, DocumentHighlightKind, Location, Position};

use super::file::File;
use super::names::Use;
use super::resolve::Meaning;
use super::workspace::Workspace;
use crate::diag::Span;

/// A use in a file.
pub struct Found {
    /// The file.
    pub file: Rc<File>,
    /// The use.
    pub found: Use,
}

/// Every use of what stands at a place.
pub fn references(
    workspace: &Workspace,
    file: &Rc<File>,
    at: Position,
    with_declaration: bool,
) -> Option<Vec<Location>> {
    let (_, meaning) = workspace.meaning_at(file, file.byte(at))?;
    let found = uses(workspace, file, &meaning).into_iter();
    let found = found.filter(|one| with_declaration || !is_making(&meaning, one));
    Some(found.map(|one| one.file.location(one.found.span)).collect())
}

/// Every use of what stands at a place, in its own file.
pub fn highlights(
    workspace: &Workspace,
    file: &Rc<File>,
    at: Position,
) -> Option<Vec<DocumentHighlight>> {
    let (_, meaning) = workspace.meaning_at(file, file.byte(at))?;
    let found = uses_in(workspace, file, &meaning).into_iter();
    let highlight = |found: Use| DocumentHighlight {
        range: file.range(found.span),
        kind: Some(DocumentHighlightKind::Read),
    };
    Some(found.map(highlight).collect())
}

/// Every use of a meaning, in every file that may know it.
pub fn uses(workspace: &Workspace, here: &Rc<File>, meaning: &Meaning) -> Vec<Found> {
    let files = match (meaning, meaning.symbol()) {
        (Meaning::Symbol(file, _), Some(symbol)) if is_local(symbol.owner, symbol.visible) => {
            vec![file.clone()]
        }
        _ => workspace.neighbours(here, meaning),
    };
    let found = files.into_iter().flat_map(|file| {
        let uses = uses_in(workspace, &file, meaning);
        uses.into_iter().map(move |found| Found {
            file: file.clone(),
            found,
        })
    });
    found.collect()
}

/// Whether no other file can name it. What belongs to a declaration can be named with it.
fn is_local(owner: Option<usize>, visible: Option<Span>) -> bool {
    owner.is_none() && visible.is_some()
}

/// Every use of a meaning in one file.
pub fn uses_in(workspace: &Workspace, file: &Rc<File>, meaning: &Meaning) -> Vec<Use> {
    let names = file.names();
    let means_it = |found: &&Use| {
        workspace
            .meaning(file, &found.target)
            .is_some_and(|other| other.is(meaning))
    };
    names.uses.iter().filter(means_it).cloned().collect()
}

/// Whether a use is where the name is made.
pub fn is_making(meaning: &Meaning, one: &Found) -> bool {
    match (meaning, meaning.symbol()) {
        (Meaning::Symbol(file, _), Some(symbol)) => {
            file.path == one.file.path && symbol.span == one.found.span
        }
        _ => false,
    }
}
