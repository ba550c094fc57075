//! Places in files, as errors name them.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a record stands in a file: a line, or a row of a file that has no lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// `line` or `row`.
    pub unit: &'static str,
    /// Counted from 1.
    pub number: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { path, unit, number } = self;
        write!(f, "{unit} {number} of the file `{}`", path.display())
    }
}

/// A file, as an error names it.
pub fn file(path: &Path) -> String {
    format!("the file `{}`", path.display())
}
