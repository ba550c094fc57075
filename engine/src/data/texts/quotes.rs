//! Quotes of a table: around columns, or standing for themselves.

use super::lines::Lines;
use crate::data::columns::Place;

/// What the quotes of a line are to a table that is declared in some way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quotes {
    /// There are none.
    None,
    /// They stand around columns.
    Enclose,
    /// They stand for themselves.
    Text,
}

impl Quotes {
    /// The mend of a line that has too many columns or too few.
    pub fn help(self) -> &'static str {
        match self {
            Quotes::None => "mend the line; or change the declaration: its `delimiter`",
            Quotes::Enclose => {
                "mend the line; or change the declaration: its `delimiter`, and `quoting: false` where quotes stand for themselves"
            }
            Quotes::Text => {
                "mend the line; or change the declaration: its `delimiter`, and `quoting: true` where quotes stand around columns"
            }
        }
    }
}

/// A quote that is opened and takes in lines behind it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{place} opens a quote that is never closed{}", told(.next))]
pub struct Unclosed {
    /// Where it is opened.
    pub place: Place,
    /// The line of the next quote where there is one; its column goes on behind that.
    pub next: Option<usize>,
}

impl Unclosed {
    /// The mend.
    pub const HELP: &str = "close the quote (one within quotes is written twice); or declare `quoting: false` where quotes stand for themselves";
}

fn told(next: &Option<usize>) -> String {
    next.map_or_else(String::new, |line| {
        format!(": the next quote, in line {line}, ends no column")
    })
}

/// Where a byte stands.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// At the beginning of a record.
    Record,
    /// At the beginning of a column.
    Column,
    /// In a column without quotes, or behind those that it had.
    Plain,
    /// Between quotes.
    Quoted,
    /// Behind a quote that closes a column, or that is one of two which stand for one.
    Closed,
}

impl State {
    /// The next byte's.
    fn after(self, byte: u8, delimiter: u8) -> Self {
        match (self, byte) {
            (State::Record | State::Column | State::Closed, b'"') => State::Quoted,
            (State::Quoted, b'"') => State::Closed,
            (State::Quoted, _) => State::Quoted,
            (_, byte) if byte == delimiter => State::Column,
            (_, b'\r' | b'\n') => State::Record,
            _ => State::Plain,
        }
    }
}

/// The first quote that is never closed where quotes stand around columns: in the record that is read from some byte on, or
/// in the file.
pub fn unclosed(lines: Lines, delimiter: u8, record: Option<u64>) -> Option<Unclosed> {
    let (mut line, mut opened, mut state) = (1, 1, State::Record);
    let unclosed = |opened, next| {
        let place = lines.line(opened);
        Some(Unclosed { place, next })
    };
    for (byte, at) in lines.unpacked().zip(0..) {
        if at >= record.unwrap_or(0) && !is_mark(byte, at) {
            let next = state.after(byte, delimiter);
            match (state, next) {
                (State::Record | State::Column, State::Quoted) => opened = line,
                (State::Closed, State::Plain) if line > opened => {
                    return unclosed(opened, Some(line));
                }
                (State::Record, State::Record) => {}
                (_, State::Record) if record.is_some() => return None,
                _ => {}
            }
            state = next;
        }
        line += usize::from(byte == b'\n');
    }
    match state {
        State::Quoted => unclosed(opened, None),
        _ => None,
    }
}

/// Whether a byte is of the mark that may begin a file in UTF-8.
fn is_mark(byte: u8, at: u64) -> bool {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    b"\xef\xbb\xbf".get(at) == Some(&byte)
}
