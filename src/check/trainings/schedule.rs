//! Time as a value: spans, windows, and numbers that change over a run, before the run's length
//! in steps is known.

use std::fmt;
use std::rc::Rc;

use crate::check::codes::*;
use crate::check::values::{RecipeField, trim};
use crate::diag::{Diagnostic, Span, count};
use crate::spec::{Along, Schedule};

/// A span of training: a sum of steps, epochs and a part of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Time {
    /// Steps.
    pub steps: f64,
    /// Epochs.
    pub epochs: f64,
    /// Part of the run's length.
    pub fraction: f64,
}

impl Time {
    /// Each part by `f`.
    pub fn map(self, f: impl Fn(f64) -> f64) -> Time {
        Time {
            steps: f(self.steps),
            epochs: f(self.epochs),
            fraction: f(self.fraction),
        }
    }

    /// Each part of both by `f`.
    pub fn zip(self, other: Time, f: impl Fn(f64, f64) -> f64) -> Time {
        Time {
            steps: f(self.steps, other.steps),
            epochs: f(self.epochs, other.epochs),
            fraction: f(self.fraction, other.fraction),
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = vec![];
        for (amount, one, many) in [
            (self.steps, "step", "steps"),
            (self.epochs, "epoch", "epochs"),
        ] {
            if amount != 0.0 {
                parts.push(format!(
                    "{} {}",
                    trim(amount),
                    if amount == 1.0 { one } else { many }
                ));
            }
        }
        if self.fraction != 0.0 {
            parts.push(format!("{}%", trim(self.fraction * 100.0)));
        }
        f.write_str(&if parts.is_empty() {
            "0 steps".to_string()
        } else {
            parts.join(" + ")
        })
    }
}

/// How far a window reaches.
#[derive(Clone, Debug, PartialEq)]
pub enum Extent {
    /// `over W`
    Over(Time, Span),
    /// `until T`
    Until(Time, Span),
    /// `until end`
    UntilEnd,
}

/// A window: `at T over W along shape`.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Where it begins; where the previous one ends if left out.
    pub at: Option<(Time, Span)>,
    /// How far it reaches; nothing if left out.
    pub extent: Option<Extent>,
    /// The blend's shape.
    pub along: Along,
    /// The whole `then`.
    pub span: Span,
}

/// A number that changes over a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Ramp {
    /// Always the same.
    Constant(f64),
    /// One, then the other.
    Switch {
        /// Before.
        before: Rc<Ramp>,
        /// After.
        after: Rc<Ramp>,
        /// When.
        window: Window,
    },
    /// `a + b` and the like: one of `+ - * /`.
    Arithmetic {
        /// The operator.
        op: char,
        /// Left.
        left: Rc<Ramp>,
        /// Right.
        right: Rc<Ramp>,
    },
}

impl Ramp {
    /// The values between which it moves: those that it holds before and after each window, and of a sum
    /// or a product the furthest that its sides can make.
    pub fn values(&self) -> Vec<f64> {
        match self {
            Ramp::Constant(value) => vec![*value],
            Ramp::Switch { before, after, .. } => [before.values(), after.values()].concat(),
            Ramp::Arithmetic { op, left, right } => {
                let (left, right) = (left.ends(), right.ends());
                let pairs = left.into_iter().flat_map(|a| right.map(|b| (a, b)));
                pairs
                    .map(|(a, b)| match op {
                        '+' => a + b,
                        '-' => a - b,
                        '*' => a * b,
                        _ => a / b,
                    })
                    .collect()
            }
        }
    }

    /// The least and the greatest of its values.
    fn ends(&self) -> [f64; 2] {
        let values = self.values();
        [
            values.iter().copied().fold(f64::INFINITY, f64::min),
            values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        ]
    }
}

/// A run's length, to which spans are held.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Steps of the run.
    pub steps: u64,
    /// Steps of an epoch.
    pub steps_per_epoch: u64,
    /// As it was written.
    pub written: Time,
    /// Where it was written.
    pub span: Span,
    /// What spans are multiplied by: `scaled to`.
    pub scale: f64,
    /// Whether windows past the end are cut (a warning) or errors.
    pub cut: bool,
    /// What was cut, and how.
    pub cuts: Vec<(Span, &'static str)>,
    /// What is known of steps and epochs.
    pub known: Known,
    /// Whether a time could not be placed for what is not known.
    pub unplaced: bool,
    /// What was found wrong.
    pub findings: Vec<Diagnostic>,
}

/// What is known of a run's steps and epochs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Known {
    /// Both: the data is known.
    Both,
    /// Steps: how many an epoch has is not known.
    Steps,
    /// Epochs: the clock's steps are parts of them.
    Epochs,
}

/// A window, for the one after it.
#[derive(Clone, Copy, Debug)]
pub struct Front {
    /// The step in which it ends.
    pub end: u64,
    /// Where it was written.
    pub span: Span,
    /// Whether the run ends before it begins.
    pub cut: bool,
}

/// Why a window has no place in a run.
enum Misplaced {
    Wrong,
    Cut,
}

impl Clock {
    /// The clock of a run of so many steps, its length as it was written.
    pub fn new(steps: u64, steps_per_epoch: u64, written: (Time, Span), known: Known) -> Clock {
        let (written, span) = written;
        Clock {
            steps,
            steps_per_epoch,
            written,
            span,
            scale: 1.0,
            cut: false,
            cuts: vec![],
            known,
            unplaced: false,
            findings: vec![],
        }
    }

    /// A time in steps, before rounding to a whole one.
    fn exact(&mut self, time: Time) -> f64 {
        self.unscaled(time) * self.scale + time.fraction * self.steps as f64
    }

    /// Steps and epochs in steps.
    fn unscaled(&mut self, time: Time) -> f64 {
        self.unplaced |= match self.known {
            Known::Both => false,
            Known::Steps => time.epochs != 0.0,
            Known::Epochs => time.steps != 0.0,
        };
        time.steps + time.epochs * self.steps_per_epoch as f64
    }

    /// A step as a reader knows it.
    fn moment(&self, step: f64) -> String {
        match self.known {
            Known::Epochs => format!("epoch {}", trim(step / self.steps_per_epoch as f64)),
            Known::Both | Known::Steps => format!("step {step}"),
        }
    }

    /// A field of a recipe in steps.
    pub fn resolve_field(&mut self, field: &RecipeField, default: f64) -> Schedule {
        self.cut = field.cut;
        let scalings = field.scalings.iter();
        self.scale = scalings.fold(1.0, |scale, (old, new)| {
            scale * self.unscaled(*new) / self.unscaled(*old)
        });
        let ramp = field.value.as_ramp();
        let ramp = ramp.unwrap_or_else(|| Rc::new(Ramp::Constant(default)));
        let schedule = self.resolve(&ramp).0;
        (self.cut, self.scale) = (false, 1.0);
        schedule
    }

    /// The window in steps, given the one in front of it, and what the next one has in front; no window
    /// where it is wrong or cut away.
    pub fn window(
        &mut self,
        window: &Window,
        previous: Option<Front>,
    ) -> (Option<(u64, u64)>, Option<Front>) {
        if window.at.is_none() && window.extent.is_none() && previous.is_none() {
            self.findings.push(
                Diagnostic::warning(
                    UNUSED,
                    "what stands before this `then` is never used: without a time it changes at the start",
                )
                .label(window.span, "")
                .help("say when: `… at 50%`, or over what: `… over 1 epoch`"),
            );
        }
        let span = window.span;
        match self.place(window, previous) {
            Ok((from, end)) => {
                let cut = false;
                (Some((from, end)), Some(Front { end, span, cut }))
            }
            Err(Misplaced::Cut) => {
                let (end, cut) = (self.steps, true);
                (None, Some(Front { end, span, cut }))
            }
            Err(Misplaced::Wrong) => (None, previous),
        }
    }

    fn place(&mut self, window: &Window, previous: Option<Front>) -> Result<(u64, u64), Misplaced> {
        let (at_span, from) = match (&window.at, previous) {
            (Some((time, span)), _) => (*span, self.exact(*time).round()),
            (None, Some(front)) => (behind(window.span, front.span), front.end as f64),
            (None, None) => (window.span, 0.0),
        };
        let at_text = window
            .at
            .as_ref()
            .map_or_else(|| "this window".into(), |(time, _)| format!("`at {time}`"));
        let total = self.steps as f64;
        let length = self.written;
        if from < 0.0 {
            self.findings.push(
                Diagnostic::error(
                    WINDOW,
                    format!("{at_text} lies before the start of the run"),
                )
                .label(at_span, "this window starts here"),
            );
            return Err(Misplaced::Wrong);
        }
        if from >= total {
            if self.cut {
                self.cuts.push((at_span, "never reached"));
                return Err(Misplaced::Cut);
            }
            if let (None, Some(Front { span: before, .. })) = (&window.at, previous) {
                self.findings.push(
                    Diagnostic::error(
                        WINDOW,
                        "nothing comes after a window that ends with the run",
                    )
                    .label(at_span, "never reached")
                    .label(before, "this ends with the run")
                    .label(self.span, "the run ends here")
                    .help("let the window in front end sooner, or leave out what comes after it"),
                );
                return Err(Misplaced::Wrong);
            }
            let message = if from == total {
                format!(
                    "{at_text} is the very end of the run, which is {length} long: nothing comes after it"
                )
            } else {
                format!("{at_text} lies past the end of the run, which is {length} long")
            };
            self.findings.push(
                Diagnostic::error(WINDOW, message)
                    .label(at_span, "this window starts here")
                    .label(self.span, "the run ends here")
                    .help("give a time within the run, or a fraction such as `at 90%`"),
            );
            return Err(Misplaced::Wrong);
        }
        if let Some(Front { end, span, cut }) = previous
            && from < end as f64
            && !cut
        {
            let message = format!(
                "{at_text} begins before the window in front of it ends ({})",
                self.moment(end as f64)
            );
            let mut early = Diagnostic::error(WINDOW, message)
                .label(at_span, "this window begins too early")
                .label(span, "this one is still open")
                .help(
                    "windows follow one another: move this one back, or shorten the one in front",
                );
            if self.cut {
                early = early.label(self.span, "in a run of this length");
            }
            self.findings.push(early);
            return Err(Misplaced::Wrong);
        }
        let (end_span, to) = match &window.extent {
            None => (at_span, from),
            Some(Extent::Over(time, span)) => (*span, from + self.exact(*time).round()),
            Some(Extent::Until(time, span)) => (*span, self.exact(*time).round()),
            Some(Extent::UntilEnd) => (at_span, total),
        };
        if to < from {
            self.findings.push(
                Diagnostic::error(
                    WINDOW,
                    "this window runs backwards: it ends before it begins",
                )
                .label(end_span, format!("it ends at {}", self.moment(to)))
                .label(at_span, format!("it begins at {}", self.moment(from)))
                .help("`until` names the window's end, `over` how long it takes"),
            );
            return Err(Misplaced::Wrong);
        }
        if to > total && self.cut {
            self.cuts.push((end_span, "cut short"));
        } else if to > total {
            self.findings.push(
                Diagnostic::error(
                    WINDOW,
                    format!(
                        "this window passes the end of the run, which is {length} long ({})",
                        match self.known {
                            Known::Epochs => format!("it ends at {}", self.moment(to)),
                            Known::Both | Known::Steps => {
                                format!("{to} of {}", count(total, "step"))
                            }
                        }
                    ),
                )
                .label(end_span, "this window ends here")
                .label(self.span, "the run ends here")
                .help("shorten the window, or say `until end`"),
            );
            return Err(Misplaced::Wrong);
        }
        Ok((from as u64, to as u64))
    }

    /// Tells what was cut, all at once.
    pub fn tell_cuts(&mut self) {
        let cuts = std::mem::take(&mut self.cuts);
        // What is wrong is mended first, which may change what is cut.
        if cuts.is_empty() || self.findings.iter().any(Diagnostic::is_error) {
            return;
        }
        let message = format!(
            "what lies past the new end of the run, which is {} long, is cut",
            self.written
        );
        let told = Diagnostic::warning(WINDOW_CUT, message)
            .label(self.span, "the run ends here")
            .help("`scaled to` stretches every span of a recipe to a new length");
        let told = cuts
            .into_iter()
            .fold(told, |told, (at, how)| told.label(at, how));
        self.findings.push(told);
    }

    /// A ramp in steps, and its last window.
    pub fn resolve(&mut self, ramp: &Ramp) -> (Schedule, Option<Front>) {
        match ramp {
            Ramp::Constant(value) => (Schedule::Constant(value + 0.0), None),
            Ramp::Arithmetic { op, left, right } => {
                let left = self.resolve(left).0;
                let right = self.resolve(right).0;
                let schedule = match op {
                    '+' => sum(left, right),
                    '-' => sum(left, product(Schedule::Constant(-1.0), right)),
                    '*' => product(left, right),
                    _ => match (left.constant(), right.constant()) {
                        (Some(a), Some(b)) => Schedule::Constant(a / b),
                        _ => Schedule::Quotient(Box::new(left), Box::new(right)),
                    },
                };
                (schedule, None)
            }
            Ramp::Switch {
                before,
                after,
                window,
            } => {
                let (before, previous) = self.resolve(before);
                let (found, front) = self.window(window, previous);
                let after = self.resolve(after).0;
                let schedule = match found {
                    None => before,
                    Some((from, to)) => switch(before, after, from, to, window.along),
                };
                (schedule, front)
            }
        }
    }
}

/// What a window adds to the one in front, where it is written behind it.
fn behind(whole: Span, front: Span) -> Span {
    match whole.source == front.source && whole.start == front.start && front.end + 1 < whole.end {
        true => Span {
            start: front.end + 1,
            ..whole
        },
        false => whole,
    }
}

/// A blend, in its simplest form.
pub fn switch(before: Schedule, after: Schedule, from: u64, to: u64, along: Along) -> Schedule {
    if to == 0 {
        return after;
    }
    if before == after && before.constant().is_some() {
        return before;
    }
    // The shape of a blend that takes no time says nothing.
    let along = if from == to { Along::Linear } else { along };
    Schedule::Switch {
        before: Box::new(before),
        after: Box::new(after),
        from,
        to,
        along,
    }
}

/// A product, in its simplest form.
pub fn product(a: Schedule, b: Schedule) -> Schedule {
    match (a.constant(), b.constant()) {
        (Some(a), Some(b)) => Schedule::Constant(a * b),
        (Some(1.0), _) => b,
        (_, Some(1.0)) => a,
        (Some(0.0), _) | (_, Some(0.0)) => Schedule::Constant(0.0),
        _ => Schedule::Product(Box::new(a), Box::new(b)),
    }
}

/// A sum, in its simplest form.
pub fn sum(a: Schedule, b: Schedule) -> Schedule {
    match (a.constant(), b.constant()) {
        (Some(a), Some(b)) => Schedule::Constant(a + b),
        (Some(0.0), _) => b,
        (_, Some(0.0)) => a,
        _ => Schedule::Sum(Box::new(a), Box::new(b)),
    }
}
