//! Bounds on what one value may be made of.
//!
//! A file of a few lines can double a schedule, a network or a text forty times over; such a value is
//! refused when it is made, so that checking ends and nothing after it recurses too deep.

use super::Checker;
use super::codes::TOO_LARGE;
use super::losses::Formula;
use super::losses::Goal;
use super::trainings::Ramp;
use super::values::Value;
use crate::diag::Span;
use crate::spec::{Condition, Quantity};

/// Evaluations that a file may ask for, and how many more for each member of a declaration: far above
/// any real file, and soon over in one that doubles what it makes again and again. An evaluation is
/// what takes about 0.1 µs; what takes longer counts as several.
pub(super) const BUDGET: u64 = 1_000_000;
pub(super) const BUDGET_OF_A_MEMBER: u64 = 250;
/// How many more for each claim, by the members of all families: it may go through them several times.
pub(super) const BUDGET_OF_A_CLAIM: u64 = 60;
/// Evaluations that a call is worth: its arguments are held against what is wanted.
pub(super) const CALL: u64 = 15;
/// Evaluations that a trial within another is worth: names, index sets and members of its own.
pub(super) const INNER_TRIAL: u64 = 600;
/// Evaluations that a layer of a network is worth: its shape and its name are worked out.
pub(super) const LAYER: u64 = 40;
/// What a network may take to be worked out without being counted, and how many networks: those that
/// people train are small, and a file names few.
const NETWORK: u64 = 30_000;
const NETWORKS: usize = 50;
/// Evaluations that an error is worth: its help is looked for.
pub(super) const ERROR: u64 = 50;
/// Evaluations that a part of a schedule or an objective is worth that is worked out in steps.
pub(super) const RESOLVED: u64 = 5;
/// Bytes of a text that are gone through in one evaluation.
const BYTES: u64 = 32;

/// Members that the families of a file may have.
pub(super) const MEMBERS: usize = 200_000;

/// Values that may stand within one another, each declared by a name of its own.
pub(super) const TALLEST: usize = 1_000;
/// Samples that a data set may have.
pub(super) const SAMPLES: i64 = 1_000_000_000_000;

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

impl Parts for String {
    fn fits(&self, _depth: usize, left: &mut usize) -> bool {
        let fits = self.len() <= *left;
        *left = left.saturating_sub(self.len());
        fits
    }
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

/// What it takes to work an objective out in steps.
pub(super) fn resolving(goal: &Goal) -> u64 {
    let mut left = SCHEDULE;
    goal.fits(DEEPEST, &mut left);
    (SCHEDULE - left) as u64 * RESOLVED
}

impl Checker<'_> {
    /// Gives back what a network has taken since there was so much, if it is one of the first and not
    /// large.
    pub(super) fn refund_network(&mut self, before: Option<u64>) {
        if let (Some(before), Some(now)) = (before, self.budget)
            && self.networks.len() < NETWORKS
            && before.saturating_sub(now) <= NETWORK
        {
            self.budget = Some(before.max(now));
        }
    }

    /// The value, unless it is made of too much.
    pub(super) fn bounded(&mut self, value: Value, span: Span) -> Value {
        let (parts, most, what): (&dyn Parts, usize, &str) = match &value {
            Value::Schedule(ramp) => (&**ramp, SCHEDULE, "schedule"),
            Value::Objective(goal) => (&**goal, SCHEDULE, "objective"),
            Value::Formula(formula) => (&**formula, SCHEDULE, "loss"),
            Value::Quantity(quantity) => (&**quantity, CLAIM, "number"),
            Value::Condition(condition) => (&**condition, CLAIM, "condition"),
            Value::Text(text, _) => (text, LONGEST_TEXT, "text"),
            _ => return value,
        };
        let mut left = most;
        let fits = parts.fits(DEEPEST, &mut left);
        let work = match ((most - left) as u64, &value) {
            (bytes, Value::Text(..)) => bytes / BYTES,
            // What is measured is copied, not shared.
            (parts, Value::Quantity(_) | Value::Condition(_)) => 3 * parts,
            (parts, _) => parts / 4,
        };
        if !self.spend(work, span) {
            return Value::Unknown;
        }
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
