//! `X then Y at T over W along S`: what changes over a run.

use super::cursor::{Parsed, Parser};
use super::expression::Strength;
use super::token::{Kind, Token};
use crate::diag::Diagnostic;
use crate::syntax::codes;
use crate::syntax::tree::{Clause, Expr, ExprKind};

impl Parser<'_> {
    /// From `then` on, the next token.
    pub(super) fn window(&mut self, start: Token, before: Expr) -> Parsed<Expr> {
        let mut below = self.height;
        self.bump();
        let after = Box::new(self.operators(Strength::Pipe)?);
        below = below.max(self.height);
        let (mut at, mut over, mut until, mut along) = (None, None, None, None);
        let mut last: Option<Token> = None;
        while let Some(place) = self.clause_ahead() {
            let word = self.bump();
            if let Some(last) = last.filter(|last| clause(last.kind) >= Some(place)) {
                self.out_of_order(last, word);
            }
            last = Some(word);
            let outer = std::mem::replace(&mut self.end_is_time, word.kind == Kind::Until);
            let value = self.operators(Strength::Pipe);
            self.end_is_time = outer;
            let value = value?;
            let span = self.span(word).to(value.span);
            let clause = Some(Box::new(Clause { value, span }));
            below = below.max(self.height);
            match word.kind {
                Kind::At => at = clause,
                Kind::Over => over = clause,
                Kind::Until => until = clause,
                _ => along = clause,
            }
        }
        let before = Box::new(before);
        let kind = ExprKind::Then {
            before,
            after,
            at,
            over,
            until,
            along,
        };
        self.grown(start, below, kind)
    }

    /// The place in a window of the clause that comes next.
    fn clause_ahead(&self) -> Option<u8> {
        // `at: 3` is a field or an argument.
        clause(self.peek().kind).filter(|_| self.ahead(1).kind != Kind::Colon)
    }

    fn out_of_order(&mut self, last: Token, word: Token) {
        let (last_word, this) = (self.slice(last), self.slice(word));
        let (last_span, span) = (self.span(last), self.span(word));
        let message = if last.kind == word.kind {
            format!("a window has one `{this}`")
        } else if clause(last.kind) == clause(word.kind) {
            "a window has `over` or `until`, not both".to_owned()
        } else {
            format!("`{this}` stands before `{last_word}` in a window")
        };
        self.error(
            Diagnostic::error(codes::WINDOW_ORDER, message)
                .label(span, "")
                .label(last_span, format!("`{last_word}` stands here"))
                .help("the order is `at T`, then `over W` or `until T`, then `along SHAPE`"),
        );
    }
}

/// The place of a clause in a window.
fn clause(kind: Kind) -> Option<u8> {
    match kind {
        Kind::At => Some(0),
        Kind::Over | Kind::Until => Some(1),
        Kind::Along => Some(2),
        _ => None,
    }
}
