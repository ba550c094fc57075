//! Conditions of params and of parameters: `tau: number = 4 where tau > 0`.

use super::types::Type;
use super::value::Value;
use crate::check::Checker;
use crate::check::calls::{Given, Wanted};
use crate::check::codes::CONDITION_FAILS;
use crate::check::names::Scope;
use crate::check::trainings::Ramp;
use crate::diag::{Diagnostic, Span};
use crate::syntax::tree::Expr;

impl Checker<'_> {
    /// Whether a value that is given at a place satisfies the condition on its name; what is not known is
    /// taken to. A schedule satisfies it by every value between which it moves.
    pub(in crate::check) fn satisfies(
        &mut self,
        (name, value): (&str, &Value),
        at: Span,
        condition: &Expr,
        scope: &Scope,
    ) -> bool {
        let values = match value {
            Value::Schedule(ramp) => ramp.values().into_iter().map(Value::Number).collect(),
            // It has another value for every batch.
            Value::Formula(_) => vec![Value::Unknown],
            value => vec![value.clone()],
        };
        let once = if values.len() > 1 {
            " at some time"
        } else {
            ""
        };
        let refused = values.into_iter().find(|value| {
            let scope = scope.bind(name, value.clone());
            let holds = self.eval_as(condition, &Type::Bool, &scope);
            matches!(holds, Value::Bool(false))
        });
        let Some(refused) = refused else {
            return true;
        };
        let message = format!(
            "`{name}` is {}{once}, which its condition does not allow",
            refused.describe()
        );
        self.report(
            Diagnostic::error(CONDITION_FAILS, message)
                .label(at, "given here")
                .label(condition.span, "must hold"),
        );
        false
    }

    /// Whether what is given for parameters satisfies their conditions. A condition may speak of every
    /// parameter.
    pub(in crate::check) fn all_satisfy(&mut self, wanted: &[Wanted], given: &[Given]) -> bool {
        let mut sound = true;
        for (want, given_here) in wanted.iter().zip(given) {
            let (Some((module, condition)), Some((value, at))) = (&want.condition, given_here)
            else {
                continue;
            };
            let scope = wanted
                .iter()
                .zip(given)
                .filter_map(|(want, given)| Some((want, given.as_ref()?)))
                .fold(Scope::of(*module), |scope, (want, (value, _))| {
                    scope.bind(&want.name, at_all_times(value))
                });
            sound &= self.satisfies((&want.name, value), *at, condition, &scope);
        }
        sound
    }
}

/// A value that stays the same over a run and its batches; unknown where it does not.
fn at_all_times(value: &Value) -> Value {
    match value {
        Value::Schedule(ramp) => match **ramp {
            Ramp::Constant(value) => Value::Number(value),
            _ => Value::Unknown,
        },
        Value::Formula(_) => Value::Unknown,
        value => value.clone(),
    }
}
