//! Comparisons of measurements that come out the same whatever is measured.

use crate::check::Checker;
use crate::check::codes::FOREGONE;
use crate::check::values::trim;
use crate::diag::{Diagnostic, Mend, Span};
use crate::spec::{Comparison, Condition, Fold, Quantity};
use crate::vocabulary;

/// The least and the largest value that a number can have.
type Range = (f64, f64);

impl Checker<'_> {
    /// Warns where the ranges of both sides decide a comparison.
    pub(in crate::check) fn warn_if_foregone(
        &mut self,
        condition: &Condition,
        op_span: Span,
        left_span: Span,
        right_span: Span,
    ) {
        let Condition::Compare {
            left,
            comparison,
            right,
        } = condition
        else {
            return;
        };
        let (Some(a), Some(b)) = (range(left), range(right)) else {
            return;
        };
        let Some(holds) = decided(a, *comparison, b) else {
            return;
        };
        let always = if holds { "always" } else { "never" };
        let share = [(left, left_span, b), (right, right_span, a)];
        let mend = share.into_iter().find_map(|(side, at, other)| match side {
            Quantity::Number(value) => self.as_share(*value, other, at),
            _ => None,
        });
        self.report(
            Diagnostic::warning(FOREGONE, format!("this comparison {always} holds"))
                .label(op_span, "")
                .label(left_span, told(a))
                .label(right_span, told(b))
                .maybe_help(mend),
        );
    }

    /// The number that stands at a place as a percentage, where that may have been meant.
    fn as_share(&self, value: f64, other: Range, at: Span) -> Option<Mend> {
        let is_of_shares = other.0 >= -1.0 && other.1 <= 1.0;
        let is_percentage = (1.0..=100.0).contains(&value.abs());
        let is_literal = self.sources.slice(at).parse::<f64>().is_ok();
        let percentage = format!("{}%", trim(value));
        match (is_of_shares && is_percentage, is_literal) {
            (true, true) => Some(Mend::did_you_mean(at, percentage)),
            (true, false) => Some(format!("a share such as `{percentage}` is wanted here").into()),
            (false, _) => None,
        }
    }
}

/// Where a number can lie, as far as its fields say.
fn range(of: &Quantity) -> Option<Range> {
    match of {
        Quantity::Number(value) => Some((*value, *value)),
        Quantity::Field { field, .. } => vocabulary::range(field),
        Quantity::Fold {
            fold: Fold::Mean | Fold::Min | Fold::Max,
            of,
        } => {
            let ranges: Option<Vec<Range>> = of.iter().map(range).collect();
            ranges?
                .into_iter()
                .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        }
        Quantity::Arithmetic { op, left, right } => {
            let ((a, b), (c, d)) = (range(left)?, range(right)?);
            match op {
                '+' => Some((a + c, b + d)),
                '-' => Some((a - d, b - c)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// How a comparison of two numbers comes out that lie apart. Where their ranges touch it stays open.
fn decided((a, b): Range, comparison: Comparison, (c, d): Range) -> Option<bool> {
    let (below, above) = (b < c, a > d);
    if !(below || above) {
        return None;
    }
    Some(match comparison {
        Comparison::Equal => false,
        Comparison::NotEqual => true,
        Comparison::Less | Comparison::LessEqual => below,
        Comparison::Greater | Comparison::GreaterEqual => above,
    })
}

/// A range in words.
fn told((least, largest): Range) -> String {
    match (least.is_finite(), largest.is_finite()) {
        (true, true) if least == largest => trim(least),
        (true, true) => format!("between {} and {}", trim(least), trim(largest)),
        (true, false) => format!("at least {}", trim(least)),
        (false, _) => format!("at most {}", trim(largest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_lie_apart_decide() {
        let share = (0.0, 1.0);
        assert_eq!(
            decided(share, Comparison::Greater, (50.0, 50.0)),
            Some(false)
        );
        assert_eq!(decided(share, Comparison::Less, (50.0, 50.0)), Some(true));
        assert_eq!(
            decided(share, Comparison::NotEqual, (-1.0, -1.0)),
            Some(true)
        );
        assert_eq!(decided(share, Comparison::Greater, (1.0, 1.0)), None);
        assert_eq!(decided(share, Comparison::GreaterEqual, (0.0, 0.0)), None);
    }
}
