//! A file of lines, looked at once more where something is wrong.

use std::io::{BufReader, Read};
use std::path::Path;

use crate::data::columns::Place;
use crate::data::content::Content;

/// A file of lines.
#[derive(Clone, Copy)]
pub struct Lines<'a> {
    /// Its path.
    pub path: &'a Path,
    /// What is in it, perhaps packed.
    pub bytes: &'a [u8],
}

impl<'a> Lines<'a> {
    /// Its bytes, unpacked, as far as they can be read.
    pub fn unpacked(self) -> impl Iterator<Item = u8> + use<'a> {
        let bytes = BufReader::new(Content::of_texts(self.path, self.bytes)).bytes();
        bytes.map_while(Result::ok)
    }

    /// A line of it.
    pub fn line(self, number: usize) -> Place {
        Place {
            path: self.path.to_path_buf(),
            unit: "line",
            number,
        }
    }

    /// The line on which a record begins that is read from some byte on: empty lines before it are skipped.
    pub fn begin(self, record: u64) -> Place {
        let before = self.unpacked().zip(0..);
        let before = before.take_while(|(byte, at)| *at < record || is_end(byte));
        let ends = before.filter(|(byte, _)| *byte == b'\n');
        self.line(ends.count() + 1)
    }

    /// Whether the line on which that record begins has quotes.
    pub fn has_quotes(self, record: u64) -> bool {
        let from = self.unpacked().zip(0..);
        let from = from.skip_while(|(byte, at)| *at < record || is_end(byte));
        let mut line = from.map(|(byte, _)| byte).take_while(|byte| !is_end(byte));
        line.any(|byte| byte == b'"')
    }
}

fn is_end(byte: &u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}
