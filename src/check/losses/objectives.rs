//! Objectives: the words that are built in, and the file's own.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::formula::Formula;
use super::objective::Goal;
use crate::check::Checker;
use crate::check::calls::Use;
use crate::check::calls::Wanted;
use crate::check::codes::*;
use crate::check::modules::{DeclId, ModuleId};
use crate::check::names::{Env, Scope};
use crate::check::networks::Features;
use crate::check::trainings::Ramp;
use crate::check::values::Type;
use crate::check::values::Value;
use crate::diag::Span;
use crate::spec::View;
use crate::syntax::tree::{Expr, Parameter};
use crate::vocabulary::Word;

impl Checker<'_> {
    /// An objective that is built in.
    pub(in crate::check) fn objective(
        &mut self,
        word: &Word,
        named: &BTreeMap<String, (Value, Span)>,
    ) -> Value {
        let ramp = |name: &str| match named.get(name) {
            Some((Value::Schedule(ramp), _)) => ramp.clone(),
            _ => Rc::new(Ramp::Constant(0.0)),
        };
        let view = match named.get("view") {
            Some((Value::Text(word, _), _)) if word == "clean" => View::Clean,
            _ => View::Same,
        };
        let (teacher, span) = match named.get("teacher") {
            Some((Value::Model(teacher), span)) => (*teacher, *span),
            _ => (0, Span::default()),
        };
        for (name, fits, what) in [
            (
                "temperature",
                (|t: f64| t > 0.0) as fn(f64) -> bool,
                "above 0",
            ),
            ("weight", |w| (0.0..=1.0).contains(&w), "between 0 and 1"),
            ("amount", |a| (0.0..=1.0).contains(&a), "between 0 and 1"),
        ] {
            if let Some((Value::Schedule(ramp), at)) = named.get(name)
                && let Some(wrong) = ramp.values().into_iter().find(|value| !fits(*value))
            {
                let message =
                    format!("`{name}` must lie {what} at all times, but it is {wrong} here");
                let help = match name {
                    "temperature" => "1 leaves the logits as they are; 2 to 8 is usual",
                    "weight" => {
                        "it is a share, the labels have the rest; the whole is scaled by `3 * distill(…)`"
                    }
                    _ => "give it a share, such as `0.1`",
                };
                return self.fail_with(OUT_OF_RANGE, message, *at, help);
            }
        }
        Value::Objective(Rc::new(match word.name {
            "one_hot" => Goal::CrossEntropy {
                smoothing: Rc::new(Ramp::Constant(0.0)),
            },
            "smooth" => Goal::CrossEntropy {
                smoothing: ramp("amount"),
            },
            "distill" => Goal::Distill {
                teacher,
                span,
                temperature: ramp("temperature"),
                weight: ramp("weight"),
                view,
            },
            "match_features" => {
                let text = |name: &str| match named.get(name) {
                    Some((Value::Text(text, _), at)) => Some((text.clone(), *at)),
                    _ => None,
                };
                let layer = text("layer").unwrap_or_default();
                let through = match named.get("through") {
                    Some((Value::Layers(layers), at)) => Some((layers.clone(), *at)),
                    _ => None,
                };
                Goal::Features(Rc::new(Features {
                    teacher,
                    span,
                    to: text("to").unwrap_or_else(|| layer.clone()),
                    layer,
                    through,
                    view,
                }))
            }
            _ => Goal::MatchLogits {
                teacher,
                span,
                scale: ramp("scale"),
                view,
            },
        }))
    }

    /// The parameters of an `objective`: a number may change over the run there.
    pub(in crate::check) fn wanted_of_objective(
        &mut self,
        params: &[Parameter],
        module: ModuleId,
    ) -> Vec<Wanted> {
        let mut wanted = self.wanted(params, module);
        for want in &mut wanted {
            if want.ty == Type::Number {
                want.ty = Type::Schedule;
            }
        }
        wanted
    }

    /// A use of an objective of the file's own.
    pub(in crate::check) fn own_objective(
        &mut self,
        decl: DeclId,
        name: &str,
        given: Env,
        body: &Expr,
        span: Span,
    ) -> Value {
        if self.is_calling(decl) {
            return self.fail(
                CYCLE,
                format!("`{name}` is part of itself: objectives are not recursive"),
                span,
            );
        }
        let env = in_body(given);
        self.calling.push(Use {
            decl,
            name: name.to_string(),
            span,
        });
        self.losses.push(span);
        let module = decl.module;
        let value = self.eval(body, &Scope { module, env });
        let value = self.as_objective(value, body.span);
        self.losses.pop();
        self.calling.pop();
        match value {
            Value::Objective(_) | Value::Unknown => value,
            other => self.fail_with(
                WRONG_TYPE,
                format!(
                    "the body of an objective is a loss, not {}",
                    other.describe()
                ),
                body.span,
                "for example `kl(softmax(t.z), softmax(z))`",
            ),
        }
    }
}

/// The scope of an objective's body: its parameters, over `z` and `y`.
pub fn in_body(params: Env) -> Env {
    let mut env = Env::default()
        .bind("z", Value::Formula(Rc::new(Formula::Logits)))
        .bind("y", Value::Labels);
    let mut names = params.names();
    names.reverse();
    for name in names {
        let value = match params.get(&name) {
            // A number that never changes is one.
            Some(Value::Schedule(ramp)) => match **ramp {
                Ramp::Constant(value) => Value::Number(value),
                _ => Value::Schedule(ramp.clone()),
            },
            Some(value) => value.clone(),
            None => continue,
        };
        env = env.bind(&name, value);
    }
    env
}
