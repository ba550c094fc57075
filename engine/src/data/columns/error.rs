//! What can be wrong with columns.

use super::Place;

/// Why a column is not what a declaration says of it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum ColumnError {
    #[error("{whose} has no column `{column}`: it has {there}{}", meant(.close))]
    Absent {
        whose: String,
        column: String,
        there: String,
        close: Option<String>,
    },
    #[error("{whose} has more than one column `{column}`: it has {there}")]
    Twice {
        whose: String,
        column: String,
        there: String,
    },
    #[error("{place} has the label `{label}`, which is none of those declared: {labels}{}", meant(.close))]
    Label {
        place: Place,
        label: String,
        labels: String,
        close: Option<String>,
    },
    #[error("{place} has the label {class}, which is none of {classes} classes (0 to {})", .classes - 1)]
    Class {
        place: Place,
        class: i64,
        classes: i64,
    },
    #[error("the `{column}` of {place} is {found}, not {wanted}")]
    Type {
        place: Place,
        column: String,
        found: String,
        wanted: &'static str,
    },
    #[error("{0} is not UTF-8")]
    NotUtf8(Place),
}

fn meant(close: &Option<String>) -> String {
    let meant = close.as_ref();
    meant.map_or_else(String::new, |close| format!("; did you mean `{close}`?"))
}

impl ColumnError {
    /// The mend.
    pub fn help(&self) -> &'static str {
        match self {
            ColumnError::Absent { .. } | ColumnError::Twice { .. } => {
                "name the columns in the declaration as the file does: `text: \"sentence\"`, `image: \"img\"`, `label: \"label\"`; those of a table also hang on its `delimiter`"
            }
            ColumnError::Class { class: -1, .. } => {
                "where labels are hidden, they are −1: declare files whose labels are known"
            }
            ColumnError::Label { .. } | ColumnError::Class { .. } => {
                "change the declaration, or put the right files there"
            }
            ColumnError::Type { .. } => "name another column in the declaration, or mend the file",
            ColumnError::NotUtf8(_) => "save the file in UTF-8",
        }
    }
}
