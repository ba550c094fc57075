//! Losses that change over a run, and the weighted terms they become.

use std::rc::Rc;

use super::formula::Formula;
use crate::check::networks::{Features, Grown};
use crate::check::trainings::{Clock, Front, Ramp, Window, product, sum, switch};
use crate::diag::Span;
use crate::spec::{Loss, Schedule, Term, View};

/// A loss as it was written.
#[derive(Clone, Debug)]
pub enum Goal {
    /// Part of a switch that is broken: the windows beside it can be checked all the same.
    Unknown,
    /// `smooth(0.1)`; `one_hot` is `smooth(0)`.
    CrossEntropy {
        /// Share of the target that is spread.
        smoothing: Rc<Ramp>,
    },
    /// `distill(…)`
    Distill {
        /// The teacher, by its place in the program.
        teacher: usize,
        /// Where it is named.
        span: Span,
        /// τ.
        temperature: Rc<Ramp>,
        /// Share of the distillation term.
        weight: Rc<Ramp>,
        /// What the teacher sees.
        view: View,
    },
    /// `match_logits(…)`
    MatchLogits {
        /// The teacher, by its place in the program.
        teacher: usize,
        /// Where it is named.
        span: Span,
        /// Factor.
        scale: Rc<Ramp>,
        /// What the teacher sees.
        view: View,
    },
    /// `match_features(…)`
    Features(Rc<Features>),
    /// A loss of one's own, its classes folded.
    Formula(Rc<Formula>),
    /// `a * X`
    Scaled(Rc<Ramp>, Rc<Goal>),
    /// `X + Y`
    Sum(Rc<Goal>, Rc<Goal>),
    /// `X then Y …`
    Switch {
        /// Before.
        before: Rc<Goal>,
        /// After.
        after: Rc<Goal>,
        /// When.
        window: Window,
    },
}

impl Goal {
    /// Every teacher and where it is named.
    pub fn teachers(&self) -> Vec<(usize, Span)> {
        match self {
            Goal::Unknown | Goal::CrossEntropy { .. } => vec![],
            Goal::Distill { teacher, span, .. } | Goal::MatchLogits { teacher, span, .. } => {
                vec![(*teacher, *span)]
            }
            Goal::Features(features) => vec![(features.teacher, features.span)],
            Goal::Formula(formula) => formula.teachers(),
            Goal::Scaled(_, of) => of.teachers(),
            Goal::Sum(a, b)
            | Goal::Switch {
                before: a,
                after: b,
                ..
            } => [a.teachers(), b.teachers()].concat(),
        }
    }

    /// Whether nothing of it is broken.
    pub fn is_known(&self) -> bool {
        match self {
            Goal::Unknown => false,
            Goal::Scaled(_, of) => of.is_known(),
            Goal::Sum(a, b)
            | Goal::Switch {
                before: a,
                after: b,
                ..
            } => a.is_known() && b.is_known(),
            _ => true,
        }
    }

    /// Every pair of layers whose features it matches.
    pub fn features(&self) -> Vec<&Rc<Features>> {
        match self {
            Goal::Features(features) => vec![features],
            Goal::Scaled(_, of) => of.features(),
            Goal::Sum(a, b)
            | Goal::Switch {
                before: a,
                after: b,
                ..
            } => [a.features(), b.features()].concat(),
            _ => vec![],
        }
    }

    /// The loss as weighted terms in steps; equal losses are one term, and terms that never weigh
    /// anything are left out. `grown` holds the layers between features, worked out before.
    pub fn terms(&self, clock: &mut Clock, grown: &Grown) -> Vec<Term<usize>> {
        let mut flat = vec![];
        self.flatten(clock, grown, Schedule::Constant(1.0), &mut flat);
        let mut terms: Vec<Term<usize>> = vec![];
        for term in flat {
            match terms.iter_mut().find(|seen| seen.loss == term.loss) {
                Some(seen) => {
                    let weight = std::mem::replace(&mut seen.weight, Schedule::Constant(0.0));
                    seen.weight = sum(weight, term.weight);
                }
                None => terms.push(term),
            }
        }
        terms.retain(|term| term.weight.constant() != Some(0.0));
        terms
    }

    /// Its terms, each with the weight that it has in all of the loss; and where its last window ends.
    fn flatten(
        &self,
        clock: &mut Clock,
        grown: &Grown,
        weight: Schedule,
        terms: &mut Vec<Term<usize>>,
    ) -> Option<Front> {
        match self {
            Goal::Scaled(by, of) => {
                let by = clock.resolve(by).0;
                of.flatten(clock, grown, product(weight, by), terms);
                None
            }
            Goal::Sum(a, b) => {
                a.flatten(clock, grown, weight.clone(), terms);
                b.flatten(clock, grown, weight, terms);
                None
            }
            Goal::Switch {
                before,
                after,
                window,
            } => {
                // The windows of `before` are needed to place this one, its weight only then.
                let mut terms_before = vec![];
                let previous =
                    before.flatten(clock, grown, Schedule::Constant(1.0), &mut terms_before);
                let (found, front) = clock.window(window, previous);
                let (zero, one) = (Schedule::Constant(0.0), Schedule::Constant(1.0));
                let (leaving, coming) = match found {
                    None => (one, zero),
                    Some((from, to)) => (
                        switch(one.clone(), zero.clone(), from, to, window.along),
                        switch(zero, one, from, to, window.along),
                    ),
                };
                terms.extend(terms_before.into_iter().map(|term| Term {
                    weight: product(weight.clone(), product(leaving.clone(), term.weight)),
                    loss: term.loss,
                }));
                after.flatten(clock, grown, product(weight, coming), terms);
                front
            }
            of_one_time => {
                let own = of_one_time.losses(clock, grown).into_iter();
                terms.extend(own.map(|(share, loss)| Term {
                    weight: product(weight.clone(), share),
                    loss,
                }));
                None
            }
        }
    }

    /// The losses of a goal that is not made of goals, and the share of each.
    fn losses(&self, clock: &mut Clock, grown: &Grown) -> Vec<(Schedule, Loss<usize>)> {
        let whole = || Schedule::Constant(1.0);
        match self {
            Goal::Unknown | Goal::Scaled(..) | Goal::Sum(..) | Goal::Switch { .. } => vec![],
            Goal::Features(features) => vec![(whole(), features.loss(grown))],
            Goal::Formula(formula) => vec![(whole(), Loss::Formula(formula.resolve(clock)))],
            Goal::CrossEntropy { smoothing } => {
                let smoothing = clock.resolve(smoothing).0;
                vec![(whole(), Loss::CrossEntropy { smoothing })]
            }
            Goal::Distill {
                teacher,
                temperature,
                weight,
                view,
                ..
            } => {
                let temperature = clock.resolve(temperature).0;
                let share = clock.resolve(weight).0;
                let rest = sum(whole(), product(Schedule::Constant(-1.0), share.clone()));
                let (teacher, view) = (*teacher, *view);
                let soft = Loss::Kl {
                    teacher,
                    temperature,
                    view,
                };
                let smoothing = Schedule::Constant(0.0);
                vec![(share, soft), (rest, Loss::CrossEntropy { smoothing })]
            }
            Goal::MatchLogits {
                teacher,
                scale,
                view,
                ..
            } => {
                let scale = clock.resolve(scale).0;
                let (teacher, view) = (*teacher, *view);
                vec![(scale, Loss::SquaredLogits { teacher, view })]
            }
        }
    }
}
