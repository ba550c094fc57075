//! What a format yields, whatever it is.

use std::fmt;
use std::path::{Path, PathBuf};

/// A text, or a pair of texts, and its class.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The text.
    pub text: String,
    /// The second text of a pair.
    pub pair: Option<String>,
    /// Its class.
    pub class: i64,
}

/// The records of a split.
#[derive(Debug, Default, PartialEq)]
pub struct Records {
    /// In the order of the files.
    pub list: Vec<Record>,
    /// How many lines were skipped because they are short.
    pub skipped: usize,
    /// What they were read from, as an error names it: ``the file `train.tsv` ``.
    pub from: String,
}

/// Where a record stands in a file: a line, or a row of a file that has no lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// `line` or `row`.
    pub unit: &'static str,
    /// Counted from 1.
    pub number: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { path, unit, number } = self;
        write!(f, "{unit} {number} of the file `{}`", path.display())
    }
}

/// A file, as an error names it.
pub fn file(path: &Path) -> String {
    format!("the file `{}`", path.display())
}
