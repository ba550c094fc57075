//! Labels as a declaration lists them.

use kdp::diag::closest;
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

    /// The label that another was meant to be, if it is no number: those are close to one another as they are.
    fn closest(&self, label: &str) -> Option<&'a str> {
        let number = label.parse::<f64>().is_ok();
        let known = self.0.iter().copied().filter(|_| !number);
        closest(label, known)
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
                close: self.closest(label).map(str::to_string),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a label that is not declared.
    fn said(labels: &[&str], label: &str) -> String {
        let place = || Place {
            path: "t.csv".into(),
            unit: "line",
            number: 2,
        };
        let error = Labels(labels.to_vec()).class(label, place);
        error.expect_err("it is not declared").to_string()
    }

    #[test]
    fn a_label_of_another_case_or_with_a_typo_is_told_what_it_was_meant_to_be() {
        for label in ["Good", "GOOD", "god", "good ", "goood"] {
            let said = said(&["bad", "good"], label);
            assert!(
                said.ends_with("`bad`, `good`; did you mean `good`?"),
                "{said}"
            );
        }
        for (labels, label) in [
            (["bad", "good"], "fine"),
            (["1", "2"], "12"),
            (["0", "1"], "-1"),
        ] {
            let said = said(&labels, label);
            assert!(!said.contains("did you mean"), "{said}");
        }
    }

    #[test]
    fn names_of_a_file_are_read_but_where_numbers_are_declared() {
        let names = |names: &[&str]| Some(names.iter().map(|name| name.to_string()).collect());
        for (labels, written, read) in [
            (["bad", "good"], ["bad", "good"], true),
            (["Bad", "Good"], ["bad", "good"], true),
            (["0", "1"], ["bad", "good"], false),
            (["0", "1"], ["1", "0"], true),
        ] {
            let names = names(&written);
            let wanted = names.clone().filter(|_| read);
            assert_eq!(Labels(labels.to_vec()).by_name(names), wanted, "{labels:?}");
        }
    }
}
