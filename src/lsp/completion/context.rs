//! Where the cursor stands, told by the words before it.

use std::rc::Rc;

use super::scope::lookup;
use crate::diag::Span;
use crate::lsp::file::{File, SOURCE};
use crate::lsp::names::{Builtin, Target};
use crate::lsp::resolve::Meaning;
use crate::lsp::workspace::Workspace;
use crate::syntax::{Token, WordKind};
use crate::vocabulary::{DECLARATIONS, RECIPE_FIELDS, Type, told};

/// What can stand at a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// What cannot be known: a new name, a text, a comment.
    Nothing,
    /// The word that opens a declaration.
    Declaration,
    /// A type.
    Type,
    /// The unit of a number.
    Unit,
    /// The shape of a blend.
    Blend,
    /// A module of the standard library.
    Module,
    /// A name of a module of the standard library.
    Export(String),
    /// A field of a recipe; those that are there already.
    RecipeField(Vec<String>),
    /// A field of a model.
    ModelField(Vec<String>),
    /// A member.
    Member(Target),
    /// A place of an index, or its name.
    Index(Target, Vec<String>),
    /// An argument, or its name.
    Argument(Target, Vec<String>),
    /// A statement or the layers of an arch.
    ArchBody,
    /// A value, of a type where that is known.
    Value(Option<Type>),
    /// A word behind a value.
    Behind,
}

/// The cursor among the words of a file.
pub struct Cursor<'a> {
    workspace: &'a Workspace,
    file: &'a Rc<File>,
    byte: usize,
    /// The words of the declaration at hand, before the one that is being written.
    before: &'a [Token],
    /// Whether only blanks stand before on the line.
    first: bool,
    /// Inside a text or a comment.
    quiet: bool,
}

impl<'a> Cursor<'a> {
    /// The cursor at a byte.
    pub fn at(workspace: &'a Workspace, file: &'a Rc<File>, byte: usize) -> Cursor<'a> {
        let words = file.words();
        let mut count = words.partition_point(|word| (word.end as usize) < byte);
        // What is being written; a number is written already where a blank follows it.
        let writing = |word: &Token| word.kind.is_word() && (word.start as usize) < byte;
        let here = words.get(count).filter(|word| writing(word));
        if here.is_none() {
            count = words
                .partition_point(|word| word.end as usize <= byte && word.kind != WordKind::End);
            if count > 0
                && words
                    .get(count - 1)
                    .is_some_and(|word| writing(word) && word.end as usize == byte)
            {
                count -= 1;
            }
        }
        // A text that is open ends where the cursor is.
        let ended = |word: &Token| word.kind == WordKind::QuoteMissing && word.end as usize == byte;
        if count > 0 && words.get(count - 1).is_some_and(ended) {
            count -= 1;
        }
        let start = words
            .get(count)
            .filter(|word| writing(word))
            .map_or(byte, |word| word.start as usize);
        let line = file.text[..start]
            .rfind(['\n', '\r'])
            .map_or(0, |at| at + 1);
        let all = &words[..count];
        let is_head = |word: &Token| {
            word.first
                && word.kind.is_word()
                && (word.start == 0
                    || file.text.as_bytes().get(word.start as usize - 1) == Some(&b'\n'))
        };
        let head = all.iter().rposition(is_head).unwrap_or(0);
        let first = file.text[line..start].trim().is_empty();
        let open_text = all.last().is_some_and(|word| {
            use WordKind::*;
            matches!(word.kind, Quote | Run | Escape | DoubleBrace)
        });
        let in_comment = file.text[line..start].trim_start().starts_with("//")
            || file.tree().comments.iter().any(|comment| {
                (comment.span.start as usize) < byte && byte <= comment.span.end as usize
            });
        let in_number = words.get(count).is_some_and(|word| {
            !word.kind.is_word() && (word.start as usize) < byte && byte < word.end as usize
        });
        Cursor {
            workspace,
            file,
            byte,
            before: if first && start == line {
                &all[all.len()..]
            } else {
                &all[head..]
            },
            first,
            quiet: open_text || in_comment || in_number,
        }
    }

    fn text(&self, word: &Token) -> &'a str {
        self.file.slice(word.span(SOURCE))
    }

    /// Names that the declaration at hand makes for itself, by its words: it may not be whole yet.
    pub fn locals(&self) -> Vec<String> {
        let words = self.before;
        let mut names: Vec<String> = vec![];
        let parens = self.is_header();
        for pair in words.windows(2) {
            let made = match (pair[0].kind, pair[1].kind) {
                (WordKind::Name, WordKind::In) => Some(&pair[0]),
                (WordKind::Name, WordKind::Colon) if parens => Some(&pair[0]),
                (WordKind::Name, WordKind::Name) if self.text(&pair[0]) == "let" => Some(&pair[1]),
                _ => None,
            };
            names.extend(made.map(|word| self.text(word).to_string()));
        }
        let visible =
            |span: Option<Span>| span.is_some_and(|span| span.range().contains(&self.byte));
        let symbols = self.file.names().symbols.iter();
        let symbols = symbols.filter(|symbol| visible(symbol.visible));
        names.extend(symbols.map(|symbol| symbol.name.clone()));
        names.sort();
        names.dedup();
        names
    }

    /// The word that opens the declaration at hand.
    fn head(&self) -> &'a str {
        self.before.first().map_or("", |word| self.text(word))
    }

    /// Whether the declaration at hand has parameters.
    fn is_header(&self) -> bool {
        matches!(self.head(), "fn" | "arch" | "objective" | "experiment")
    }

    /// What can stand here.
    pub fn place(&self) -> Place {
        if self.quiet {
            return Place::Nothing;
        }
        let Some((last, rest)) = self.before.split_last() else {
            return Place::Declaration;
        };
        if self.head() == "use" {
            return self.import();
        }
        let open = self.open_bracket();
        let same_line = !self.first;
        match last.kind {
            WordKind::Dot => {
                return match self.target_before(rest) {
                    Some(base) => Place::Member(base),
                    None => Place::Nothing,
                };
            }
            WordKind::Number if same_line && (last.end as usize) < self.byte => return Place::Unit,
            WordKind::Along => return Place::Blend,
            WordKind::Colon if self.wants_type(rest, open) => return Place::Type,
            WordKind::ListOpen if rest.last().is_some_and(|word| self.text(word) == "list") => {
                return Place::Type;
            }
            _ => {}
        }
        match open {
            None => self.outside(last, rest),
            Some(at) => self.inside(at, last),
        }
    }

    /// In an import.
    fn import(&self) -> Place {
        let words: Vec<&str> = self.before[1..]
            .iter()
            .map(|word| self.text(word))
            .collect();
        match words.as_slice() {
            [] => Place::Module,
            ["std", "."] => Place::Module,
            ["std", ".", "{", .., "{" | ","] | ["std", ".", "{"] => Place::Module,
            ["std", ".", module, "."] | ["std", ".", module, ".", "{"] => {
                Place::Export(module.to_string())
            }
            ["std", ".", module, ".", "{", .., ","] => Place::Export(module.to_string()),
            _ => Place::Nothing,
        }
    }

    /// The innermost bracket that is open, by its place among the words.
    fn open_bracket(&self) -> Option<usize> {
        let mut open = vec![];
        for (at, word) in self.before.iter().enumerate() {
            if word.kind.closing().is_some() {
                open.push(at);
            } else if word.kind.closes() {
                open.pop();
            }
        }
        open.last().copied()
    }

    /// Whether a type follows: `param x: `, `fn f(a: `.
    fn wants_type(&self, rest: &[Token], open: Option<usize>) -> bool {
        match open {
            None => self.head() == "param" && rest.len() == 2,
            // The parameters stand right behind the declaration's name.
            Some(at) => self.is_header() && at == 2 && self.before[at].kind == WordKind::ParenOpen,
        }
    }

    fn outside(&self, last: &Token, rest: &[Token]) -> Place {
        // The name of a declaration, which is new; behind it what the declaration needs.
        if rest.is_empty() && told(DECLARATIONS, self.text(last)).is_some() {
            return Place::Nothing;
        }
        match last.kind {
            _ if ends_value(last.kind) => Place::Behind,
            _ => Place::Value(None),
        }
    }

    fn inside(&self, at: usize, last: &Token) -> Place {
        let bracket = &self.before[at];
        let inner = &self.before[at + 1..];
        let begins = at + 1 == self.before.len() || last.kind == WordKind::Comma;
        match bracket.kind {
            WordKind::BraceOpen => self.block(at, inner, begins, last),
            WordKind::ParenOpen if self.is_header() && at == 2 => Place::Nothing,
            kind @ (WordKind::ParenOpen | WordKind::ListOpen) => {
                let touches = at > 0 && self.before[at - 1].end == bracket.start;
                let base = self.target_before(&self.before[..at]).filter(|_| touches);
                if ends_value(last.kind) && !begins {
                    return Place::Behind;
                }
                match (base, kind) {
                    (Some(callee), WordKind::ParenOpen) if begins => {
                        Place::Argument(callee, self.given(inner))
                    }
                    (Some(callee), WordKind::ParenOpen) => {
                        Place::Value(self.wanted(&callee, inner))
                    }
                    // The index sets of a declaration: new names.
                    (Some(_), _) if begins && at == 2 && self.head() != "claim" => Place::Nothing,
                    (Some(family), _) if begins => Place::Index(family, self.given(inner)),
                    _ => Place::Value(None),
                }
            }
            _ => Place::Value(None),
        }
    }

    /// In braces: the fields of a recipe or a model, an arch, an experiment, an `if`.
    fn block(&self, at: usize, inner: &[Token], begins: bool, last: &Token) -> Place {
        let begins = begins || (self.first && ends_value(last.kind));
        let before = at.checked_sub(1).map(|before| &self.before[before]);
        let outer = self.before[..at]
            .iter()
            .fold(0i32, |depth, word| match word.kind {
                kind if kind.closing().is_some() => depth + 1,
                kind if kind.closes() => depth - 1,
                _ => depth,
            });
        let recipe = before.is_some_and(|word| word.kind == WordKind::With)
            || (outer == 0 && self.head() == "recipe");
        let model = outer == 0 && matches!(self.head(), "teacher" | "student" | "model");
        if recipe || model {
            return match (begins, recipe) {
                (true, true) => Place::RecipeField(self.given(inner)),
                (true, false) => Place::ModelField(self.given(inner)),
                (false, _) if ends_value(last.kind) => Place::Behind,
                (false, _) => Place::Value(self.wanted_field(inner, recipe)),
            };
        }
        match self.head() {
            "arch" if outer == 0 && begins => Place::ArchBody,
            "experiment" if outer == 0 && begins => Place::Declaration,
            _ if ends_value(last.kind) && !begins => Place::Behind,
            _ => Place::Value(None),
        }
    }

    /// The names that are given already among fields, arguments or places of an index.
    fn given(&self, inner: &[Token]) -> Vec<String> {
        let mut depth = 0;
        let mut names = vec![];
        for pair in inner.windows(2) {
            if pair[0].kind.closing().is_some() {
                depth += 1;
            } else if pair[0].kind.closes() {
                depth -= 1;
            }
            if depth == 0 && pair[0].kind.is_word() && pair[1].kind == WordKind::Colon {
                names.push(self.text(&pair[0]).to_string());
            }
        }
        names
    }

    /// The name before the colon after which a value is being written.
    fn named(&self, inner: &[Token]) -> Option<&'a str> {
        let mut depth = 0;
        for at in (1..inner.len()).rev() {
            let kind = inner[at].kind;
            if kind.closes() {
                depth += 1;
            } else if kind.closing().is_some() {
                depth -= 1;
            } else if depth == 0 && kind == WordKind::Comma {
                return None;
            } else if depth == 0 && kind == WordKind::Colon {
                return Some(self.text(&inner[at - 1]));
            }
        }
        None
    }

    /// The type of the argument that is being written.
    fn wanted(&self, callee: &Target, inner: &[Token]) -> Option<Type> {
        let name = self.named(inner)?;
        let Meaning::Builtin(Builtin::Word(word, _) | Builtin::State(word)) =
            self.workspace.meaning(self.file, callee)?
        else {
            return None;
        };
        let param = word.params.iter().find(|param| param.name == name)?;
        Some(param.ty)
    }

    /// The type of the field that is being written.
    fn wanted_field(&self, inner: &[Token], recipe: bool) -> Option<Type> {
        let name = self.named(inner)?;
        if recipe {
            let field = RECIPE_FIELDS.iter().find(|field| field.name == name)?;
            return Some(field.ty);
        }
        Some(match name {
            "data" | "test" => Type::Split,
            "objective" => Type::Objective,
            "seed" => Type::Int,
            "init" => Type::Model,
            _ => return None,
        })
    }

    /// What the words before a bracket or a dot name: `a`, `a.b`, `a[…].b`, `f(…)`.
    fn target_before(&self, words: &[Token]) -> Option<Target> {
        let (last, rest) = words.split_last()?;
        match last.kind {
            kind if kind.is_word() => match rest.split_last() {
                Some((dot, base)) if dot.kind == WordKind::Dot => {
                    let base = self.target_before(base)?;
                    Some(Target::Member(base.into(), self.text(last).to_string()))
                }
                _ => Some(lookup(self.file, self.text(last), self.byte)),
            },
            WordKind::ListClose => self.target_before(&words[..matching(words)?]),
            WordKind::ParenClose => {
                let callee = self.target_before(&words[..matching(words)?])?;
                Some(Target::Result(callee.into()))
            }
            _ => None,
        }
    }
}

/// The place of the bracket that the last word closes.
fn matching(words: &[Token]) -> Option<usize> {
    let mut depth = 0;
    for (at, word) in words.iter().enumerate().rev() {
        if word.kind.closes() {
            depth += 1;
        } else if word.kind.closing().is_some() {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Whether a value can end with it.
fn ends_value(kind: WordKind) -> bool {
    use WordKind::*;
    matches!(
        kind,
        Name | True
            | False
            | Number
            | Fraction
            | Time
            | QuoteEnd
            | ParenClose
            | ListClose
            | BraceClose
    )
}
