//! A number that changes over a run, in steps: what `then … at … over …` becomes.

use serde::{Deserialize, Serialize};

/// The shape of a blend: how its share goes from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Along {
    /// In proportion to the time.
    Linear,
    /// (1 − cos πu) / 2.
    Cosine,
    /// So many equal stairs: ⌊u · n⌋ / n.
    Stairs(u32),
}

impl Along {
    /// The share of the new value after the share `u` of the window, both in `[0, 1]`.
    fn share(self, u: f64) -> f64 {
        match self {
            Along::Linear => u,
            Along::Cosine => (1.0 - (std::f64::consts::PI * u).cos()) / 2.0,
            Along::Stairs(stairs) => (u * f64::from(stairs)).floor() / f64::from(stairs),
        }
    }
}

/// A number as a function of the step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// The same at every step.
    Constant(f64),
    /// `before` up to and including step `from`, a blend inside the window, `after` from step `to` on.
    /// With `from == to`, `after` begins at `from`.
    Switch {
        /// The value before the window.
        before: Box<Schedule>,
        /// The value after it.
        after: Box<Schedule>,
        /// The window's first step.
        from: u64,
        /// The window's end.
        to: u64,
        /// The blend's shape.
        along: Along,
    },
    /// The sum of two.
    Sum(Box<Schedule>, Box<Schedule>),
    /// The product of two.
    Product(Box<Schedule>, Box<Schedule>),
    /// The quotient of two.
    Quotient(Box<Schedule>, Box<Schedule>),
}

/// The first step at which a window's value is not the one before it.
fn first_changed(from: u64, to: u64) -> u64 {
    match from == to {
        true => from,
        false => from + 1,
    }
}

impl Schedule {
    /// How many schedules it is made of, itself among them.
    pub fn parts(&self) -> usize {
        match self {
            Schedule::Constant(_) => 1,
            Schedule::Switch {
                before: a,
                after: b,
                ..
            }
            | Schedule::Sum(a, b)
            | Schedule::Product(a, b)
            | Schedule::Quotient(a, b) => 1 + a.parts() + b.parts(),
        }
    }

    /// The value at a step (from 0).
    pub fn at(&self, step: u64) -> f64 {
        match self {
            Schedule::Constant(value) => *value,
            Schedule::Sum(a, b) => a.at(step) + b.at(step),
            Schedule::Product(a, b) => a.at(step) * b.at(step),
            Schedule::Quotient(a, b) => a.at(step) / b.at(step),
            Schedule::Switch {
                before,
                after,
                from,
                to,
                along,
            } => {
                if step >= *to {
                    return after.at(step);
                }
                if step <= *from {
                    return before.at(step);
                }
                let share = along.share((step - from) as f64 / (to - from) as f64);
                (1.0 - share) * before.at(step) + share * after.at(step)
            }
        }
    }

    /// As much of it as a run of so many steps sees, in a form that hangs on nothing later: at every step
    /// below `steps` it has the very same value. Of no step, nothing is seen, and it is 0.
    pub fn until(&self, steps: u64) -> Schedule {
        use Schedule::{Constant, Product, Quotient, Sum, Switch};
        if steps == 0 {
            return Constant(0.0);
        }
        match self {
            Constant(value) => Constant(*value),
            Sum(a, b) => match (a.until(steps), b.until(steps)) {
                (Constant(a), Constant(b)) => Constant(a + b),
                (Constant(0.0), other) | (other, Constant(0.0)) => other,
                (a, b) => Sum(Box::new(a), Box::new(b)),
            },
            Product(a, b) => match (a.until(steps), b.until(steps)) {
                (Constant(a), Constant(b)) => Constant(a * b),
                (Constant(1.0), other) | (other, Constant(1.0)) => other,
                (a, b) => Product(Box::new(a), Box::new(b)),
            },
            Quotient(a, b) => match (a.until(steps), b.until(steps)) {
                (Constant(a), Constant(b)) => Constant(a / b),
                (a, b) => Quotient(Box::new(a), Box::new(b)),
            },
            Switch {
                before,
                after,
                from,
                to,
                along,
            } => {
                let first = first_changed(*from, *to);
                if steps <= first {
                    return before.until(steps);
                }
                if first == 0 {
                    return after.until(steps);
                }
                let (before, after) = (before.until(steps.min(*to)), after.until(steps));
                // A blend of a value with itself may be off by a rounding.
                if from == to && before == after && before.constant().is_some() {
                    return before;
                }
                Switch {
                    before: Box::new(before),
                    after: Box::new(after),
                    from: *from,
                    to: *to,
                    along: *along,
                }
            }
        }
    }

    /// The steps at which it may begin to change: between two of them, all of its `until` are alike.
    pub fn turns(&self, turns: &mut Vec<u64>) {
        match self {
            Schedule::Constant(_) => {}
            Schedule::Sum(a, b) | Schedule::Product(a, b) | Schedule::Quotient(a, b) => {
                a.turns(turns);
                b.turns(turns);
            }
            Schedule::Switch {
                before,
                after,
                from,
                to,
                ..
            } => {
                turns.push(first_changed(*from, *to));
                before.turns(turns);
                after.turns(turns);
            }
        }
    }

    /// The value, where it never changes.
    pub fn constant(&self) -> Option<f64> {
        match self {
            Schedule::Constant(value) => Some(*value),
            _ => None,
        }
    }

    /// Every window in which it changes, as `(from, to)` in steps, in the order of the steps.
    pub fn windows(&self) -> Vec<(u64, u64)> {
        let mut windows = match self {
            Schedule::Constant(_) => vec![],
            Schedule::Sum(a, b) | Schedule::Product(a, b) | Schedule::Quotient(a, b) => {
                [a.windows(), b.windows()].concat()
            }
            Schedule::Switch {
                before,
                after,
                from,
                to,
                ..
            } => [before.windows(), vec![(*from, *to)], after.windows()].concat(),
        };
        windows.sort_unstable();
        windows.dedup();
        windows
    }
}
