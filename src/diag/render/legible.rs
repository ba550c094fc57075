//! What a terminal may be given of a text: no character that moves the cursor, sets a colour, or
//! turns the direction of reading, so that what is shown is what stands there.

use std::borrow::Cow;

/// Whether a terminal would act on a character instead of showing it.
fn acts(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// With the replacement character for those that a terminal would act on.
pub(super) fn legible(text: &str) -> Cow<'_, str> {
    replaced(text, |_| char::REPLACEMENT_CHARACTER)
}

/// The same, byte for byte as long as it was, so that places stay places.
pub(super) fn of_same_length(text: &str) -> Cow<'_, str> {
    replaced(text, |c| match c.len_utf8() {
        1 => '?',
        2 => '¿',
        _ => char::REPLACEMENT_CHARACTER,
    })
}

fn replaced(text: &str, by: impl Fn(char) -> char) -> Cow<'_, str> {
    if !text.contains(acts) {
        return text.into();
    }
    text.chars()
        .map(|c| if acts(c) { by(c) } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{legible, of_same_length};

    #[test]
    fn nothing_reaches_the_terminal_that_it_would_act_on() {
        let text = "a\u{1b}[31m \u{9b}2J \u{202e}b\tü\n";
        assert_eq!(legible(text), "a�[31m �2J �b\tü\n");
        assert_eq!(of_same_length(text), "a?[31m ¿2J �b\tü\n");
        assert_eq!(of_same_length(text).len(), text.len());
    }
}
