//! Tokenizers: what their declaration says of files that are not opened.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Wrong, count};
use crate::check::Checker;
use crate::check::values::{Tokenizer, Value};
use crate::diag::Span;
use crate::spec::{Call, Shape};
use crate::vocabulary::{BYTE_TOKENS, Word};

/// The largest vocabulary: ids, those of second texts too, are numbers of 32 bits.
const LARGEST: i64 = 1 << 30;

impl Checker<'_> {
    /// A tokenizer.
    pub(in crate::check) fn tokenizer(
        &mut self,
        word: &Word,
        named: BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let call = self.plain(word, &named);
        if let Err(wrong) = row(&call, 1) {
            return self.wrong(wrong, &named, span);
        }
        let paths = named
            .into_iter()
            .filter_map(|(name, (value, _))| match value {
                Value::Path(path) => Some((name, path)),
                _ => None,
            });
        let paths = paths.collect();
        Value::Tokenizer(Rc::new(Tokenizer { call, paths }))
    }
}

/// The rows of tokens that a tokenizer makes.
pub(super) fn row(tokenizer: &Call, length: i64) -> Result<Shape, Wrong> {
    if tokenizer.name == "bytes" {
        return Ok(Shape::Tokens {
            length,
            vocabulary: BYTE_TOKENS,
            padding: 0,
            segments: 1,
        });
    }
    let vocabulary = count(tokenizer, "vocabulary", 2, LARGEST)?;
    Ok(Shape::Tokens {
        length,
        vocabulary,
        padding: count(tokenizer, "padding", 0, vocabulary - 1)?,
        segments: match tokenizer.name.as_str() {
            "wordpiece" => 2,
            "byte_bpe" => 1,
            _ => count(tokenizer, "segments", 1, 2)?,
        },
    })
}
