//! Texts, their escapes and what they interpolate.

use super::cursor::{Failed, Parsed, Parser};
use super::token::{Kind, Token};
use crate::syntax::codes;
use crate::syntax::tree::{Expr, ExprKind, TextPart};

impl Parser<'_> {
    /// A text, the next token being its opening quote.
    pub(super) fn text(&mut self) -> Parsed<Expr> {
        let start = self.bump();
        if start.kind == Kind::CurlyText {
            // Reported by the lexer; taken for what was meant.
            let inner = self.slice(start).trim_matches(['“', '”', '„', '"']);
            let parts = vec![TextPart::Literal(inner.to_owned())];
            return self.grown(start, 0, ExprKind::Text(parts));
        }
        let mut parts = vec![];
        let mut literal = String::new();
        let mut below = 0;
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Run => literal.push_str(self.slice(token)),
                Kind::DoubleBrace => literal.push_str(&self.slice(token)[..1]),
                Kind::Escape => {
                    let character = self.escape(token)?;
                    literal.push(character);
                }
                Kind::InterpolationStart => {
                    if !literal.is_empty() {
                        parts.push(TextPart::Literal(std::mem::take(&mut literal)));
                    }
                    let value = self.bracketed(true, Self::expression)?;
                    below = below.max(self.height);
                    parts.push(TextPart::Interpolation(value));
                    continue;
                }
                Kind::QuoteEnd => {
                    self.bump();
                    break;
                }
                // Never closed, which the lexer has reported.
                _ => return Err(Failed),
            }
            self.bump();
        }
        if !literal.is_empty() {
            parts.push(TextPart::Literal(literal));
        }
        self.grown(start, below, ExprKind::Text(parts))
    }

    fn escape(&mut self, token: Token) -> Parsed<char> {
        let written = self.slice(token);
        let character = match written.as_bytes().get(1) {
            Some(b'n') => Some('\n'),
            Some(b't') => Some('\t'),
            Some(b'u') => written
                .get(3..written.len() - 1)
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                .and_then(char::from_u32),
            _ => written.chars().nth(1),
        };
        if let Some(character) = character {
            return Ok(character);
        }
        self.error_at(
            codes::UNKNOWN_ESCAPE,
            token,
            format!("`{written}` is no character"),
            "characters go from \\u{0} to \\u{10ffff} without \\u{d800} to \\u{dfff}",
        );
        Ok(char::REPLACEMENT_CHARACTER)
    }
}
