//! How deep the brackets and interpolations of a text nest, found without recursion, so that
//! nothing behind it can run out of stack.

use crate::diag::{Diagnostic, SourceId, Span};
use crate::syntax::codes;

/// Brackets within brackets, interpolations included.
const MAX_NESTING: usize = 100;

/// What stands open at a byte, round and square brackets aside.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Brace,
    Text,
    Interpolation,
}

/// Refuses a text that nests deeper than [`MAX_NESTING`].
pub(super) fn check(source: SourceId, text: &str) -> Result<(), Box<Diagnostic>> {
    let bytes = text.as_bytes();
    let mut open: Vec<Open> = vec![];
    // Counted apart, so that a `)` never hides a brace: the words' grammar recurs on braces alone.
    let mut round_or_square = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let in_text = open.last() == Some(&Open::Text);
        let mut width = 1;
        match (in_text, byte) {
            // An open text ends with its line, and what is interpolated in it too.
            (_, b'\n') => {
                if let Some(text) = open.iter().position(|open| *open == Open::Text) {
                    open.truncate(text);
                }
            }
            (true, b'\\') if next != Some(b'\n') => width = 2,
            (true, b'{' | b'}') if next == Some(byte) => width = 2,
            (true, b'{') => open.push(Open::Interpolation),
            (true, b'"') => {
                open.pop();
            }
            (false, b'/') if next == Some(b'/') && !open.contains(&Open::Interpolation) => {
                width = text[at..].find('\n').unwrap_or(text.len() - at);
            }
            (false, b'"') => open.push(Open::Text),
            (false, b'{') => open.push(Open::Brace),
            (false, b'}') => {
                open.pop();
            }
            (false, b'(' | b'[') => round_or_square += 1,
            (false, b')' | b']') => round_or_square = round_or_square.saturating_sub(1),
            _ => {}
        }
        if open.len() + round_or_square > MAX_NESTING {
            let span = Span::new(source, at, at + 1);
            return Err(Box::new(
                Diagnostic::error(
                    codes::NESTED_TOO_DEEPLY,
                    format!("brackets nest more than {MAX_NESTING} deep"),
                )
                .label(span, "this one is too deep")
                .help("give the inner parts names with `let`"),
            ));
        }
        at += width;
    }
    Ok(())
}
