//! Words for how many.

use std::fmt::Display;

/// A number and what it counts, which is given as one: `1 node`, `2 nodes`, `3 classes`, `4 entries`. The number may be
/// a text, such as `1,000`.
pub fn count(n: impl Display, word: &str) -> String {
    let n = n.to_string();
    match n.as_str() {
        "1" => format!("1 {word}"),
        _ => format!("{n} {}", several(word)),
    }
}

/// The word for more than one.
fn several(word: &str) -> String {
    let consonant = |c: char| !"aeiou".contains(c);
    match word.strip_suffix('y') {
        Some(stem) if stem.ends_with(consonant) => format!("{stem}ies"),
        _ if word.ends_with(['s', 'x', 'z']) || word.ends_with("tch") || word.ends_with("sh") => {
            format!("{word}es")
        }
        _ => format!("{word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        assert_eq!(count(1, "epoch"), "1 epoch");
        assert_eq!(count(0, "training sample"), "0 training samples");
        assert_eq!(count(2u64, "class"), "2 classes");
        assert_eq!(count("1,000", "entry"), "1,000 entries");
        assert_eq!(count(2, "batch"), "2 batches");
        assert_eq!(count(3, "day"), "3 days");
    }
}
