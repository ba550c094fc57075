//! What a format yields, whatever it is.

use super::quotes::Unclosed;

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
    /// In the order of the files; no more than are declared.
    pub list: Vec<Record>,
    /// How many are declared.
    pub declared: usize,
    /// How many were found.
    pub found: usize,
    /// How many lines were skipped because they are short.
    pub skipped: usize,
    /// Where there are fewer than are declared: the first quote that is never closed.
    pub unclosed: Option<Unclosed>,
    /// What they were read from, as an error names it: ``the file `train.tsv` ``.
    pub from: String,
}

impl Records {
    /// None yet of so many that are declared.
    pub fn new(declared: usize) -> Self {
        Self {
            declared,
            ..Self::default()
        }
    }

    /// One more. Those that nobody has declared are counted, not kept.
    pub fn add(&mut self, record: Record) {
        self.found += 1;
        if self.list.len() < self.declared {
            self.list.push(record);
        }
    }
}
