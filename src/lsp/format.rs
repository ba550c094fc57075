//! The canonical layout, as one small edit.

use gen_lsp_types::{Range, TextEdit};

use super::file::File;
use crate::syntax;

/// The edit that lays a file out; none where it is laid out already, or does not parse.
pub fn format(file: &File) -> Vec<TextEdit> {
    if file.errors().iter().any(|error| error.is_error()) {
        return vec![];
    }
    let old: &str = &file.text;
    let new = syntax::format(file.tree(), old);
    if new == old {
        return vec![];
    }
    // What both begin and end with stays as it is, so that the cursor stays where it is.
    let same = |(a, b): &(char, char)| a == b;
    let before: usize = old
        .chars()
        .zip(new.chars())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let behind: usize = old[before..]
        .chars()
        .rev()
        .zip(new[before..].chars().rev())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let place = |byte| file.lines.position(old, byte);
    vec![TextEdit {
        range: Range {
            start: place(before),
            end: place(old.len() - behind),
        },
        new_text: new[before..new.len() - behind].to_string(),
    }]
}
