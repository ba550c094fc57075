//! Bounds on what one value may be made of.
//!
//! A file of a few lines can double a schedule, a network or a text forty times over; such a value is
//! refused when it is made, so that checking ends and nothing after it recurses too deep.

use super::Checker;
use super::codes::TOO_LARGE;
use super::formula::Formula;
use super::objective::Goal;
use super::schedule::Ramp;
use super::value::Value;
use crate::diag::Span;
use crate::spec::{Condition, Quantity};

/// Levels that a value may have.
const DEEPEST: usize = 200;
/// Parts that a schedule or an objective may have.
const SCHEDULE: usize = 2_000;
/// Parts that a claim's condition may have.
const CLAIM: usize = 400_000;
/// Bytes that a text may have.
const LONGEST_TEXT: usize = 1 << 20;

/// Something that is made of parts.
trait Parts {
    /// Whether it has at most `depth` levels and no more than `left` parts, which are counted off.
    fn fits(&self, depth: usize, left: &mut usize) -> bool;
}

/// Whether a part with these parts inside fits.
fn all<const N: usize>(parts: [&dyn Parts; N], depth: usize, left: &mut usize) -> bool {
    if depth == 0 || *left == 0 {
        return false;
    }
    *left -= 1;
    parts.iter().all(|part| part.fits(depth - 1, left))
}

impl Parts for Ramp {
    fn fits(&self, depth: usize, left: &mut usize) -> bool {
        match self {
            Ramp::Constant(_) => all([], depth, left),
            Ramp::Switch {
                before: a,
                after: b,
                ..
            }
            | Ramp::Arithmetic {
                left: a, right: b, ..
            } => all([&**a, &**b], depth, left),
        }
    }
}

impl Parts for Formula {
    fn fits(&self, depth: usize, left: &mut usize) -> bool {
        let ramp = match self {
            Formula::Number(ramp) => ramp.fits(depth, left),
            _ => true,
        };
        let inner = self.parts();
        ramp && all([], depth, left) && inner.iter().all(|part| part.fits(depth - 1, left))
    }
}

impl Parts for Goal {
    fn fits(&self, depth: usize, left: &mut usize) -> bool {
        match self {
            Goal::CrossEntropy { smoothing: of } | Goal::MatchLogits { scale: of, .. } => {
                all([&**of], depth, left)
            }
            Goal::Distill {
                temperature,
                weight,
                ..
            } => all([&**temperature, &**weight], depth, left),
            Goal::Unknown | Goal::Features(_) => all([], depth, left),
            Goal::Formula(formula) => all([&**formula], depth, left),
            Goal::Scaled(by, of) => all([&**by, &**of], depth, left),
            Goal::Sum(a, b)
            | Goal::Switch {
                before: a,
                after: b,
                ..
            } => all([&**a, &**b], depth, left),
        }
    }
}

impl<T: Parts> Parts for Vec<T> {
    fn fits(&self, depth: usize, left: &mut usize) -> bool {
        all([], depth, left) && self.iter().all(|part| part.fits(depth - 1, left))
    }
}

impl Parts for Quantity {
    fn fits(&self, depth: usize, left: &mut usize) -> bool {
        match self {
            Quantity::Number(_) | Quantity::Field { .. } => all([], depth, left),
            Quantity::Fold { of, .. } => all([of], depth, left),
            Quantity::Count(of) => all([of], depth, left),
            Quantity::Apply { of, .. } => all([&**of], depth, left),
            Quantity::Arithmetic {
                left: a, right: b, ..
            } => all([&**a, &**b], depth, left),
        }
    }
}

impl Parts for Condition {
    fn fits(&self, depth: usize, left: &mut usize) -> bool {
        match self {
            Condition::Known(_) => all([], depth, left),
            Condition::Compare {
                left: a, right: b, ..
            } => all([a, b], depth, left),
            Condition::All(of) | Condition::Any(of) => all([of], depth, left),
            Condition::Not(of) => all([&**of], depth, left),
        }
    }
}

impl Checker<'_> {
    /// The value, unless it is made of too much.
    pub(super) fn bounded(&mut self, value: Value, span: Span) -> Value {
        let (fits, what) = match &value {
            Value::Schedule(ramp) => (ramp.fits(DEEPEST, &mut { SCHEDULE }), "schedule"),
            Value::Objective(goal) => (goal.fits(DEEPEST, &mut { SCHEDULE }), "objective"),
            Value::Formula(formula) => (formula.fits(DEEPEST, &mut { SCHEDULE }), "loss"),
            Value::Quantity(quantity) => (quantity.fits(DEEPEST, &mut { CLAIM }), "number"),
            Value::Condition(condition) => (condition.fits(DEEPEST, &mut { CLAIM }), "condition"),
            Value::Text(text, _) => (text.len() <= LONGEST_TEXT, "text"),
            _ => (true, ""),
        };
        match fits {
            true => value,
            false => self.fail(
                TOO_LARGE,
                format!("this {what} is made of more than can be evaluated"),
                span,
            ),
        }
    }
}
