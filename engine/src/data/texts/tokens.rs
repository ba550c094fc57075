//! Tokenizers: rows of ids of records.

use kdp::plan::{Call, Shape};
use rayon::prelude::*;

use super::pretrained::Pretrained;
use super::{Record, TextError, bytes};
use crate::data::files::Files;
use crate::data::{DataError, Inputs, Making, parts};

/// How many texts a part has at least and at most.
const TEXTS: [usize; 2] = [1024, 16_384];

/// What makes rows of tokens of records.
pub struct Tokenizer {
    kind: Kind,
    length: usize,
    padding: i32,
}

enum Kind {
    Bytes,
    Pretrained(Box<Pretrained>),
}

impl Tokenizer {
    /// The tokenizer of a source of texts, which makes the rows that are declared.
    pub fn of(source: &Call, files: &Files, row: &Shape) -> Result<Self, DataError> {
        let lacks = |argument: &str| DataError::argument(source, argument);
        let call = source.call("tokens").ok_or_else(|| lacks("tokens"))?;
        let &Shape::Tokens {
            length, padding, ..
        } = row
        else {
            return Err(lacks("tokens"));
        };
        let kind = match call.name.as_str() {
            "bytes" => Kind::Bytes,
            _ => {
                let pairs = source.text("pair").is_some();
                Kind::Pretrained(Box::new(Pretrained::of(call, files, row, pairs)?))
            }
        };
        let width = usize::try_from(length).ok().filter(|width| *width > 0);
        Ok(Self {
            kind,
            length: width.ok_or_else(|| lacks("length"))?,
            padding: padding as i32,
        })
    }

    /// A row of each record of a split.
    pub fn rows(
        &self,
        records: &[Record],
        split: &str,
        making: &mut Making,
    ) -> Result<Inputs, DataError> {
        let part = parts::size(4 * self.length, TEXTS);
        let ids = making.rows(split, records.len(), part, |range| {
            let records = records[range].par_iter();
            records.map(|record| self.row(record)).collect()
        })?;
        Ok(Inputs::Tokens {
            length: self.length,
            ids,
        })
    }

    /// The row of a record: whole numbers of 32 bits, their lowest byte first.
    fn row(&self, record: &Record) -> Result<Vec<u8>, DataError> {
        let ids = self.tokens(record)?;
        let mut row = self.padding.to_le_bytes().repeat(self.length);
        let places = row.as_chunks_mut().0.iter_mut();
        places
            .zip(ids)
            .for_each(|(place, id)| *place = id.to_le_bytes());
        Ok(row)
    }

    /// The tokens of a record, at most as many as a row has.
    fn tokens(&self, record: &Record) -> Result<Vec<i32>, TextError> {
        match &self.kind {
            Kind::Bytes => Ok(bytes::tokens(record, self.length)),
            Kind::Pretrained(tokenizer) => tokenizer.tokens(record),
        }
    }
}
