//! The columns that a declaration names, and what is said of one that is not there.

use kdp::diag::closest;
use kdp::plan::Call;

use super::{Place, Record, TextError};
use crate::data::DataError;

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
}

impl<T: AsRef<str>> Columns<T> {
    /// The record that stands in them.
    pub fn record(&self, labels: &Labels, place: impl Fn() -> Place) -> Result<Record, TextError> {
        let texts: Vec<&str> = self.text.iter().map(AsRef::as_ref).collect();
        Ok(Record {
            text: texts.join(" "),
            pair: self.pair.as_ref().map(|pair| pair.as_ref().to_string()),
            class: labels.class(self.label.as_ref(), place)?,
        })
    }
}

/// The labels in the order of the classes.
#[derive(Debug, PartialEq)]
pub struct Labels<'a>(pub Vec<&'a str>);

impl<'a> Labels<'a> {
    /// As a source lists them.
    pub fn of(source: &'a Call) -> Result<Self, DataError> {
        let labels = source.texts("labels").map(Self);
        labels.ok_or_else(|| DataError::argument(source, "labels"))
    }

    /// The class of a label.
    pub fn class(&self, label: &str, place: impl Fn() -> Place) -> Result<i64, TextError> {
        let class = self.0.iter().position(|known| *known == label);
        class
            .map(|class| class as i64)
            .ok_or_else(|| TextError::Label {
                place: place(),
                label: label.to_string(),
                labels: quoted(&self.0),
            })
    }
}

/// The place of the one column of that name among those that `whose` has.
pub fn column(whose: impl Fn() -> String, there: &[&str], name: &str) -> Result<usize, TextError> {
    let mut places = (0..there.len()).filter(|&place| there[place] == name);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (None, _) => Err(absent(whose(), there, name)),
        (Some(_), Some(_)) => Err(TextError::TwoColumns {
            whose: whose(),
            column: name.to_string(),
            there: quoted(there),
        }),
    }
}

/// The error that no column has that name.
pub fn absent(whose: String, there: &[&str], name: &str) -> TextError {
    TextError::Column {
        whose,
        column: name.to_string(),
        close: closest(name, there.iter().copied()).map(str::to_string),
        there: quoted(there),
    }
}

/// Names that an error lists.
const LISTED: usize = 8;

/// Names in an error; not all where there are many.
pub fn quoted(names: &[&str]) -> String {
    let first = names.iter().take(LISTED);
    let mut listed: Vec<String> = first.map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => listed.push("none".to_string()),
        all if all > LISTED => listed.push(format!("… {all} in all")),
        _ => {}
    }
    listed.join(", ")
}
