//! Bytes to text: what is not UTF-8 is told, and what is legible around it is read all the same.

use super::codes::NOT_UTF8;
use crate::diag::{Diagnostic, SourceId, Span};

/// Places that a diagnostic points at.
const SHOWN: usize = 3;

/// Bad places, or NULs, beyond which a file is no text.
const LEGIBLE: usize = 100;

/// A text, and where it stands for bytes that are none.
pub(super) struct Decoded {
    /// With [`char::REPLACEMENT_CHARACTER`] in place of what is not UTF-8.
    pub text: String,
    /// Where these characters begin, in order.
    pub bad: Vec<usize>,
    /// How the file begins that is UTF-16.
    wide: bool,
}

/// Reads bytes as UTF-8.
pub(super) fn decode(bytes: Vec<u8>) -> Decoded {
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let mut bad = vec![];
    let text = String::from_utf8(bytes).unwrap_or_else(|error| {
        let mut text = String::new();
        for chunk in error.as_bytes().utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                bad.push(text.len());
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        text
    });
    Decoded { text, bad, wide }
}

impl Decoded {
    /// Whether it is worth reading: a picture or an archive would be nothing but errors.
    pub fn is_legible(&self) -> bool {
        let nuls = self.text.bytes().filter(|byte| *byte == 0).count();
        !self.wide && self.bad.len() + nuls <= LEGIBLE
    }

    /// Whether a place stands for bytes that are no text.
    pub fn is_bad(&self, span: Span) -> bool {
        self.bad.binary_search(&(span.start as usize)).is_ok()
    }

    /// What there is to say of the bytes.
    pub fn finding(&self, source: SourceId) -> Option<Diagnostic> {
        let places = match self.bad.len() {
            0 if self.is_legible() => return None,
            0 => "it is full of NUL bytes".to_owned(),
            1 => "one place holds a byte that cannot be".to_owned(),
            n => format!("{n} places hold bytes that cannot be"),
        };
        let error = Diagnostic::error(NOT_UTF8, format!("this file is not UTF-8 text: {places}"))
            .help(match self.wide {
                true => "it looks like UTF-16: save it as UTF-8",
                false if self.is_legible() => "save it as UTF-8",
                false => "it does not look like a text at all: is it the right file?",
            });
        if !self.is_legible() {
            return Some(error.label(Span::new(source, 0, 0), ""));
        }
        let places = self.bad.iter().take(SHOWN);
        let width = char::REPLACEMENT_CHARACTER.len_utf8();
        Some(places.fold(error, |error, at| {
            error.label(Span::new(source, *at, at + width), "")
        }))
    }
}
