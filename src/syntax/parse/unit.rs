//! Units: `steps` and `epochs` belong to numbers, and what was meant by others.

use super::cursor::{Parsed, Parser};
use super::declarations::WORDS;
use super::habits::{GOES_ON, goes_on};
use super::token::{Kind, Token};
use crate::diag::{Diagnostic, Mend, Span, closest, count};
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
        if let ExprKind::Name(word) = &operand.kind
            && let Some(unit) = unit(word)
            && next.kind == Kind::Number
            && !next.first
        {
            return self.unit_before(start, unit);
        }
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

    /// `epoch 5`: reported, and taken for `5 epochs`.
    fn unit_before(&mut self, start: Token, unit: Unit) -> Parsed<Expr> {
        let number = self.bump();
        let written = self.slice(number);
        let word = match unit {
            Unit::Steps => "step",
            Unit::Epochs => "epoch",
        };
        let whole = self.span(start).to(self.span(number));
        let meant = count(written, word);
        self.error(
            Diagnostic::error(
                codes::UNIT_WITHOUT_NUMBER,
                "a unit stands behind its number",
            )
            .label(whole, "")
            .help(Mend::from(format!("write `{meant}`")).edit(whole, meant)),
        );
        let kind = match self.number(number)? {
            ExprKind::Int(amount) => ExprKind::Time {
                amount: amount as f64,
                unit,
            },
            ExprKind::Number(amount) => ExprKind::Time { amount, unit },
            _ => ExprKind::Missing,
        };
        self.grown(start, 0, kind)
    }

    /// `0.5 one_hot`: reported, and taken for `0.5 * one_hot`.
    fn product_without_sign(&mut self, start: Token, factor: Expr) -> Parsed<Expr> {
        let next = self.peek();
        let (written, word) = (&self.text[factor.span.range()], self.slice(next));
        let op_span = self.span(next);
        let between = Span {
            start: factor.span.end,
            end: op_span.start,
            ..op_span
        };
        let mend = Mend::from(format!("a product is written `{written} * {word}`"));
        self.error(
            Diagnostic::error(
                codes::UNEXPECTED_TOKEN,
                format!("`{word}` stands right behind a number"),
            )
            .label(op_span, "")
            .help(mend.edit(between, " * ")),
        );
        let right = self.deeper(Self::operand)?;
        let below = self.height;
        let kind = ExprKind::Binary {
            op: BinaryOp::Multiply,
            op_span,
            left: Box::new(factor),
            right: Box::new(right),
        };
        self.grown(start, below, kind)
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
                    let reads_on = GOES_ON.contains(&word) || goes_on(word).is_some();
                    let begins_anew = WORDS.contains(&word) || self.is_reserved(next);
                    return match reads_on || begins_anew {
                        true => Ok(operand),
                        false => self.product_without_sign(start, operand),
                    };
                };
                // What another tool counts in may be as long as something else here.
                let known = unit(meant).filter(|_| other.is_none());
                let kind = known.map_or(ExprKind::Missing, |unit| ExprKind::Time { amount, unit });
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
