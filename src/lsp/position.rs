//! Places: the protocol counts lines and UTF-16 code units, the rest of kdp counts bytes.

use gen_lsp_types::{Position, Range};

use crate::diag::Span;

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    /// The lines of a text; `\n`, `\r\n` and a lone `\r` end one.
    pub fn of(text: &str) -> Lines {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1));
        Lines {
            starts: starts.collect(),
        }
    }

    /// The place of a byte; one inside a character is the place of the character.
    pub fn position(&self, text: &str, byte: usize) -> Position {
        let mut byte = byte.min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.starts.partition_point(|start| *start as usize <= byte) - 1;
        let before = &text[self.starts[line] as usize..byte];
        Position {
            line: line as u32,
            character: before.encode_utf16().count() as u32,
        }
    }

    /// The byte of a place; what lies past the end of a line is the line's end.
    pub fn byte(&self, text: &str, position: Position) -> usize {
        let Some(start) = self.starts.get(position.line as usize) else {
            return text.len();
        };
        let start = *start as usize;
        let end = self.starts.get(position.line as usize + 1);
        let line = &text[start..end.map_or(text.len(), |end| *end as usize)];
        let line = line.trim_end_matches(['\n', '\r']);
        let mut units = position.character as usize;
        for (at, character) in line.char_indices() {
            if units < character.len_utf16() {
                return start + at;
            }
            units -= character.len_utf16();
        }
        start + line.len()
    }

    /// The range of a span.
    pub fn range(&self, text: &str, span: Span) -> Range {
        Range {
            start: self.position(text, span.start as usize),
            end: self.position(text, span.end as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_utf16_units_and_stop_at_the_end_of_a_line() {
        let text = "a😀ü\r\nb\rc\n";
        let lines = Lines::of(text);
        assert_eq!(lines.starts.len(), 4);
        let at = |line, character| lines.byte(text, Position { line, character });
        assert_eq!([at(0, 0), at(0, 1), at(0, 3), at(0, 4)], [0, 1, 5, 7]);
        assert_eq!(at(0, 2), 1, "inside a pair");
        assert_eq!([at(0, 99), at(1, 5), at(2, 1)], [7, 10, 12]);
        assert_eq!([at(3, 0), at(9, 9)], [13, 13]);
        for (byte, _) in text.char_indices().filter(|(_, c)| !"\r\n".contains(*c)) {
            assert_eq!(lines.byte(text, lines.position(text, byte)), byte);
        }
        assert_eq!(lines.position(text, 3), lines.position(text, 1));
    }
}
