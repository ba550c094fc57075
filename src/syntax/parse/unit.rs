//! Units: `steps` and `epochs` belong to numbers, and what was meant by others.

use super::cursor::{Parsed, Parser};
use super::token::{Kind, Token};
use crate::diag::{Diagnostic, Mend, closest};
use crate::syntax::codes;
use crate::syntax::tree::{BinaryOp, Expr, ExprKind, Unit};

/// The units as they are written.
const UNITS: &[&str] = &["step", "steps", "epoch", "epochs"];

fn unit(word: &str) -> Option<Unit> {
    match word {
        "step" | "steps" => Some(Unit::Steps),
        "epoch" | "epochs" => Some(Unit::Epochs),
        _ => None,
    }
}

impl Parser<'_> {
    /// An operand with nothing behind it that was meant as a unit; what was, is reported.
    pub(super) fn unit_behind(&mut self, start: Token, operand: Expr) -> Parsed<Expr> {
        let next = self.peek();
        let free_name = matches!(self.ahead(1).kind, Kind::Colon | Kind::Assign);
        if next.kind != Kind::Name || free_name {
            return Ok(operand);
        }
        match (unit(self.slice(next)), &operand.kind) {
            (Some(unit), ExprKind::Int(n)) => self.unit_apart(start, *n as f64, operand, unit),
            (Some(unit), ExprKind::Number(n)) => self.unit_apart(start, *n, operand, unit),
            _ if next.first => Ok(operand),
            (Some(unit), _) => self.unit_of_no_number(start, operand, unit),
            (None, ExprKind::Int(n)) => self.unknown_unit(start, *n as f64, operand),
            (None, ExprKind::Number(n)) => self.unknown_unit(start, *n, operand),
            _ => Ok(operand),
        }
    }

    /// `15` on one line and `epochs` on the next: reported, and taken for `15 epochs`.
    fn unit_apart(&mut self, start: Token, amount: f64, operand: Expr, unit: Unit) -> Parsed<Expr> {
        let next = self.bump();
        let (written, word) = (&self.text[operand.span.range()], self.slice(next));
        self.error(
            Diagnostic::error(
                codes::UNIT_WITHOUT_NUMBER,
                "a unit stands on the line of its number, a space between",
            )
            .label(self.span(next), "")
            .label(operand.span, "the number stands here")
            .help(format!("write `{written} {word}`")),
        );
        self.grown(start, 0, ExprKind::Time { amount, unit })
    }

    /// `n epochs`: reported, and taken for `n * 1 epoch`.
    fn unit_of_no_number(&mut self, start: Token, operand: Expr, unit: Unit) -> Parsed<Expr> {
        let below = self.height;
        let written = &self.text[operand.span.range()];
        let one = match unit {
            Unit::Steps => "step",
            Unit::Epochs => "epoch",
        };
        let next = self.bump();
        self.error_at(
            codes::UNIT_WITHOUT_NUMBER,
            next,
            "a unit stands behind a number only",
            format!("write `{written} * 1 {one}`"),
        );
        let span = self.span(next);
        let right = Expr {
            kind: ExprKind::Time { amount: 1.0, unit },
            span,
        };
        let kind = ExprKind::Binary {
            op: BinaryOp::Multiply,
            op_span: span,
            left: Box::new(operand),
            right: Box::new(right),
        };
        self.grown(start, below, kind)
    }

    /// `15 epoches`, `60 percent`, `2 hours`: reported, and taken for what was meant.
    fn unknown_unit(&mut self, start: Token, amount: f64, operand: Expr) -> Parsed<Expr> {
        let next = self.peek();
        let word = self.slice(next);
        let (number, here) = (&self.text[operand.span.range()], self.span(next));
        let whole = operand.span.to(here);
        let instead = |text: String| Mend::from(format!("write `{text}`")).edit(whole, text);
        let (mend, kind) = match word.to_lowercase().as_str() {
            "percent" | "pct" => (
                instead(format!("{number}%")),
                ExprKind::Fraction(amount / 100.0),
            ),
            "k" | "m" if unit(self.slice(self.ahead(1))).is_some() => {
                let suffix = if word == "k" { "k" } else { "M" };
                let unit = self.slice(self.ahead(1));
                let mend = Mend::from(format!(
                    "a suffix touches its number: `{number}{suffix} {unit}`"
                ));
                self.bump();
                (mend, ExprKind::Missing)
            }
            "h" | "hour" | "hours" | "min" | "mins" | "minute" | "minutes" | "s" | "sec"
            | "second" | "seconds" | "day" | "days" => (
                "a run is measured in steps and epochs, not by the clock".into(),
                ExprKind::Missing,
            ),
            lower => {
                let other = match lower {
                    "iteration" | "iterations" | "iter" | "iters" | "batches" | "updates" => {
                        Some("steps")
                    }
                    "ep" | "eps" => Some("epochs"),
                    _ => None,
                };
                let Some(meant) = other.or_else(|| closest(word, UNITS.iter().copied())) else {
                    return Ok(operand);
                };
                let kind =
                    unit(meant).map_or(ExprKind::Missing, |unit| ExprKind::Time { amount, unit });
                (Mend::did_you_mean(here, meant), kind)
            }
        };
        self.bump();
        self.error(
            Diagnostic::error(codes::UNKNOWN_UNIT, format!("`{word}` is no unit"))
                .label(here, "")
                .help(mend),
        );
        self.grown(start, 0, kind)
    }
}
