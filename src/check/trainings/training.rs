//! Training: a recipe and an objective held against the data and the network.

use std::rc::Rc;

use super::held::Held;
use super::schedule::Ramp;
use crate::check::Checker;
use crate::check::codes::*;
use crate::check::limits::{RESOLVED, resolving};
use crate::check::losses::Goal;
use crate::check::models::{Given, Head};
use crate::check::networks::Grown;
use crate::check::program::{SplitOf, Training};
use crate::check::values::{Recipe, Value};
use crate::diag::{Diagnostic, Span};
use crate::spec::{Network, Schedule, Split, Term};

impl Checker<'_> {
    /// How a model is trained, everything in steps; `None` where something is wrong (and reported).
    pub(in crate::check) fn training(
        &mut self,
        head: &Head,
        given: &Given,
        (recipe, at): (&Rc<Recipe>, Span),
        data: &SplitOf,
        network: Option<&Rc<Network>>,
    ) -> Option<Training> {
        let data_at = given.get("data").map_or(at, |(_, span)| *span);
        let convolves = network.is_some_and(|network| network.convolves());
        let held = self.held(&head.id, (recipe, at), (data, data_at), convolves);
        let goal = match given.get("objective") {
            Some((Value::Objective(goal), _)) => Some(goal.clone()),
            Some(_) => None,
            None => Some(Rc::new(Goal::CrossEntropy {
                smoothing: Rc::new(Ramp::Constant(0.0)),
            })),
        };
        let mut sound = self.teachers_fit(given, data, head.span);
        self.warn_of_drawn_teachers(given);
        let (Some(Held { recipe, mut clock }), Some(goal)) = (held, goal) else {
            // What else is wrong does not hang on that.
            self.look_at_objective(recipe, given);
            if let Some(network) = network {
                self.frozen(&given.freeze, network);
            }
            return None;
        };
        let grown = match (goal.features(), network) {
            (wanted, _) if wanted.is_empty() || !sound => Some(Grown::new()),
            (wanted, Some(network)) => self.grow_features(wanted, network),
            _ => None,
        };
        let objective = goal.terms(&mut clock, &grown.unwrap_or_default());
        let of_objective = given.get("objective").map_or(at, |(_, at)| *at);
        sound &= self.report_windows(&mut clock, of_objective, "objective") && goal.is_known();
        let (lr, weight_decay) = (&recipe.lr, &recipe.weight_decay);
        let weights = objective.iter().map(|term| &term.weight);
        let weights = weights.chain([lr, weight_decay]);
        let parts: usize = weights.map(Schedule::parts).sum();
        if !self.spend(resolving(&goal) + RESOLVED * parts as u64, head.span) {
            return None;
        }
        sound &= self.labels_suffice(&objective, given, head, data);
        let (frozen, groups) = match network {
            Some(network) => {
                let frozen = self.frozen(&given.freeze, network);
                let groups = match &frozen {
                    Some(frozen) => self.grouped(&given.groups, frozen, network, &mut clock),
                    None => None,
                };
                (frozen, groups)
            }
            None => (None, None),
        };
        sound &= self.report_windows(&mut clock, head.span, "model");
        let (frozen, groups) = (frozen?, groups?);
        sound.then(|| Training {
            recipe,
            objective,
            seed: 0,
            init: vec![],
            frozen,
            groups,
            best: None,
        })
    }

    /// Whether the teachers of an objective, where one is given, are teachers for a student.
    pub(in crate::check) fn teachers_fit(
        &mut self,
        given: &Given,
        data: &SplitOf,
        student: Span,
    ) -> bool {
        let Some((Value::Objective(goal), _)) = given.get("objective") else {
            return true;
        };
        let goal: &Goal = goal;
        goal.teachers()
            .into_iter()
            .fold(true, |fit, (teacher, span)| {
                self.teacher_fits(teacher, span, data, student) && fit
            })
    }

    /// Whether a teacher takes what its student takes and tells the same classes.
    fn teacher_fits(&mut self, teacher: usize, span: Span, data: &SplitOf, student: Span) -> bool {
        let shape = &data.dataset.shape;
        let teacher = &self.program.models[teacher];
        let (what, own) = if teacher.classes() != shape.classes {
            (
                format!(
                    "the teacher `{}` tells {} classes, its student {}",
                    teacher.id,
                    teacher.classes(),
                    shape.classes
                ),
                format!("{} classes", shape.classes),
            )
        } else if *teacher.input() != shape.sample {
            (
                format!(
                    "the teacher `{}` takes {}, its student {}",
                    teacher.id,
                    teacher.input(),
                    shape.sample
                ),
                shape.sample.to_string(),
            )
        } else {
            return true;
        };
        let declared = teacher.span;
        self.report(
            Diagnostic::error(TEACHER_MISMATCH, what)
                .label(span, "distilled from here")
                .label(declared, "the teacher")
                .label(student, format!("the student: {own}"))
                .help("train the teacher on data of the same shape and classes"),
        );
        false
    }

    /// Whether an objective gets by with the labels that there are.
    fn labels_suffice(
        &mut self,
        objective: &[Term<usize>],
        given: &Given,
        head: &Head,
        data: &SplitOf,
    ) -> bool {
        let labelled = data.split != Split::Train || data.dataset.shape.labelled;
        if labelled || !objective.iter().any(|term| term.loss.reads_labels()) {
            return true;
        }
        let (at, what) = match given.get("objective") {
            Some((_, at)) => (*at, "this objective reads labels"),
            None => (head.span, "its objective is `one_hot`, which reads labels"),
        };
        self.unlabelled(what, at, data);
        false
    }

    /// Says that a split has no labels where they are needed.
    pub(in crate::check) fn unlabelled(&mut self, what: &str, at: Span, data: &SplitOf) -> Value {
        let dataset = &data.dataset;
        self.report(
            Diagnostic::error(
                NO_LABELS,
                format!("`{}.{}` has no labels", dataset.id, data.split.word()),
            )
            .label(at, what)
            .label(dataset.span, "some of its labels are taken off")
            .help("distil without them: `distill(teacher)` with a weight of 1, `match_logits(teacher)`; or have a model label it: `|> relabel(by: teacher)`"),
        );
        Value::Unknown
    }
}
