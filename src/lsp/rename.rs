//! Another name for what a file makes, wherever it is used.

use std::collections::HashMap;
use std::rc::Rc;

use gen_lsp_types::{Position, Range, TextEdit, Uri, WorkspaceEdit};

use super::file::{File, SOURCE};
use super::names::{Role, Target};
use super::references::uses;
use super::resolve::Meaning;
use super::workspace::Workspace;
use crate::diag::Span;
use crate::syntax::{self, WordKind};

/// What is renamed.
enum Subject {
    /// A name, wherever it is used.
    Name(Meaning),
    /// What an import is called in one file: its symbol there, whether `as` stands there already.
    Import(usize, bool),
}

/// The range of the name at a place, where it can have another.
pub fn prepare(workspace: &Workspace, file: &Rc<File>, at: Position) -> Result<Range, String> {
    let (span, _) = subject(workspace, file, at)?;
    Ok(file.range(span))
}

/// The edits that give what stands at a place another name.
pub fn rename(
    workspace: &Workspace,
    file: &Rc<File>,
    at: Position,
    name: &str,
) -> Result<WorkspaceEdit, String> {
    let (_, subject) = subject(workspace, file, at)?;
    is_name(name)?;
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    let mut edit = |file: &File, span: Span, text: String| {
        let range = file.range(span);
        let edits = changes.entry(file.uri.clone()).or_default();
        edits.push(TextEdit::new(range, text));
    };
    match subject {
        Subject::Name(meaning) => {
            for one in uses(workspace, file, &meaning) {
                clash(&one.file, &meaning, name)?;
                edit(&one.file, one.found.span, name.to_string());
            }
        }
        Subject::Import(id, aliased) => {
            let names = file.names();
            let made = names.symbols.get(id).map(|symbol| symbol.span);
            if let (Some(made), false) = (made, aliased) {
                let behind = Span {
                    start: made.end,
                    ..made
                };
                edit(file, behind, format!(" as {name}"));
            }
            for found in &names.uses {
                if found.target == Target::Symbol(id) {
                    edit(file, found.span, name.to_string());
                }
            }
        }
    }
    Ok(WorkspaceEdit {
        changes: Some(changes),
        ..WorkspaceEdit::default()
    })
}

fn subject(
    workspace: &Workspace,
    file: &Rc<File>,
    at: Position,
) -> Result<(Span, Subject), String> {
    let nothing = || "there is no name here".to_string();
    let byte = file.byte(at);
    let found = file.names().at(byte).ok_or_else(nothing)?;
    let symbols = &file.names().symbols;
    // An import's name in this file: at its use, its alias, or in the import itself.
    let import = match &found.target {
        Target::Symbol(id) => symbols.get(*id).map(|symbol| (*id, symbol)),
        _ => symbols
            .iter()
            .enumerate()
            .find(|(_, symbol)| symbol.span == found.span),
    };
    if let Some((id, symbol)) = import
        && matches!(symbol.role, Role::Import(_))
    {
        let uses = &file.names().uses;
        let aliased = uses
            .iter()
            .any(|one| one.span == symbol.span && one.target == Target::Symbol(id));
        let quoted = file.slice(symbol.span).starts_with('"');
        let place = match found.span == symbol.span && quoted {
            true => return Err("a file's name is not changed here; give it one with `as`".into()),
            false => found.span,
        };
        return Ok((place, Subject::Import(id, aliased)));
    }
    match workspace.meaning(file, &found.target).ok_or_else(nothing)? {
        Meaning::Builtin(_) => Err("the language's own words keep their names".into()),
        Meaning::File(_) => Err("modules keep their names".into()),
        Meaning::Symbol(made, _) if workspace.is_standard(&made.path) => {
            Err("the standard library keeps its names; give it another here with `as`".into())
        }
        meaning => Ok((found.span, Subject::Name(meaning))),
    }
}

/// Whether a text can be a name.
fn is_name(name: &str) -> Result<(), String> {
    let words = syntax::words(SOURCE, name);
    let alone = matches!(words.as_slice(), [one, _end]
        if one.kind == WordKind::Name && one.end as usize == name.len());
    let plain = name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    match alone && plain {
        true => Ok(()),
        false => Err(format!(
            "`{name}` cannot be a name: names are made of a to z, 0 to 9 and `_`, and are not words such as `then`"
        )),
    }
}

/// An error where a file has the new name already.
fn clash(file: &File, meaning: &Meaning, name: &str) -> Result<(), String> {
    let owner = meaning.symbol().and_then(|symbol| symbol.owner);
    let Meaning::Symbol(made, _) = meaning else {
        return Ok(());
    };
    let taken =
        file.path == made.path
            && file.names().symbols.iter().any(|symbol| {
                symbol.name == name && (symbol.owner == owner || symbol.owner.is_none())
            });
    match taken {
        true => Err(format!("`{name}` is there already")),
        false => Ok(()),
    }
}
