//! Tokenizers: rows of ids of records.

use kdp::plan::{Call, Shape};
use rayon::prelude::*;

use super::pretrained::Pretrained;
use super::{Record, TextError, bytes};
use crate::data::files::Files;
use crate::data::{DataError, Inputs, Making};

/// Records of which tokens are made before it is told how far they are.
const TOLD: usize = 4096;

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
            _ => Kind::Pretrained(Box::new(Pretrained::of(call, files, row)?)),
        };
        let width = usize::try_from(length).ok().filter(|width| *width > 0);
        Ok(Self {
            kind,
            length: width.ok_or_else(|| lacks("length"))?,
            padding: padding as i32,
        })
    }

    /// A row of each record.
    pub fn rows(&self, records: &[Record], making: &mut Making) -> Result<Inputs, DataError> {
        let threads = tch::get_num_threads().max(1) as usize;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(TextError::from)?;
        let mut ids = vec![self.padding; records.len() * self.length];
        let parts = ids.chunks_mut(TOLD * self.length).zip(records.chunks(TOLD));
        for (ids, records) in parts {
            let rows = ids.par_chunks_mut(self.length).zip(records);
            let fill = || {
                rows.try_for_each(|(row, record)| {
                    let places = row.iter_mut().zip(self.tokens(record)?);
                    places.for_each(|(place, id)| *place = id);
                    Ok::<_, TextError>(())
                })
            };
            pool.install(fill)?;
            making.told(records.len());
        }
        Ok(Inputs::tokens(self.length, &ids))
    }

    /// The tokens of a record, at most as many as a row has.
    fn tokens(&self, record: &Record) -> Result<Vec<i32>, TextError> {
        match &self.kind {
            Kind::Bytes => Ok(bytes::tokens(record, self.length)),
            Kind::Pretrained(tokenizer) => tokenizer.tokens(record),
        }
    }
}
