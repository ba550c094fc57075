//! What is said where the text reads otherwise than expected, and where reading goes on after it.

use super::cursor::{Failed, Parsed, Parser};
use super::declarations;
use super::token::{Kind, Token};
use crate::diag::{Diagnostic, Span};
use crate::syntax::codes;

impl Parser<'_> {
    /// Reports that `what` was expected where the next token stands.
    pub(super) fn unexpected(&mut self, what: &str) -> Failed {
        self.unexpected_in(what, !self.free)
    }

    /// The same, where something new was to begin: there the token is at fault, never the end of
    /// the line before it.
    pub(super) fn unexpected_first(&mut self, what: &str) -> Failed {
        self.unexpected_in(what, false)
    }

    /// `on_line`: whether `what` was expected on the line of what stands before it.
    fn unexpected_in(&mut self, what: &str, on_line: bool) -> Failed {
        let found = self.peek();
        if found.kind.is_reported() {
            return Failed;
        }
        let at_field =
            self.free && found.first && found.kind.is_word() && self.ahead(1).kind == Kind::Colon;
        let goes_on = found.kind == Kind::End || at_field || self.begins_declaration(self.at, None);
        let opening = self.open.last().map(|at| self.tokens[*at]);
        if let Some(opening) = opening.filter(|_| goes_on) {
            self.unclosed(opening, found);
            return Failed;
        }
        let error = if found.kind.closes() && self.open.is_empty() {
            let bracket = self.slice(found);
            Diagnostic::error(
                codes::UNMATCHED_BRACKET,
                format!("`{bracket}` closes a bracket that was never opened"),
            )
            .label(self.span(found), "")
            .help("delete it, or open a bracket before it")
        } else {
            // A line that leaves something open is at fault, not what begins the next one.
            let line_open = self.previous().kind.leaves_open();
            let on_line = on_line && found.kind != Kind::Minus;
            let (shown, place) = if found.first && !found.kind.closes() && (line_open || on_line) {
                let end = self.previous().end as usize;
                let place = Span::new(self.source, end, end);
                ("the end of the line".to_owned(), place)
            } else {
                (self.shown(found), self.span(found))
            };
            let error = Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                format!("expected {what}, found {shown}"),
            )
            .label(place, "");
            let interpolated = opening.is_some_and(|open| open.kind == Kind::InterpolationStart);
            let error = if interpolated && found.kind.begins_value() {
                error.help("one value stands between the braces of a text; a brace that is meant as such is doubled")
            } else if what.starts_with("`,`") && found.kind.begins_value() {
                error.help("a `,` parts the entries")
            } else if let Some(mend) = self.habit(found) {
                error.help(mend)
            } else if line_open && place != self.span(found) {
                let last = self.slice(self.previous());
                error.help(format!("something must follow `{last}`"))
            } else {
                error
            };
            match opening {
                Some(opening) if found.kind.closes() || what.starts_with("`,`") => error.label(
                    self.span(opening),
                    format!("`{}` was opened here", self.slice(opening)),
                ),
                _ => error,
            }
        };
        self.error(error);
        Failed
    }

    /// The same, with how to mend it.
    pub(super) fn unexpected_help(&mut self, what: &str, help: &str) -> Failed {
        let before = self.errors.len();
        self.unexpected(what);
        if let Some(error) = self.errors.get_mut(before) {
            error.help.get_or_insert_with(|| help.to_owned());
        }
        Failed
    }

    pub(super) fn unclosed(&mut self, opening: Token, reached: Token) {
        let bracket = self.slice(opening);
        let reached = match reached.kind {
            Kind::End => (self.span(reached), "the file ends here".to_owned()),
            kind if kind.is_reserved() => {
                let word = self.slice(reached);
                (
                    self.span(reached),
                    format!("`{word}` cannot begin an entry"),
                )
            }
            _ => {
                let field = self.ahead(1).kind == Kind::Colon;
                let what = if field { "field" } else { "declaration" };
                (self.span(reached), format!("the next {what} begins here"))
            }
        };
        let closing = match opening.kind {
            Kind::ParenOpen => ")",
            Kind::ListOpen => "]",
            _ => "}",
        };
        self.error(
            Diagnostic::error(
                codes::UNCLOSED_BRACKET,
                format!("this `{bracket}` is never closed"),
            )
            .label(self.span(opening), "opened here")
            .label(reached.0, reached.1)
            .help(format!("close it with `{closing}`")),
        );
    }

    /// A token as an error names it.
    pub(super) fn shown(&self, token: Token) -> String {
        match token.kind {
            Kind::End => "the end of the file".to_owned(),
            Kind::Quote | Kind::CurlyText => "a text".to_owned(),
            _ => format!("`{}`", self.slice(token)),
        }
    }

    /// Whether a declaration begins at the token of that index: a word of one, the first of its
    /// line, at the line's very beginning or as far in as `like` stands.
    pub(super) fn begins_declaration(&self, index: usize, like: Option<usize>) -> bool {
        let token = self.tokens[index];
        if !token.first
            || token.kind != Kind::Name
            || !declarations::WORDS.contains(&self.slice(token))
        {
            return false;
        }
        let next = self.tokens[(index + 1).min(self.tokens.len() - 1)];
        let named = matches!(next.kind, Kind::Name | Kind::Quote) && !next.first;
        let column = self.column(token);
        named && (column == 0 || Some(column) == like)
    }

    /// Whether a word at the very left was probably meant to begin a declaration.
    fn begins_afresh(&self, token: Token) -> bool {
        // A text that goes on over the end of its line leaves its rest behind.
        let last_line = self.tokens[..self.at].iter().rev();
        let in_text = || {
            let mut of_declaration =
                last_line.take_while(|token| token.start >= self.declaration.start);
            of_declaration.any(|token| token.kind == Kind::QuoteMissing)
        };
        token.first && token.kind.is_word() && self.column(token) == 0 && !in_text()
    }

    /// Goes on to the next declaration, or to the `}` of the experiment around it.
    pub(super) fn skip_to_declaration(&mut self, brackets: usize) {
        let failed = self.declaration;
        let like = self.column(failed);
        let mut open = self.open_since(brackets);
        let from = self.peek();
        loop {
            let token = self.peek();
            let out =
                brackets > 0 && token.kind == Kind::BraceClose && !open.contains(&Kind::BraceOpen);
            let next = self.begins_declaration(self.at, Some(like))
                || open.is_empty() && self.begins_afresh(token);
            if token.kind == Kind::End || out || next && token.start > failed.start {
                break;
            }
            track(&mut open, token.kind);
            self.bump();
        }
        self.skipped_from(from, brackets);
    }

    /// The kinds of the brackets that are open within the `brackets`-th.
    fn open_since(&self, brackets: usize) -> Vec<Kind> {
        let open = self.open.get(brackets..).unwrap_or(&[]);
        open.iter().map(|at| self.tokens[*at].kind).collect()
    }

    /// Goes on to the next field of the block whose bracket is the `brackets`-th, or to its `}`.
    /// Fails where there is no such place.
    pub(super) fn skip_to_field(&mut self, brackets: usize) -> Parsed<()> {
        let from = self.peek();
        // A bracket that is never closed hides the fields behind it: then the next line that
        // begins like a field is one.
        let place = self
            .next_field(brackets, false)
            .or_else(|| self.next_field(brackets, true));
        self.at = place.ok_or(Failed)?;
        self.skipped_from(from, brackets);
        Ok(())
    }

    /// The index of the next field, or of the `}` of its block, whose bracket is the
    /// `brackets`-th. `anyhow`: whatever other brackets are open there.
    fn next_field(&self, brackets: usize, anyhow: bool) -> Option<usize> {
        let mut open = self.open_since(brackets);
        for index in self.at..self.tokens.len() {
            let token = self.tokens[index];
            if token.kind == Kind::End || self.begins_declaration(index, None) {
                return None;
            }
            let in_block = !open.contains(&Kind::BraceOpen);
            if in_block && token.kind == Kind::BraceClose {
                return (anyhow || open.is_empty()).then_some(index);
            }
            let named = token.kind.is_word() && self.tokens[index + 1].kind == Kind::Colon;
            let parted = token.first || index > 0 && self.tokens[index - 1].kind == Kind::Comma;
            if named && (open.is_empty() && parted || anyhow && in_block && token.first) {
                return Some(index);
            }
            track(&mut open, token.kind);
        }
        None
    }

    /// Goes on to the `{` of the declaration's own block. Fails where there is none.
    pub(super) fn skip_to_body(&mut self, brackets: usize) -> Parsed<()> {
        let from = self.peek();
        let mut open = self.open_since(brackets);
        for index in self.at..self.tokens.len() {
            let token = self.tokens[index];
            if token.kind == Kind::End || self.begins_declaration(index, None) {
                break;
            }
            // What stopped the reading may be the block itself, behind an open bracket.
            if (open.is_empty() || index == self.at) && token.kind == Kind::BraceOpen {
                self.at = index;
                self.skipped_from(from, brackets);
                return Ok(());
            }
            track(&mut open, token.kind);
        }
        Err(Failed)
    }

    /// Whether a place lies in what was skipped, which is in the order of the text.
    pub(super) fn was_skipped(&self, place: Span) -> bool {
        let index = self
            .skipped
            .partition_point(|skipped| skipped.end < place.end);
        self.skipped
            .get(index)
            .is_some_and(|skipped| skipped.start <= place.start)
    }

    fn skipped_from(&mut self, from: Token, brackets: usize) {
        self.open.truncate(brackets);
        self.skipped.push(Span {
            source: self.source,
            start: from.end,
            end: self.peek().start.max(from.end),
        });
    }
}

/// Follows brackets over a token. A `}` ends whatever round and square ones were left open in its
/// braces.
fn track(open: &mut Vec<Kind>, kind: Kind) {
    if kind.closing().is_some() {
        open.push(kind);
    } else if kind == Kind::BraceClose {
        let brace = open.iter().rposition(|open| *open == Kind::BraceOpen);
        open.truncate(brace.unwrap_or(open.len()));
    } else if kind.closes() && open.last().and_then(|open| open.closing()) == Some(kind) {
        open.pop();
    }
}
