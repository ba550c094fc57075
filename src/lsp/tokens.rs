//! Semantic tokens: every word of a file with what it is.

use std::collections::HashMap;
use std::rc::Rc;

use gen_lsp_types::{SemanticToken, SemanticTokensLegend};

use super::file::File;
use super::names::{Builtin, Role};
use super::resolve::Meaning;
use super::workspace::Workspace;
use crate::check::WordKind as Made;
use crate::diag::Span;
use crate::syntax::tree::{Item, ItemKind};
use crate::syntax::{Token, WordKind};

/// What a word is; its number is its place in the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Namespace,
    Type,
    Class,
    Function,
    Variable,
    Parameter,
    Property,
    EnumMember,
    Keyword,
    Number,
    Text,
    Comment,
    Operator,
}

/// The legend's words, in the order of [`Kind`].
const KINDS: [&str; 13] = [
    "namespace",
    "type",
    "class",
    "function",
    "variable",
    "parameter",
    "property",
    "enumMember",
    "keyword",
    "number",
    "string",
    "comment",
    "operator",
];

/// The legend's modifiers, in the order of their bits.
const MODIFIERS: [&str; 3] = ["declaration", "defaultLibrary", "documentation"];
const DECLARATION: u32 = 1;
const LIBRARY: u32 = 2;
const DOCUMENTATION: u32 = 4;

/// The words for what words are.
pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: KINDS.map(String::from).to_vec(),
        token_modifiers: MODIFIERS.map(String::from).to_vec(),
    }
}

/// The words of a file.
pub fn tokens(workspace: &Workspace, file: &Rc<File>) -> Vec<SemanticToken> {
    let mut found: Vec<(Span, Kind, u32)> = comments(file);
    let openers = openers(&file.tree().items);
    let uses: HashMap<u32, _> = file
        .names()
        .uses
        .iter()
        .map(|found| (found.span.start, found))
        .collect();
    for token in file.words() {
        let span = token.span(super::file::SOURCE);
        let word = file.slice(span);
        let named = || {
            let found = uses.get(&token.start)?;
            let meaning = workspace.meaning(file, &found.target)?;
            let making = meaning.symbol().is_some_and(|symbol| symbol.span == span);
            let (kind, modifiers) = of_meaning(workspace, &meaning)?;
            Some((kind, modifiers | if making { DECLARATION } else { 0 }))
        };
        let told = match token.kind {
            _ if openers.contains(&token.start) => Some((Kind::Keyword, 0)),
            WordKind::Name => named().or_else(|| bare(word, token, file)),
            kind => of_word(kind).map(|kind| (kind, 0)),
        };
        if let Some((kind, modifiers)) = told {
            found.push((span, kind, modifiers));
        }
    }
    found.sort_by_key(|(span, ..)| span.start);
    encoded(file, &found)
}

/// Comments and documentation.
fn comments(file: &File) -> Vec<(Span, Kind, u32)> {
    let mut found = vec![];
    let mut at = 0;
    for line in file.text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        if trimmed.starts_with("///") || trimmed.starts_with("//!") {
            let start = at + line.len() - trimmed.len();
            let end = start + trimmed.trim_end().len();
            let modifiers = if trimmed.starts_with("////") {
                0
            } else {
                DOCUMENTATION
            };
            found.push((
                Span::new(super::file::SOURCE, start, end),
                Kind::Comment,
                modifiers,
            ));
        }
        at += line.len();
    }
    let docs: Vec<u32> = found.iter().map(|(span, ..)| span.start).collect();
    let comments = file.tree().comments.iter().map(|comment| comment.span);
    let comments = comments.filter(|span| !docs.contains(&span.start));
    found.extend(
        comments
            .map(|span| (span, Kind::Comment, 0))
            .collect::<Vec<_>>(),
    );
    found
}

/// Where the words stand that open declarations.
fn openers(items: &[Item]) -> Vec<u32> {
    let mut found = vec![];
    for item in items {
        found.push(item.span.start);
        if let ItemKind::Experiment { body, .. } = &item.kind {
            found.extend(openers(&body.items));
        }
    }
    found
}

fn of_word(kind: WordKind) -> Option<Kind> {
    use WordKind::*;
    Some(match kind {
        Number | Fraction | Time | BadNumber => Kind::Number,
        Quote | Run | Escape | DoubleBrace | QuoteEnd | CurlyText => Kind::Text,
        Arrow | Pipe | DotDot | Equal | NotEqual | LessEqual | GreaterEqual | Less | Greater
        | Assign | Plus | Minus | Star | Slash | Percent => Kind::Operator,
        kind if kind.is_reserved() => Kind::Keyword,
        _ => return None,
    })
}

/// A name that means nothing by itself.
fn bare(word: &str, token: &Token, file: &File) -> Option<(Kind, u32)> {
    let behind = file.text.get(token.end as usize..).unwrap_or_default();
    Some(match word {
        "where" | "scaled" | "to" | "end" => (Kind::Keyword, 0),
        "let" | "require" if token.first => (Kind::Keyword, 0),
        "std" => (Kind::Namespace, LIBRARY),
        _ if behind.starts_with(':') => (Kind::Property, 0),
        _ => return None,
    })
}

fn of_meaning(workspace: &Workspace, meaning: &Meaning) -> Option<(Kind, u32)> {
    Some(match meaning {
        Meaning::File(file) => {
            let library = workspace.is_standard(&file.path);
            (Kind::Namespace, if library { LIBRARY } else { 0 })
        }
        Meaning::Builtin(builtin) => {
            let kind = match builtin {
                Builtin::Word(_, Made::Layer) => Kind::Class,
                Builtin::Word(..) | Builtin::Function(_) => Kind::Function,
                Builtin::Argument(..) => Kind::Parameter,
                Builtin::Given(_) => Kind::Variable,
                Builtin::Type(_) => Kind::Type,
                Builtin::State(_) => Kind::Function,
                Builtin::RecipeField(_) | Builtin::Member(..) => Kind::Property,
                Builtin::Choice(_) => Kind::EnumMember,
            };
            (kind, LIBRARY)
        }
        Meaning::Symbol(file, _) => {
            let library = workspace.is_standard(&file.path);
            let kind = match meaning.symbol()?.role {
                Role::Parameter | Role::Index => Kind::Parameter,
                Role::Declared(_) => of_item(&meaning.item()?.kind),
                _ => Kind::Variable,
            };
            (kind, if library { LIBRARY } else { 0 })
        }
    })
}

fn of_item(kind: &ItemKind) -> Kind {
    match kind {
        ItemKind::Arch { .. } => Kind::Class,
        ItemKind::Fn { .. } | ItemKind::Objective { .. } | ItemKind::Experiment { .. } => {
            Kind::Function
        }
        _ => Kind::Variable,
    }
}

/// As the protocol has them: each by its distance from the one before.
fn encoded(file: &File, found: &[(Span, Kind, u32)]) -> Vec<SemanticToken> {
    let (mut line, mut character) = (0, 0);
    let mut tokens = Vec::with_capacity(found.len());
    for (span, kind, modifiers) in found {
        let range = file.range(*span);
        if range.start.line != range.end.line || range.start == range.end {
            continue;
        }
        let same = range.start.line == line;
        tokens.push(SemanticToken {
            delta_line: range.start.line - line,
            delta_start: range.start.character - if same { character } else { 0 },
            length: range.end.character - range.start.character,
            token_type: *kind as u32,
            token_modifiers_bitset: *modifiers,
        });
        (line, character) = (range.start.line, range.start.character);
    }
    tokens
}
