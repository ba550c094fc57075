//! Tokens that are bytes.

use super::Record;

/// The tokens of a record: each byte's value + 1. A pair is two lines, of which the longer one is cut
/// first.
pub fn tokens(record: &Record, length: usize) -> Vec<i32> {
    let text = record.text.as_bytes();
    let ids =
        |bytes: &[u8]| -> Vec<i32> { bytes.iter().map(|byte| i32::from(*byte) + 1).collect() };
    match &record.pair {
        None => ids(&text[..text.len().min(length)]),
        Some(pair) => {
            let pair = pair.as_bytes();
            let (first, second) = longest_first(text.len(), pair.len(), length.saturating_sub(1));
            ids(&[&text[..first], b"\n", &pair[..second]].concat())
        }
    }
}

/// How much of each of two stays where there is room for so many, cut as transformers' `longest_first`
/// cuts: the longer one down to the shorter one, then both.
fn longest_first(first: usize, second: usize, room: usize) -> (usize, usize) {
    if first + second <= room {
        return (first, second);
    }
    let (half, rest) = (room / 2, room - room / 2);
    let (shorter, longer) = match first.min(second) {
        shorter if shorter <= half => (shorter, room - shorter),
        _ => (half, rest),
    };
    match first <= second {
        true => (shorter, longer),
        false => (longer, shorter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(text: &str, pair: &str, length: usize) -> String {
        let record = Record {
            text: text.to_string(),
            pair: Some(pair.to_string()),
            class: 0,
        };
        let bytes = tokens(&record, length).into_iter().map(|id| (id - 1) as u8);
        String::from_utf8(bytes.collect()).expect("ASCII")
    }

    #[test]
    fn a_pair_is_two_lines_of_which_the_longer_one_is_cut_first() {
        for (text, second, length, wanted) in [
            ("ab", "cd", 5, "ab\ncd"),
            ("ab", "cdef", 6, "ab\ncde"),
            ("abcdef", "g", 6, "abcd\ng"),
            ("abcdef", "ghijkl", 6, "ab\nghi"),
            ("abcdefg", "ghijkl", 6, "abc\ngh"),
            ("", "ghijkl", 3, "\ngh"),
            ("ab", "cd", 1, "\n"),
        ] {
            assert_eq!(pair(text, second, length), wanted);
        }
    }
}
