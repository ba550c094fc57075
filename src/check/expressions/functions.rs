//! Functions on numbers, lists and families.

use std::rc::Rc;

use super::quotient;
use crate::check::Checker;
use crate::check::codes::*;
use crate::check::families::{Family, Members};
use crate::check::models::fold;
use crate::check::names::Scope;
use crate::check::values::Value;
use crate::diag::Span;
use crate::spec::{Condition, Fold, Quantity};
use crate::syntax::tree::Arg;
use crate::vocabulary::{self, Function};

impl Checker<'_> {
    /// A call of one of [`crate::vocabulary::FUNCTIONS`].
    pub(in crate::check) fn function(
        &mut self,
        name: &str,
        first: Option<(Value, Span)>,
        args: &[Arg],
        span: Span,
        scope: &Scope,
    ) -> Value {
        let mut placed: Vec<(Value, Span)> = first.into_iter().collect();
        let mut over = None;
        for arg in args {
            if let Some(named) = &arg.name {
                if named.text == "over" && matches!(name, "sum" | "mean") {
                    match self.over(name, arg) {
                        Some(axis) => over = Some(axis),
                        None => return Value::Unknown,
                    }
                    continue;
                }
                if matches!(named.text.as_str(), "dim" | "axis")
                    && matches!(name, "sum" | "mean" | "softmax" | "log_softmax")
                {
                    self.eval(&arg.value, scope);
                    return self.axis_by_number(name, named, arg);
                }
                self.fail_with(
                    UNKNOWN_ARGUMENT,
                    format!("`{name}` has no argument `{}`", named.text),
                    named.span,
                    "give it without a name",
                );
            }
            let value = match quotient::sides(&arg.value) {
                Some((at, parts)) if quotient::ROUND.contains(&name) => {
                    self.whole_quotient(name, at, parts, scope)
                }
                _ => self.eval(&arg.value, scope),
            };
            placed.push((value, arg.value.span));
        }
        if placed
            .iter()
            .any(|(value, _)| matches!(value, Value::Unknown))
        {
            return Value::Unknown;
        }
        if over.is_some()
            || vocabulary::function(name).is_some_and(Function::is_of_loss)
            || placed.iter().any(|(value, _)| self.is_of_loss(value))
        {
            return self.loss_function(name, &placed, over, span);
        }
        let values: Vec<Value> = placed.into_iter().map(|(value, _)| value).collect();
        match name {
            "len" | "sum" | "min" | "max" | "mean" | "std" | "all" | "any" | "count" => {
                let items = match values.as_slice() {
                    [Value::List(items)] => items.to_vec(),
                    [Value::Family(family)] => self.family_members(&family.clone(), span),
                    [] => {
                        return self.fail_with(
                            MISSING_ARGUMENT,
                            format!("`{name}` needs something to go through"),
                            span,
                            "give it a list or a family",
                        );
                    }
                    [lone] if name == "len" => {
                        return self.fail(
                            WRONG_TYPE,
                            format!(
                                "`len` counts the members of a list or a family, not of {}",
                                lone.describe()
                            ),
                            span,
                        );
                    }
                    _ => values,
                };
                if !self.spend(items.len() as u64, span)
                    || items.iter().any(|item| matches!(item, Value::Unknown))
                {
                    return Value::Unknown;
                }
                self.fold(name, &items, span)
            }
            _ => match values.as_slice() {
                [value] => self.apply(name, value.clone(), span),
                _ => self.fail(SURPLUS_ARGUMENT, format!("`{name}` takes one number"), span),
            },
        }
    }

    fn fold(&mut self, name: &str, items: &[Value], span: Span) -> Value {
        match name {
            "len" => return Value::Int(items.len() as i64),
            "all" | "any" | "count" => {
                let conditions: Option<Vec<Condition>> =
                    items.iter().map(Value::as_condition).collect();
                let Some(conditions) = conditions else {
                    return self.fail_with(
                        WRONG_TYPE,
                        format!("`{name}` goes through conditions"),
                        span,
                        format!("for example `{name}(gap.slope > 1)`"),
                    );
                };
                let known: Option<Vec<bool>> = conditions
                    .iter()
                    .map(|condition| match condition {
                        Condition::Known(value) => Some(*value),
                        _ => None,
                    })
                    .collect();
                return match (name, known) {
                    ("all", Some(known)) => Value::Bool(known.iter().all(|value| *value)),
                    ("any", Some(known)) => Value::Bool(known.iter().any(|value| *value)),
                    (_, Some(known)) => {
                        Value::Int(known.iter().filter(|value| **value).count() as i64)
                    }
                    ("all", None) => Value::Condition(Rc::new(Condition::All(conditions))),
                    ("any", None) => Value::Condition(Rc::new(Condition::Any(conditions))),
                    (_, None) => Value::Quantity(Rc::new(Quantity::Count(conditions))),
                };
            }
            _ => {}
        }
        if items.is_empty() && name != "sum" {
            return self.fail(NO_RESULT, format!("there is no `{name}` of nothing"), span);
        }
        if let Some(ints) = items
            .iter()
            .map(|item| {
                if let Value::Int(value) = item {
                    Some(*value)
                } else {
                    None
                }
            })
            .collect::<Option<Vec<_>>>()
        {
            let whole = match name {
                "sum" => ints
                    .iter()
                    .try_fold(0i64, |sum, value| sum.checked_add(*value)),
                "min" => ints.iter().copied().min(),
                "max" => ints.iter().copied().max(),
                _ => None,
            };
            match (name, whole) {
                (_, Some(value)) => return Value::Int(value),
                ("sum", None) => {
                    return self.fail(NO_RESULT, "the sum is too large for an int", span);
                }
                _ => {}
            }
        }
        if let Some(mixed) = fold(name, items, span) {
            return mixed;
        }
        let Some(quantities) = items
            .iter()
            .map(Value::as_quantity)
            .collect::<Option<Vec<_>>>()
        else {
            let wrong = items
                .iter()
                .find(|item| item.as_quantity().is_none())
                .map_or_else(String::new, Value::describe);
            return self.fail_with(
                WRONG_TYPE,
                format!("`{name}` goes through numbers, not {wrong}"),
                span,
                "name a field of a measurement, such as `gap.slope`",
            );
        };
        let fold = match name {
            "sum" => Fold::Sum,
            "min" => Fold::Min,
            "max" => Fold::Max,
            "std" => Fold::Std,
            _ => Fold::Mean,
        };
        let known: Option<Vec<f64>> = quantities
            .iter()
            .map(|quantity| match quantity {
                Quantity::Number(value) => Some(*value),
                _ => None,
            })
            .collect();
        match known {
            Some(known) => {
                let result = fold.of(&known);
                if result.is_finite() {
                    Value::Number(result)
                } else {
                    self.fail(NO_RESULT, format!("`{name}` has no result here"), span)
                }
            }
            None => Value::Quantity(Rc::new(Quantity::Fold {
                fold,
                of: quantities,
            })),
        }
    }

    fn apply(&mut self, name: &str, value: Value, span: Span) -> Value {
        match &value {
            Value::Unknown => return Value::Unknown,
            Value::Family(family) => {
                let members = self.family_members(family, span);
                let members = members
                    .into_iter()
                    .map(|member| self.apply(name, member, span))
                    .collect();
                return Value::Family(Rc::new(Family {
                    axes: family.axes.clone(),
                    members: Members::Computed(members),
                }));
            }
            Value::Quantity(of) => {
                return Value::Quantity(Rc::new(Quantity::Apply {
                    function: name.to_string(),
                    of: Box::new((**of).clone()),
                }));
            }
            Value::Int(value) if name == "abs" => {
                return value.checked_abs().map_or_else(
                    || self.fail(NO_RESULT, "this int is too large", span),
                    Value::Int,
                );
            }
            Value::Int(_) if quotient::ROUND.contains(&name) => return value,
            _ => {}
        }
        let Some(number) = value.as_number() else {
            return self.fail(
                WRONG_TYPE,
                format!("`{name}` is of a number, not of {}", value.describe()),
                span,
            );
        };
        let result = match name {
            "abs" => number.abs(),
            "floor" => number.floor(),
            "ceil" => number.ceil(),
            "round" => number.round(),
            "sqrt" => number.sqrt(),
            "log" => number.ln(),
            _ => number.exp(),
        };
        if !result.is_finite() {
            return self.fail(
                NO_RESULT,
                format!("`{name}` of {number} has no result"),
                span,
            );
        }
        if quotient::ROUND.contains(&name) {
            if result.abs() > 9e15 {
                return self.fail(NO_RESULT, "the result is too large for an int", span);
            }
            return Value::Int(result as i64);
        }
        Value::Number(result)
    }
}
