//! What could be written at a place. The words before it tell, so that a file that cannot be read
//! yet has completions, too.

mod context;
mod items;
mod scope;

use std::rc::Rc;

use gen_lsp_types::{CompletionItem, Position};

use super::file::File;
use super::workspace::Workspace;
use context::{Cursor, Place};
use items::Items;

/// What could be written at a place; `typed` is the character that made the client ask.
pub fn completion(
    workspace: &Workspace,
    file: &Rc<File>,
    at: Position,
    typed: Option<&str>,
) -> Vec<CompletionItem> {
    let cursor = Cursor::at(workspace, file, file.byte(at));
    let place = cursor.place();
    // Behind a blank only what can hardly be meant otherwise comes by itself.
    let expected = matches!(
        place,
        Place::Unit | Place::Blend | Place::Type | Place::Module
    ) || matches!(&place, Place::Value(wanted) if wanted.is_some());
    if typed == Some(" ") && !expected {
        return vec![];
    }
    let mut items = Items::new(workspace, file);
    match place {
        Place::Nothing => {}
        Place::Declaration => items.declarations(),
        Place::Type => items.types(),
        Place::Unit => items.units(),
        Place::Blend => items.blends(),
        Place::Module => items.modules(),
        Place::Export(module) => items.exports(module),
        Place::RecipeField(given) => items.recipe_fields(&given),
        Place::ModelField(given) => items.model_fields(&given),
        Place::Member(base) => items.members(&base),
        Place::Index(family, given) => {
            items.indices(&family, &given);
            items.values(&cursor.locals(), None);
        }
        Place::Argument(callee, given) => {
            items.arguments(&callee, &given);
            items.values(&cursor.locals(), None);
        }
        Place::ArchBody => {
            items.statements();
            items.values(&cursor.locals(), None);
        }
        Place::Value(wanted) => items.values(&cursor.locals(), wanted),
        Place::Behind => items.operators(),
    }
    items.list
}
