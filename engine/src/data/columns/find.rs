//! Columns by their names.

use kdp::diag::closest;

use super::ColumnError;

/// The place of the one column of that name among those that `whose` has.
pub fn column(
    whose: impl Fn() -> String,
    there: &[&str],
    name: &str,
) -> Result<usize, ColumnError> {
    let mut places = (0..there.len()).filter(|&place| there[place] == name);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (None, _) => Err(absent(whose(), there, name)),
        (Some(_), Some(_)) => Err(ColumnError::Twice {
            whose: whose(),
            column: name.to_string(),
            there: quoted(there),
        }),
    }
}

/// The error that no column has that name.
pub fn absent(whose: String, there: &[&str], name: &str) -> ColumnError {
    ColumnError::Absent {
        whose,
        column: name.to_string(),
        close: closest(name, there.iter().copied()).map(str::to_string),
        there: quoted(there),
    }
}

/// Names that an error lists.
const LISTED: usize = 16;

/// Names in an error; not all where there are many.
pub fn quoted(names: &[impl AsRef<str>]) -> String {
    let first = names.iter().take(LISTED);
    let mut listed: Vec<String> = first.map(|name| format!("`{}`", name.as_ref())).collect();
    match names.len() {
        0 => listed.push("none".to_string()),
        all if all > LISTED => listed.push(format!("… {all} in all")),
        _ => {}
    }
    listed.join(", ")
}
