//! What a format yields, whatever it is.

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
