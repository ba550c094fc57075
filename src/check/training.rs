//! Training: a recipe and an objective held against the data and the network.

use std::rc::Rc;

use super::Checker;
use super::codes::*;
use super::features::Grown;
use super::limits::{RESOLVED, resolving};
use super::model::{Given, Head};
use super::objective::Goal;
use super::program::{SplitOf, Training};
use super::schedule::{Clock, Ramp, Time};
use super::value::{Recipe, RecipeField, Value, show_shape};
use crate::diag::{Diagnostic, Span};
use crate::spec::{Call, Network, Schedule, Split, Term};
use crate::vocabulary::RECIPE_FIELDS;

impl Checker<'_> {
    /// A recipe held against the data, in steps.
    pub(super) fn training(
        &mut self,
        head: &Head,
        given: &Given,
        (recipe, at): (&Recipe, Span),
        data: &SplitOf,
        network: Option<&Rc<Network>>,
    ) -> Option<Training> {
        let mut sound = true;
        for param in RECIPE_FIELDS {
            if param.default == crate::vocabulary::Default::Required
                && !recipe.fields.contains_key(param.name)
            {
                self.fail_with(
                    MISSING_FIELD,
                    format!("the recipe of `{}` has no `{}`", head.id, param.name),
                    at,
                    param.doc,
                );
                sound = false;
            }
        }
        if recipe
            .fields
            .values()
            .any(|field| matches!(field.value, Value::Unknown))
            || !sound
        {
            return None;
        }
        let value = |name: &str| recipe.fields.get(name).map(|field| &field.value);
        let count = data.dataset.shape.count(data.split) as u64;
        let Some(Value::Int(batch)) = value("batch") else {
            return None;
        };
        let batch = *batch as u64;
        if batch > count {
            let batch_span = recipe.fields.get("batch").map_or(at, |field| field.span);
            let data_span = given.get("data").map_or(at, |(_, span)| *span);
            let message =
                format!("a batch of {batch} is larger than the data, which has {count} samples");
            let mut labels = vec![
                (batch_span, "this batch".to_string()),
                (data_span, format!("{count} samples")),
            ];
            // The place that can be changed comes first.
            if self.is_standard(batch_span.source) {
                labels.reverse();
            }
            let mut diagnostic = Diagnostic::error(OUT_OF_RANGE, message).help(format!(
                "give a batch of at most {count}: `recipe with {{ batch: {count} }}`"
            ));
            for (at, text) in labels {
                diagnostic = diagnostic.label(at, text);
            }
            self.report(diagnostic);
            return None;
        }
        let steps_per_epoch = count.div_ceil(batch);
        let (Some(Value::Time(length)), Some(length_field)) =
            (value("length"), recipe.fields.get("length"))
        else {
            return None;
        };
        let in_steps = |time: &Time| time.steps + time.epochs * steps_per_epoch as f64;
        let steps = in_steps(length).round();
        if !(1.0..=1e12).contains(&steps) {
            self.fail(
                OUT_OF_RANGE,
                format!("this length comes to {steps} steps"),
                length_field.span,
            );
            return None;
        }
        let mut clock = Clock {
            steps: steps as u64,
            steps_per_epoch,
            written: *length,
            span: length_field.span,
            scale: 1.0,
            cut: false,
            findings: vec![],
        };
        let schedule = |clock: &mut Clock, name: &str, default: f64| -> Schedule {
            let Some(RecipeField {
                value,
                cut,
                scalings,
                ..
            }) = recipe.fields.get(name)
            else {
                return Schedule::Constant(default);
            };
            clock.cut = *cut;
            clock.scale = scalings
                .iter()
                .map(|(old, new)| in_steps(new) / in_steps(old))
                .product();
            let ramp = value
                .as_ramp()
                .unwrap_or_else(|| Rc::new(Ramp::Constant(default)));
            let schedule = clock.resolve(&ramp).0;
            (clock.cut, clock.scale) = (false, 1.0);
            schedule
        };
        let lr = schedule(&mut clock, "lr", 0.0);
        let weight_decay = schedule(&mut clock, "weight_decay", 0.0);
        let goal = match given.get("objective") {
            Some((Value::Objective(goal), _)) => goal.clone(),
            Some(_) => return None,
            None => Rc::new(Goal::CrossEntropy {
                smoothing: Rc::new(Ramp::Constant(0.0)),
            }),
        };
        for (teacher, span) in goal.teachers() {
            sound &= self.teacher_fits(teacher, span, data, head.span);
        }
        let grown = match (goal.features(), network) {
            (wanted, _) if wanted.is_empty() || !sound => Some(Grown::new()),
            (wanted, Some(network)) => self.grow_features(wanted, network),
            _ => None,
        };
        let objective = goal.terms(&mut clock, &grown.unwrap_or_default());
        let weights = objective.iter().map(|term| &term.weight);
        let parts: usize = weights
            .chain([&lr, &weight_decay])
            .map(Schedule::parts)
            .sum();
        let work = resolving(&goal) + RESOLVED * parts as u64;
        if !self.spend(work, head.span) {
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
        let findings = std::mem::take(&mut clock.findings);
        sound &= !findings.iter().any(Diagnostic::is_error);
        findings
            .into_iter()
            .for_each(|finding| self.report(finding));
        let Some(Value::Optimiser(optimizer)) = value("optimizer") else {
            return None;
        };
        let augment = match value("augment") {
            Some(Value::List(items)) => items
                .iter()
                .filter_map(|item| {
                    if let Value::Augmentation(call) = item {
                        Some((**call).clone())
                    } else {
                        None
                    }
                })
                .collect::<Vec<Call>>(),
            _ => vec![],
        };
        let clip = value("clip").and_then(Value::as_number);
        let precision = match value("precision") {
            Some(Value::Text(word, _)) => word.clone(),
            _ => "fp32".into(),
        };
        let (frozen, groups) = (frozen?, groups?);
        sound.then(|| Training {
            objective,
            optimizer: (**optimizer).clone(),
            lr,
            weight_decay,
            batch,
            steps: steps as u64,
            steps_per_epoch,
            augment,
            clip,
            precision,
            seed: 0,
            init: vec![],
            frozen,
            groups,
            best: None,
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
        } else if teacher.input() != shape.sample {
            (
                format!(
                    "the teacher `{}` takes {}, its student {}",
                    teacher.id,
                    show_shape(teacher.input()),
                    show_shape(&shape.sample)
                ),
                show_shape(&shape.sample),
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
    pub(super) fn unlabelled(&mut self, what: &str, at: Span, data: &SplitOf) -> Value {
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
