//! Text to tree, in three steps: a look at how deep it nests ([`guard`]), pest's words ([`lex`]),
//! and a parser over them that reports what it cannot read and goes on with the next field or
//! declaration.

mod guard;
mod lex;
mod token;

mod cursor;
mod recover;

mod declarations;
mod fields;
mod habits;
mod signature;

mod expression;
mod number;
mod operand;
mod schedule;
mod text;
mod unit;

use super::tree::{Expr, Tree};
use crate::diag::{Diagnostic, SourceId};
use cursor::Parser;
pub use token::{Kind as WordKind, Token};

/// Reads one file.
///
/// The tree holds everything that could be read; what could not is [`Missing`] there, or left
/// out, and has its error in the list, which is in the order of the text.
///
/// [`Missing`]: super::tree::ExprKind::Missing
pub fn parse(source: SourceId, text: &str) -> (Tree, Vec<Diagnostic>) {
    if let Err(too_deep) = guard::check(source, text) {
        return (Tree::default(), vec![*too_deep]);
    }
    Parser::new(source, text, lex::lex(source, text)).file()
}

/// The words of a text, comments left out; every text has words, and [`WordKind::End`] is the last.
pub fn words(source: SourceId, text: &str) -> Vec<Token> {
    lex::lex(source, text).tokens
}

/// Reads one expression, such as the value of a setting; nothing may follow it.
pub fn parse_expression(source: SourceId, text: &str) -> (Option<Expr>, Vec<Diagnostic>) {
    if let Err(too_deep) = guard::check(source, text) {
        return (None, vec![*too_deep]);
    }
    Parser::new(source, text, lex::lex(source, text)).lone_expression()
}
