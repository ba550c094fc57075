//! Sentences in which the names of a file's things stand as code.

use serde::Serialize;

/// A text whose pieces are words or names.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Prose(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Piece {
    text: String,
    /// Whether it is a name.
    name: bool,
}

impl Prose {
    /// With some words more.
    pub fn words(mut self, text: impl Into<String>) -> Prose {
        let (text, name) = (text.into(), false);
        self.0.push(Piece { text, name });
        self
    }

    /// With a name.
    pub fn name(mut self, text: impl Into<String>) -> Prose {
        let (text, name) = (text.into(), true);
        self.0.push(Piece { text, name });
        self
    }

    /// In plain text, with names in backquotes.
    pub fn plain(&self) -> String {
        let pieces = self.0.iter().map(|piece| match piece.name {
            true => format!("`{}`", piece.text),
            false => piece.text.clone(),
        });
        pieces.collect()
    }
}
