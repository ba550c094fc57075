//! Operators: on numbers, spans, schedules, objectives, on what is measured, and member by member
//! on families.

use std::rc::Rc;

use crate::check::Checker;
use crate::check::codes::*;
use crate::check::families::{Family, Members, difference, reordered};
use crate::check::losses;
use crate::check::losses::Formula;
use crate::check::losses::Goal;
use crate::check::models::mix;
use crate::check::names::Scope;
use crate::check::trainings::{Ramp, Time};
use crate::check::values::Value;
use crate::diag::{Diagnostic, Span};
use crate::spec::{Comparison, Condition, Function, Quantity};
use crate::syntax::tree::{BinaryOp, Expr, UnaryOp};

fn comparison(op: BinaryOp) -> Option<Comparison> {
    Some(match op {
        BinaryOp::Equal => Comparison::Equal,
        BinaryOp::NotEqual => Comparison::NotEqual,
        BinaryOp::Less => Comparison::Less,
        BinaryOp::LessEqual => Comparison::LessEqual,
        BinaryOp::Greater => Comparison::Greater,
        BinaryOp::GreaterEqual => Comparison::GreaterEqual,
        _ => return None,
    })
}

/// Why an operator gives nothing.
enum Refusal {
    /// It does not go with these operands.
    Operands,
    /// There is no result.
    NoResult(String),
    /// A division of ints that does not come out even.
    Inexact(i64, i64),
}

type Outcome = Result<Value, Refusal>;

impl Checker<'_> {
    /// `not a`, `-a`
    pub(in crate::check) fn unary(&mut self, op: UnaryOp, operand: Value, span: Span) -> Value {
        match (op, &operand) {
            (_, Value::Unknown) => Value::Unknown,
            (_, Value::Family(family)) => {
                let family = family.clone();
                let members = self.family_members(&family, span);
                let members = members
                    .into_iter()
                    .map(|member| self.unary(op, member, span))
                    .collect();
                Value::Family(Rc::new(Family {
                    axes: family.axes.clone(),
                    members: Members::Computed(members),
                }))
            }
            (UnaryOp::Not, Value::Bool(value)) => Value::Bool(!value),
            (UnaryOp::Not, Value::Condition(condition)) => {
                Value::Condition(Rc::new(Condition::Not(Box::new((**condition).clone()))))
            }
            (UnaryOp::Negate, Value::Int(value)) => match value.checked_neg() {
                Some(value) => Value::Int(value),
                None => self.fail(NO_RESULT, "this int is too large", span),
            },
            (UnaryOp::Negate, Value::Number(value)) => Value::Number(-value),
            (UnaryOp::Negate, Value::Fraction(value)) => Value::Fraction(-value),
            (UnaryOp::Negate, Value::Time(time)) => Value::Time(time.map(|part| -part)),
            (UnaryOp::Negate, Value::Quantity(of)) => Value::Quantity(Rc::new(Quantity::Apply {
                function: "negate".into(),
                of: Box::new((**of).clone()),
            })),
            (UnaryOp::Negate, Value::Formula(of)) => {
                Value::Formula(Rc::new(Formula::Apply(Function::Negate, of.clone())))
            }
            (UnaryOp::Negate, Value::Schedule(of)) => Value::Schedule(Rc::new(Ramp::Arithmetic {
                op: '*',
                left: Rc::new(Ramp::Constant(-1.0)),
                right: of.clone(),
            })),
            _ => {
                let op = if op == UnaryOp::Not { "not" } else { "-" };
                self.fail(
                    WRONG_OPERANDS,
                    format!("`{op}` does not go with {}", operand.describe()),
                    span,
                )
            }
        }
    }

    /// `a + b`; `and` and `or` look at their right side only where it counts.
    pub(in crate::check) fn binary(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        left: &Expr,
        right: &Expr,
        scope: &Scope,
    ) -> Value {
        let a = self.eval(left, scope);
        match (op, &a) {
            (BinaryOp::And, Value::Bool(false)) | (BinaryOp::Or, Value::Bool(true)) => return a,
            _ => {}
        }
        let b = self.eval(right, scope);
        self.operate(op, op_span, (a, left.span), (b, right.span))
    }

    /// An operator on two values, member by member on families.
    pub(in crate::check) fn operate(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        (a, a_span): (Value, Span),
        (b, b_span): (Value, Span),
    ) -> Value {
        if !self.spend(1, op_span) {
            return Value::Unknown;
        }
        let families = match (&a, &b) {
            (Value::Unknown, _) | (_, Value::Unknown) => return Value::Unknown,
            (Value::Family(family), Value::Family(other)) => {
                let (left, right) = (&**family, &**other);
                if let Some(why) = difference((left, "on the left"), (right, "on the right")) {
                    self.report(
                        Diagnostic::error(FAMILY_MISMATCH, format!("`{}` goes member by member, but {why}", op.word()))
                            .label(a_span, format!("over {}", family.axes_text()))
                            .label(b_span, format!("over {}", other.axes_text()))
                            .help("choose sub-families with equal index sets, or fold one with `mean`, `min`, `max`"),
                    );
                    return Value::Unknown;
                }
                Some(family.axes.clone())
            }
            (Value::Family(family), _) | (_, Value::Family(family)) => Some(family.axes.clone()),
            _ => None,
        };
        if let Some(axes) = families {
            let count: usize = axes.iter().map(|axis| axis.labels.len()).product();
            let members_of = |checker: &mut Self, value: Value, span: Span| match value {
                Value::Family(family) => {
                    let members = checker.family_members(&family, span);
                    match family.has_axes(&axes) {
                        true => members,
                        false => reordered(&family, &members, &axes).unwrap_or_default(),
                    }
                }
                lone => vec![lone; count],
            };
            let left = members_of(self, a, a_span);
            let right = members_of(self, b, b_span);
            let members = left
                .into_iter()
                .zip(right)
                .map(|(a, b)| {
                    let member = self.operate(op, op_span, (a, a_span), (b, b_span));
                    self.bounded(member, op_span)
                })
                .collect();
            return Value::Family(Rc::new(Family {
                axes,
                members: Members::Computed(members),
            }));
        }
        if let Some(mixed) = mix(op, (&a, a_span), (&b, b_span)) {
            return mixed;
        }
        // Next to an objective, a loss of one's own is one.
        let (a, b) = match (&a, &b) {
            (Value::Objective(_), Value::Formula(_)) => (a, self.as_objective(b, b_span)),
            (Value::Formula(_), Value::Objective(_)) => (self.as_objective(a, a_span), b),
            _ => (a, b),
        };
        if matches!(a, Value::Unknown) || matches!(b, Value::Unknown) {
            return Value::Unknown;
        }
        match calculate(op, &a, &b) {
            Ok(value) => {
                if let (Value::Condition(condition), true) = (&value, comparison(op).is_some()) {
                    self.warn_if_foregone(condition, op_span, a_span, b_span);
                }
                value
            }
            Err(refusal) => {
                let (code, message, help) = match refusal {
                    Refusal::Operands => (
                        WRONG_OPERANDS,
                        format!(
                            "`{}` does not go with {} and {}",
                            op.word(),
                            a.describe(),
                            b.describe()
                        ),
                        operands_help(op, &a, &b),
                    ),
                    Refusal::NoResult(why) => (NO_RESULT, why, None),
                    Refusal::Inexact(x, y) => (
                        INEXACT_DIVISION,
                        format!("{x} / {y} does not come out even"),
                        Some({
                            let (x, y) = (self.sources.slice(a_span), self.sources.slice(b_span));
                            let number = match x.bytes().all(|byte| byte.is_ascii_digit()) {
                                true => format!("{x}.0 / {y}"),
                                false => format!("1.0 * {x} / {y}"),
                            };
                            format!(
                                "for the number write `{number}`, for a whole one `floor({x} / {y})`"
                            )
                        }),
                    ),
                };
                self.report(
                    Diagnostic::error(code, message)
                        .label(op_span, "")
                        .label(a_span, a.describe())
                        .label(b_span, b.describe())
                        .maybe_help(help),
                );
                Value::Unknown
            }
        }
    }
}

fn operands_help(op: BinaryOp, a: &Value, b: &Value) -> Option<String> {
    Some(match (op, a, b) {
        (BinaryOp::Add, Value::Text(..), _) | (BinaryOp::Add, _, Value::Text(..)) => {
            "put values into a text with braces: \"{name}\"".into()
        }
        (_, Value::Time(_), Value::Int(_) | Value::Number(_))
        | (_, Value::Int(_) | Value::Number(_), Value::Time(_))
            if matches!(op, BinaryOp::Add | BinaryOp::Subtract) =>
        {
            "give the number a unit: `15 epochs`, `1k steps`".into()
        }
        (_, Value::Formula(_), _) | (_, _, Value::Formula(_)) if comparison(op).is_some() => {
            losses::NO_CHOICE.into()
        }
        (BinaryOp::Add, Value::List(_), Value::List(_)) => {
            "lists are joined by going through both: `[x for part in [a, b] for x in part]`".into()
        }
        (BinaryOp::Add, Value::Time(_) | Value::Fraction(_), Value::Objective(_)) => {
            "`then` binds weakest: put what it goes to in parentheses, `X then (Y + Z) at 50%`"
                .into()
        }
        (_, Value::Objective(_), _) | (_, _, Value::Objective(_)) => {
            "objectives are scaled and added: `0.5 * distill(teacher) + 0.5 * one_hot`".into()
        }
        (_, Value::Labels, _) | (_, _, Value::Labels) => {
            "labels become numbers by `one_hot_of(y)`".into()
        }
        (_, Value::Formula(_), Value::Model(_)) | (_, Value::Model(_), Value::Formula(_)) => {
            "the logits of a model `t` are `t.z`".into()
        }
        (_, Value::Measurement(_), _) | (_, _, Value::Measurement(_)) => {
            "name a field of the measurement, such as `.slope` or `.top1`".into()
        }
        _ => return None,
    })
}

/// An operator on two lone values.
fn calculate(op: BinaryOp, a: &Value, b: &Value) -> Outcome {
    match op {
        BinaryOp::And | BinaryOp::Or => logic(op, a, b),
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual => compare(op, a, b),
        _ => arithmetic(op, a, b),
    }
}

fn logic(op: BinaryOp, a: &Value, b: &Value) -> Outcome {
    if let (Value::Bool(a), Value::Bool(b)) = (a, b) {
        return Ok(Value::Bool(if op == BinaryOp::And {
            *a && *b
        } else {
            *a || *b
        }));
    }
    let (Some(a), Some(b)) = (a.as_condition(), b.as_condition()) else {
        return Err(Refusal::Operands);
    };
    let both = vec![a, b];
    Ok(Value::Condition(Rc::new(if op == BinaryOp::And {
        Condition::All(both)
    } else {
        Condition::Any(both)
    })))
}

fn compare(op: BinaryOp, a: &Value, b: &Value) -> Outcome {
    let comparison = comparison(op).ok_or(Refusal::Operands)?;
    let equality = matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
    let answer = |equal: bool| Ok(Value::Bool(equal == (op == BinaryOp::Equal)));
    match (a, b) {
        (Value::Quantity(_), _) | (_, Value::Quantity(_)) => {
            let (Some(left), Some(right)) = (a.as_quantity(), b.as_quantity()) else {
                return Err(Refusal::Operands);
            };
            Ok(Value::Condition(Rc::new(Condition::Compare {
                left,
                comparison,
                right,
            })))
        }
        (Value::Int(a), Value::Int(b)) => Ok(Value::Bool(holds(comparison, a.cmp(b)))),
        (Value::Text(a, _), Value::Text(b, _)) if equality => answer(a == b),
        (Value::Bool(a), Value::Bool(b)) if equality => answer(a == b),
        (Value::Time(a), Value::Time(b)) if equality => answer(a == b),
        (Value::Shape(a), Value::Shape(b)) if equality => answer(a == b),
        _ => {
            let (Some(a), Some(b)) = (a.as_number(), b.as_number()) else {
                return Err(Refusal::Operands);
            };
            let order = a
                .partial_cmp(&b)
                .ok_or_else(|| Refusal::NoResult("this is not a number".into()))?;
            Ok(Value::Bool(holds(comparison, order)))
        }
    }
}

fn holds(comparison: Comparison, order: std::cmp::Ordering) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterEqual => order.is_ge(),
    }
}

fn arithmetic(op: BinaryOp, a: &Value, b: &Value) -> Outcome {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => ints(op, *a, *b),
        (Value::Objective(_), _) | (_, Value::Objective(_)) => objectives(op, a, b),
        (Value::Formula(_), _) | (_, Value::Formula(_)) => {
            if op == BinaryOp::Divide && b.as_number() == Some(0.0) {
                return Err(Refusal::NoResult("a division by zero".into()));
            }
            losses::arithmetic(op, a, b).ok_or(Refusal::Operands)
        }
        (Value::Quantity(_), _) | (_, Value::Quantity(_)) => {
            let (Some(left), Some(right)) = (a.as_quantity(), b.as_quantity()) else {
                return Err(Refusal::Operands);
            };
            let op = op.word().chars().next().unwrap_or('+');
            Ok(Value::Quantity(Rc::new(Quantity::Arithmetic {
                op,
                left: Box::new(left),
                right: Box::new(right),
            })))
        }
        (Value::Schedule(_), _) | (_, Value::Schedule(_)) => {
            let (Some(left), Some(right)) = (a.as_ramp(), b.as_ramp()) else {
                return Err(Refusal::Operands);
            };
            if op == BinaryOp::Remainder {
                return Err(Refusal::Operands);
            }
            if op == BinaryOp::Divide && right.values().contains(&0.0) {
                return Err(Refusal::NoResult(
                    "a division by a schedule that is 0 at some time".into(),
                ));
            }
            let op = op.word().chars().next().unwrap_or('+');
            Ok(Value::Schedule(Rc::new(Ramp::Arithmetic {
                op,
                left,
                right,
            })))
        }
        (Value::Time(_), _) | (_, Value::Time(_)) => times(op, a, b),
        _ => {
            let (Some(x), Some(y)) = (a.as_number(), b.as_number()) else {
                return Err(Refusal::Operands);
            };
            let result = numbers(op, x, y)?;
            // A part of something stays one where that makes sense.
            let fractions = (
                matches!(a, Value::Fraction(_)),
                matches!(b, Value::Fraction(_)),
            );
            let fraction = match op {
                BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Remainder => {
                    fractions == (true, true)
                }
                BinaryOp::Multiply => fractions.0 || fractions.1,
                _ => fractions == (true, false),
            };
            Ok(if fraction {
                Value::Fraction(result)
            } else {
                Value::Number(result)
            })
        }
    }
}

fn ints(op: BinaryOp, a: i64, b: i64) -> Outcome {
    let overflow = || Refusal::NoResult("the result is too large for an int".into());
    Ok(Value::Int(match op {
        BinaryOp::Add => a.checked_add(b).ok_or_else(overflow)?,
        BinaryOp::Subtract => a.checked_sub(b).ok_or_else(overflow)?,
        BinaryOp::Multiply => a.checked_mul(b).ok_or_else(overflow)?,
        _ if b == 0 => return Err(Refusal::NoResult("a division by zero".into())),
        BinaryOp::Divide if a.checked_rem(b) != Some(0) => return Err(Refusal::Inexact(a, b)),
        BinaryOp::Divide => a.checked_div(b).ok_or_else(overflow)?,
        _ => a.checked_rem_euclid(b).ok_or_else(overflow)?,
    }))
}

fn numbers(op: BinaryOp, a: f64, b: f64) -> Result<f64, Refusal> {
    if matches!(op, BinaryOp::Divide | BinaryOp::Remainder) && b == 0.0 {
        return Err(Refusal::NoResult("a division by zero".into()));
    }
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Divide => a / b,
        _ => a.rem_euclid(b),
    };
    if result.is_finite() {
        Ok(result)
    } else {
        Err(Refusal::NoResult(
            "the result is too large for a number".into(),
        ))
    }
}

fn times(op: BinaryOp, a: &Value, b: &Value) -> Outcome {
    let finite = |time: Time| {
        if [time.steps, time.epochs, time.fraction]
            .iter()
            .all(|part| part.is_finite())
        {
            Ok(Value::Time(time))
        } else {
            Err(Refusal::NoResult("this span is too long".into()))
        }
    };
    match op {
        BinaryOp::Add | BinaryOp::Subtract => {
            let (Some(a), Some(b)) = (a.as_time(), b.as_time()) else {
                return Err(Refusal::Operands);
            };
            finite(a.zip(b, |a, b| if op == BinaryOp::Add { a + b } else { a - b }))
        }
        BinaryOp::Multiply => match (a, b) {
            (Value::Time(time), by) | (by, Value::Time(time)) => {
                let by = by.as_number().ok_or(Refusal::Operands)?;
                finite(time.map(|part| part * by))
            }
            _ => Err(Refusal::Operands),
        },
        BinaryOp::Divide => match (a, b.as_number()) {
            (Value::Time(_), Some(0.0)) => Err(Refusal::NoResult("a division by zero".into())),
            (Value::Time(time), Some(by)) => finite(time.map(|part| part / by)),
            _ => Err(Refusal::Operands),
        },
        _ => Err(Refusal::Operands),
    }
}

fn objectives(op: BinaryOp, a: &Value, b: &Value) -> Outcome {
    let goal = match (op, a, b) {
        (BinaryOp::Add, Value::Objective(a), Value::Objective(b)) => {
            Goal::Sum(a.clone(), b.clone())
        }
        (BinaryOp::Multiply, Value::Objective(goal), by)
        | (BinaryOp::Multiply, by, Value::Objective(goal)) => {
            Goal::Scaled(by.as_ramp().ok_or(Refusal::Operands)?, goal.clone())
        }
        _ => return Err(Refusal::Operands),
    };
    Ok(Value::Objective(Rc::new(goal)))
}
