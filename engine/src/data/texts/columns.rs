//! The columns of a text, of its pair and of its label.

use kdp::plan::Call;

use super::Record;
use crate::data::DataError;
use crate::data::columns::{ColumnError, Labels, Place};

/// The columns of a record.
#[derive(Debug, PartialEq)]
pub struct Columns<T> {
    /// Those of the text, which are joined by a space.
    pub text: Vec<T>,
    /// That of the second text.
    pub pair: Option<T>,
    /// That of the label.
    pub label: T,
}

impl<'a> Columns<&'a str> {
    /// As a source names them.
    pub fn of(source: &'a Call) -> Result<Self, DataError> {
        let lacks = |argument: &str| DataError::argument(source, argument);
        Ok(Self {
            text: source.texts("text").ok_or_else(|| lacks("text"))?,
            pair: source.text("pair"),
            label: source.text("label").ok_or_else(|| lacks("label"))?,
        })
    }
}

impl<T> Columns<T> {
    /// Something found for each.
    pub fn find<U, E>(&self, mut find: impl FnMut(&T) -> Result<U, E>) -> Result<Columns<U>, E> {
        Ok(Columns {
            text: self.text.iter().map(&mut find).collect::<Result<_, _>>()?,
            pair: self.pair.as_ref().map(&mut find).transpose()?,
            label: find(&self.label)?,
        })
    }

    /// The next of each.
    pub fn next<U, E>(
        &mut self,
        mut next: impl FnMut(&mut T) -> Result<U, E>,
    ) -> Result<Columns<U>, E> {
        Ok(Columns {
            text: self
                .text
                .iter_mut()
                .map(&mut next)
                .collect::<Result<_, _>>()?,
            pair: self.pair.as_mut().map(&mut next).transpose()?,
            label: next(&mut self.label)?,
        })
    }
}

impl<T: AsRef<str>> Columns<T> {
    /// The record that stands in them.
    pub fn record(
        &self,
        labels: &Labels,
        place: impl Fn() -> Place,
    ) -> Result<Record, ColumnError> {
        let texts: Vec<&str> = self.text.iter().map(AsRef::as_ref).collect();
        Ok(Record {
            text: texts.join(" "),
            pair: self.pair.as_ref().map(|pair| pair.as_ref().to_string()),
            class: labels.class(self.label.as_ref(), place)?,
        })
    }
}
