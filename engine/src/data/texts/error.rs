//! What can be wrong with texts and tokenizers.

use std::path::PathBuf;

use kdp::diag::count;

use super::quotes::{Quotes, Unclosed};
use super::written::Written;
use crate::data::columns::{ColumnError, Place};

/// Why texts could not be read, or no tokens made of them.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum TextError {
    #[error("the file `{}` is empty{}", .path.display(), if *.header { ": its first line names the columns" } else { "" })]
    Empty { path: PathBuf, header: bool },
    #[error(transparent)]
    Column(#[from] ColumnError),
    #[error("{place} has {}, its first line {wanted}", count(.found, "column"))]
    Columns {
        place: Place,
        found: u64,
        wanted: u64,
        quotes: Quotes,
    },
    #[error(transparent)]
    Unclosed(#[from] Unclosed),
    #[error("the file `{}` is not UTF-8: its byte {byte} is the first that is not", .path.display())]
    FileNotUtf8 { path: PathBuf, byte: usize },
    #[error("{0} is not a JSON object: {1}")]
    NotAnObject(Place, String),
    #[error("the file `{}` cannot be read as a table: {reason}", .path.display())]
    Table { path: PathBuf, reason: String },
    #[error("the folder `{}` has no folder `{label}`: it has {there}", .path.display())]
    NoClass {
        path: PathBuf,
        label: String,
        there: String,
    },
    #[error("the folder `{}` has a folder `{found}`, which is none of the labels declared: {labels}", .path.display())]
    UnknownClass {
        path: PathBuf,
        found: String,
        labels: String,
    },
    #[error("{from} holds {}{}, but {declared} are declared{}", count(.found, &format!("{split} sample")), short(*.skipped), open(.unclosed))]
    Count {
        from: String,
        split: &'static str,
        found: usize,
        skipped: usize,
        declared: i64,
        /// The first quote that took lines into a text.
        unclosed: Option<Box<Unclosed>>,
    },
    #[error("the tokenizer of the file `{}` has {found} tokens, but `vocabulary: {declared}` is declared", .path.display())]
    Vocabulary {
        path: PathBuf,
        found: usize,
        declared: i64,
    },
    #[error("the tokenizer of the file `{}` has ids up to {largest}, but {vocabulary} tokens", .path.display())]
    Ids {
        path: PathBuf,
        largest: u32,
        vocabulary: i64,
    },
    #[error("the tokenizer of the file `{}` pads with {found}, but `padding: {declared}` is declared", .path.display())]
    Padding {
        path: PathBuf,
        found: u32,
        declared: i64,
    },
    #[error("the tokenizer of the file `{}` tells which of two texts a token is of, but `segments: 1` is declared", .0.display())]
    Segments(PathBuf),
    #[error("the file `{}` has no token `{token}`", .path.display())]
    NoToken { path: PathBuf, token: &'static str },
    #[error("the file `{}` is not {wanted}{}", .path.display(), looks(.found))]
    Written {
        path: PathBuf,
        wanted: Written,
        /// What it looks like.
        found: Option<Written>,
    },
    #[error("{0} is not a merge: two tokens and a space between them")]
    Merge(Place),
    #[error("the file `{}` is no sound tokenizer: {reason}", .path.display())]
    Tokenizer { path: PathBuf, reason: String },
    #[error("`length: {length}` leaves no room for a text: the tokenizer of the file `{}` adds {}{}", .path.display(), count(.added, "token"), if *.pairs { " to a pair" } else { "" })]
    NoRoom {
        path: PathBuf,
        length: usize,
        added: usize,
        pairs: bool,
    },
}

fn short(lines: usize) -> String {
    match lines {
        0 => String::new(),
        1 => " (a short line was skipped)".to_string(),
        _ => format!(" ({lines} short lines were skipped)"),
    }
}

fn looks(found: &Option<Written>) -> String {
    found.map_or_else(String::new, |found| format!(": it looks like {found}"))
}

fn open(unclosed: &Option<Box<Unclosed>>) -> String {
    let unclosed = unclosed.as_ref();
    unclosed.map_or_else(String::new, |unclosed| format!("; {unclosed}"))
}

impl TextError {
    /// The mend, where one is known.
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            TextError::Unclosed(_) => Unclosed::HELP,
            TextError::Count {
                unclosed: Some(_), ..
            } => {
                "close the quote, or declare `quoting: false` where quotes stand for themselves; or declare as many as there are"
            }
            TextError::Empty { .. }
            | TextError::Count { .. }
            | TextError::UnknownClass { .. }
            | TextError::NoClass { .. } => "change the declaration, or put the right files there",
            TextError::Column(error) => error.help(),
            TextError::Columns { quotes, .. } => quotes.help(),
            TextError::FileNotUtf8 { .. } => {
                "save the file in UTF-8, or declare `encoding: \"latin1\"`"
            }
            TextError::NotAnObject(..) => {
                "each line of the file is one object: `{\"text\": \"…\", \"label\": \"…\"}`"
            }
            TextError::Vocabulary { .. } | TextError::Padding { .. } => {
                "declare what the file has where it is the right one: its network must have as many tokens, and the same padding"
            }
            TextError::Segments(_) => {
                "declare `segments: 2`, and use a network that is told of them"
            }
            TextError::Written {
                found: Some(found), ..
            } => found.reader(),
            TextError::Written { wanted, .. } => wanted.source(),
            TextError::Merge(_) => Written::Merges.source(),
            TextError::NoToken { .. } => {
                "name the file of a BERT or a RoBERTa, as it was published; other tokenizers are read of their `tokenizer.json`, by `tokenizer_file(…)`"
            }
            TextError::NoRoom { .. } => "declare a larger `length`",
            _ => return None,
        })
    }
}
