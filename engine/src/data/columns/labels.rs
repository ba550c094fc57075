//! Labels as a declaration lists them.

use kdp::plan::Call;

use super::{ColumnError, Place, quoted};
use crate::data::DataError;

/// The labels in the order of the classes.
#[derive(Debug, PartialEq)]
pub struct Labels<'a>(pub Vec<&'a str>);

impl<'a> Labels<'a> {
    /// As a source lists them.
    pub fn of(source: &'a Call) -> Result<Self, DataError> {
        let labels = source.texts("labels").map(Self);
        labels.ok_or_else(|| DataError::argument(source, "labels"))
    }

    /// The names that a file gives its classes, where these labels are such names; `None` where they are the numbers of its
    /// classes.
    pub fn by_name(&self, names: Option<Vec<String>>) -> Option<Vec<String>> {
        let known = |name: &String| self.0.contains(&name.as_str());
        let numbers = self.0.iter().all(|label| label.parse::<i64>().is_ok());
        names.filter(|names| !numbers || names.iter().any(known))
    }

    /// The class of a label.
    pub fn class(&self, label: &str, place: impl Fn() -> Place) -> Result<i64, ColumnError> {
        let class = self.0.iter().position(|known| *known == label);
        class
            .map(|class| class as i64)
            .ok_or_else(|| ColumnError::Label {
                place: place(),
                label: label.to_string(),
                labels: quoted(&self.0),
            })
    }
}
