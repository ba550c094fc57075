//! States of a model's own run: `MODEL.at(50 epochs)`, `MODEL.best(on: cifar.validation)`.

use std::rc::Rc;

use crate::check::Checker;
use crate::check::calls::{Given, Wanted};
use crate::check::codes::*;
use crate::check::families::{Family, Members};
use crate::check::names::Scope;
use crate::check::program::{Best, Dataset, Model, Origin, SplitOf, Training};
use crate::check::trainings::Time;
use crate::check::values::Value;
use crate::diag::{Diagnostic, Span, count};
use crate::spec::{Blend, Shape, Split};
use crate::syntax::tree::{Arg, Name};
use crate::vocabulary::Word;

/// A model that is made of others where it is named, so that it is one model wherever that is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Made {
    /// `MODEL.at(…)`, in steps.
    At(usize, u64),
    /// `MODEL.best(…)`
    Best {
        /// Of which run.
        model: usize,
        /// What it is looked at on: the data set's address.
        on: (*const Dataset, Split),
        /// `top1` or `loss`.
        by: String,
        /// In steps.
        every: u64,
    },
    /// `ensemble([…])`
    Ensemble(Vec<usize>, Blend),
}

impl Checker<'_> {
    /// `model.at(…)`, `model.best(…)`; of a family, of each of its members.
    pub(in crate::check) fn state(
        &mut self,
        value: Value,
        (word, name): (&'static Word, &Name),
        args: &[Arg],
        span: Span,
        scope: &Scope,
    ) -> Value {
        let wanted: Vec<Wanted> = word.params.iter().map(Wanted::from).collect();
        match value {
            Value::Family(family) => {
                let members = self.family_members(&family, span);
                let members = members
                    .into_iter()
                    .map(|member| self.state(member, (word, name), args, span, scope))
                    .collect();
                Value::Family(Rc::new(Family {
                    axes: family.axes.clone(),
                    members: Members::Computed(members),
                }))
            }
            Value::Model(model) => {
                let Some(given) = self.bind(word.name, span, &wanted, None, args, scope) else {
                    return Value::Unknown;
                };
                let unknown = |given: &Given| matches!(given, Some((Value::Unknown, _)));
                if given.iter().any(unknown) {
                    return Value::Unknown;
                }
                let Some(training) = self.own_run(model, name) else {
                    return Value::Unknown;
                };
                match given.as_slice() {
                    [Some((Value::Time(time), at))] => {
                        self.state_at(model, training, (*time, *at), span)
                    }
                    [Some((Value::Split(on, split), at)), by, every] => {
                        let on = SplitOf {
                            dataset: on.clone(),
                            split: *split,
                        };
                        let by = match by {
                            Some((Value::Text(by, _), _)) => by.clone(),
                            _ => "top1".into(),
                        };
                        let every = match every {
                            Some((Value::Time(every), at)) => (*every, *at),
                            _ => (
                                Time {
                                    epochs: 1.0,
                                    ..Time::default()
                                },
                                span,
                            ),
                        };
                        self.best_state(model, training, (on, *at), by, every, span)
                    }
                    _ => Value::Unknown,
                }
            }
            Value::Unknown => {
                // Bound for the errors in them: bare words such as `loss` are choices here.
                self.bind(word.name, span, &wanted, None, args, scope);
                Value::Unknown
            }
            other => {
                self.look_at(args, scope);
                self.member(other, name)
            }
        }
    }

    /// The run of a model that has one of its own; an error where it has none.
    fn own_run(&mut self, model: usize, name: &Name) -> Option<Training> {
        let of = &self.program.models[model];
        let (message, help) = match &of.origin {
            Origin::Trained { training, .. } if training.best.is_none() => {
                return Some((**training).clone());
            }
            Origin::Trained { .. } => (
                format!("`{}` is one state of a run already", of.id),
                format!("take `.{}(…)` of the model whose run it is", name.text),
            ),
            Origin::Weights { .. } => (
                format!("`{}` is not trained: it has no run of its own", of.id),
                "give it a `recipe`, or leave this out".into(),
            ),
            Origin::Ensemble { .. } => (
                format!("`{}` is an ensemble: it has no run of its own", of.id),
                format!("take `.{}(…)` of each of its members", name.text),
            ),
        };
        let declared = of.span;
        self.report(
            Diagnostic::error(NO_RUN, message)
                .label(name.span, "")
                .label(declared, "this model")
                .help(help),
        );
        None
    }

    fn state_at(
        &mut self,
        model: usize,
        training: Training,
        (time, at): (Time, Span),
        span: Span,
    ) -> Value {
        let steps = in_steps(time, &training);
        let of = &self.program.models[model];
        let (id, declared) = (of.id.clone(), of.span);
        if steps < 1.0 {
            return self.fail_with(
                OUT_OF_RANGE,
                format!("at {time} `{id}` has not taken its first step"),
                at,
                "give a time after the start of its run",
            );
        }
        if steps > training.recipe.steps as f64 {
            let epochs = training.recipe.steps as f64 / training.recipe.steps_per_epoch as f64;
            let steps_of_run = count(training.recipe.steps, "step");
            let length = match epochs.fract() == 0.0 {
                true => format!("{} ({steps_of_run})", count(epochs, "epoch")),
                false => steps_of_run,
            };
            self.report(
                Diagnostic::error(
                    WINDOW,
                    format!(
                        "{time} lies past the end of the run of `{id}`, which is {length} long"
                    ),
                )
                .label(at, "")
                .label(declared, "this run is shorter")
                .help("give a time within the run, or a fraction such as `50%`"),
            );
            return Value::Unknown;
        }
        let steps = steps as u64;
        if steps == training.recipe.steps {
            return Value::Model(model);
        }
        let mut training = training;
        Rc::make_mut(&mut training.recipe).steps = steps;
        let id = format!("{id}.at({time})");
        self.trained_state(Made::At(model, steps), model, id, training, span)
    }

    fn best_state(
        &mut self,
        model: usize,
        training: Training,
        (on, at): (SplitOf, Span),
        by: String,
        (every, every_at): (Time, Span),
        span: Span,
    ) -> Value {
        let of = &self.program.models[model];
        let shape = &on.dataset.shape;
        if *of.input() != shape.sample || of.classes() != shape.classes {
            let what = |sample: &Shape, classes| format!("{sample}, {classes} classes");
            let (mine, theirs) = (
                what(of.input(), of.classes()),
                what(&shape.sample, shape.classes),
            );
            let declared = of.span;
            self.report(
                Diagnostic::error(
                    TEACHER_MISMATCH,
                    format!("`{}` cannot be looked at on this data", of.id),
                )
                .label(at, theirs)
                .label(declared, mine),
            );
            return Value::Unknown;
        }
        if on.split == Split::Train && !shape.labelled {
            return self.unlabelled("the best state is chosen by labels", at, &on);
        }
        let steps = in_steps(every, &training);
        if !(1.0..=training.recipe.steps as f64).contains(&steps) {
            let message = format!(
                "it is looked at every 1 to {}, as its run is, not every {steps}",
                count(training.recipe.steps, "step")
            );
            return self.fail(OUT_OF_RANGE, message, every_at);
        }
        if on.split == Split::Test {
            self.report(
                Diagnostic::warning(
                    CHOSEN_ON_TEST,
                    "this state is chosen by the test set: what it scores there is too good",
                )
                .label(at, "")
                .help("split samples off the training split, and choose by them: `data |> split(validation: 1_000)`, then `on: data.validation`"),
            );
        }
        let made = Made::Best {
            model,
            on: (Rc::as_ptr(&on.dataset), on.split),
            by: by.clone(),
            every: steps as u64,
        };
        let id = format!(
            "{}.best(on: {}.{}, by: {by}, every: {every})",
            self.program.models[model].id,
            on.dataset.id,
            on.split.word()
        );
        let training = Training {
            best: Some(Best {
                on,
                by,
                every: steps as u64,
            }),
            ..training
        };
        self.trained_state(made, model, id, training, span)
    }

    /// A model that is trained as another, but for where it ends or what is kept.
    fn trained_state(
        &mut self,
        made: Made,
        of: usize,
        id: String,
        training: Training,
        span: Span,
    ) -> Value {
        let base = self.program.models[of].clone();
        let Some(network) = base.network().cloned() else {
            return Value::Unknown;
        };
        let origin = Origin::Trained {
            network,
            training: Box::new(training),
        };
        self.made(
            made,
            Model {
                id,
                named: false,
                word: "model".into(),
                span,
                origin,
                ..base
            },
        )
    }

    /// A model that has no name of its own yet: the same one wherever it is made.
    pub(in crate::check) fn made(&mut self, made: Made, model: Model) -> Value {
        if let Some(known) = self.made.get(&made) {
            return Value::Model(*known);
        }
        let at = self.program.models.len();
        self.program.models.push(model);
        self.made.insert(made, at);
        Value::Model(at)
    }

    /// A declaration of a model that is made of others: `teacher early = big.at(3 epochs)`.
    pub(in crate::check) fn named(
        &mut self,
        at: usize,
        (word, id, span): (&str, String, Span),
        test: Option<SplitOf>,
    ) -> Value {
        let base = &self.program.models[at];
        let named = Model {
            word: word.into(),
            id,
            named: true,
            span,
            test: test.unwrap_or_else(|| base.test.clone()),
            ..base.clone()
        };
        if !base.named {
            self.program.models[at] = named;
            return Value::Model(at);
        }
        self.program.models.push(named);
        Value::Model(self.program.models.len() - 1)
    }
}

/// A time of a run in steps, rounded to a whole one.
fn in_steps(time: Time, training: &Training) -> f64 {
    (time.steps
        + time.epochs * training.recipe.steps_per_epoch as f64
        + time.fraction * training.recipe.steps as f64)
        .round()
}
