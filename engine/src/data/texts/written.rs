//! The files that tokenizers are written in, told apart by what is in them.

use std::fmt;
use std::path::Path;

use serde_json::Value;

use super::TextError;

/// A file that a tokenizer is written in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Written {
    /// All of it, as Hugging Face's `tokenizers` writes it: `tokenizer.json`.
    Whole,
    /// Tokens with their ids, as a JSON object: `vocab.json`.
    Ids,
    /// Pairs of tokens that are merged, one a line: `merges.txt`.
    Merges,
    /// Tokens, one a line: `vocab.txt`.
    Lines,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Written::Whole => "a `tokenizer.json` as Hugging Face's `tokenizers` writes it",
            Written::Ids => "a `vocab.json` of byte-level BPE, one object of tokens and their ids",
            Written::Merges => "a `merges.txt` of byte-level BPE, two tokens a line",
            Written::Lines => "BERT's `vocab.txt`, one token a line",
        })
    }
}

impl Written {
    /// What a file looks like, if like one of them.
    fn of(bytes: &[u8]) -> Option<Self> {
        if let Ok(Value::Object(object)) = serde_json::from_slice(bytes) {
            let whole = object.get("model").is_some_and(Value::is_object);
            let ids = !object.is_empty() && object.values().all(Value::is_u64);
            return match (whole, ids) {
                (true, _) => Some(Written::Whole),
                (false, true) => Some(Written::Ids),
                (false, false) => None,
            };
        }
        let mut lines = str::from_utf8(bytes).ok()?.lines();
        if bytes.starts_with(b"#version") {
            return Some(Written::Merges);
        }
        lines.any(|line| line == "[CLS]").then_some(Written::Lines)
    }

    /// What is wrong with a file that should be one of these: that it is another one or none, or some detail of it.
    pub fn hold(self, path: &Path, bytes: &[u8], error: TextError) -> TextError {
        let found = Self::of(bytes);
        let other = match found {
            Some(found) => found != self,
            None => matches!(
                error,
                TextError::Tokenizer { .. } | TextError::FileNotUtf8 { .. }
            ),
        };
        match other {
            true => TextError::Written {
                path: path.to_path_buf(),
                wanted: self,
                found,
            },
            false => error,
        }
    }

    /// What reads such a file.
    pub fn reader(self) -> &'static str {
        match self {
            Written::Whole => "such a file is read by `tokenizer_file(…)`",
            Written::Ids => {
                "such a file is read by `byte_bpe(…)`, with the `merges.txt` that lies beside it"
            }
            Written::Merges => {
                "such a file is read by `byte_bpe(…)`, behind the `vocab.json` that lies beside it"
            }
            Written::Lines => "such a file is read by `wordpiece(…)`",
        }
    }

    /// Where such a file comes from.
    pub fn source(self) -> &'static str {
        match self {
            Written::Whole => {
                "name a `tokenizer.json`: it lies beside a model's weights, and `save_pretrained` of a fast tokenizer writes it"
            }
            Written::Ids => "name the `vocab.json` that lies beside a RoBERTa's weights",
            Written::Merges => "name the `merges.txt` that lies beside the `vocab.json`",
            Written::Lines => "name the `vocab.txt` that lies beside a BERT's weights",
        }
    }
}
