//! The functions and operators of losses of one's own, and how such a loss becomes an objective.

use std::rc::Rc;

use super::formula::{Formula, axes_text};
use super::objective::Goal;
use crate::check::Checker;
use crate::check::codes::*;
use crate::check::trainings::Ramp;
use crate::check::values::Value;
use crate::diag::{Diagnostic, Mend, Span, closest};
use crate::spec::{Axis, Function};
use crate::syntax::tree::{Arg, BinaryOp, ExprKind, Name};

/// Every function of a loss of one's own, for a help.
const ALL: &str = "softmax, log_softmax, exp, log, sqrt, abs, sum, mean, kl, mse, one_hot_of";

/// What is said of a choice between values over the batch.
pub(in crate::check) const NO_CHOICE: &str = "an `if` is decided before anything is trained, and this is known only then; what is above 0 is `(x + abs(x)) / 2`";

/// What is said of a softmax among layers.
pub(in crate::check) const NO_SOFTMAX: &str =
    "a network ends in its logits, `linear(classes)`: losses and measures take the softmax of them";

/// Values of an argument list, each with its place.
type Placed = (Value, Span);

impl Value {
    /// A value over a batch: a formula, or a number, or a schedule.
    pub fn as_formula(&self) -> Option<Rc<Formula>> {
        match self {
            Value::Formula(formula) => Some(formula.clone()),
            _ => self.as_ramp().map(|ramp| Rc::new(Formula::Number(ramp))),
        }
    }
}

/// `a + b` and the like, of values over a batch.
pub fn arithmetic(op: BinaryOp, a: &Value, b: &Value) -> Option<Value> {
    let (a, b) = (a.as_formula()?, b.as_formula()?);
    let op = match op {
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => {
            op.word().chars().next()?
        }
        _ => return None,
    };
    Some(Value::Formula(Rc::new(Formula::Arithmetic(op, a, b))))
}

impl Checker<'_> {
    /// `over: batch` or `over: classes`, among the arguments of a `sum` or a `mean`.
    pub(in crate::check) fn over(&mut self, name: &str, arg: &Arg) -> Option<Axis> {
        let span = arg.value.span;
        let word = match &arg.value.kind {
            ExprKind::Name(word) => word.as_str(),
            _ => "",
        };
        match word {
            "batch" => Some(Axis::Batch),
            "classes" => Some(Axis::Classes),
            _ => {
                let help = match closest(word, ["batch", "classes"]) {
                    Some(near) => Mend::did_you_mean(span, near),
                    None => "it is `over: batch` or `over: classes`".into(),
                };
                let message = format!("`{name}` goes along the batch or along the classes");
                self.fail_with(WRONG_TYPE, message, span, help);
                None
            }
        }
    }

    /// `dim: 1`, as other tools say which axis a function goes along.
    pub(in crate::check) fn axis_by_number(
        &mut self,
        name: &str,
        named: &Name,
        arg: &Arg,
    ) -> Value {
        let over = match self.sources.slice(arg.value.span) {
            _ if !matches!(name, "sum" | "mean") => None,
            "1" | "-1" => Some("over: classes"),
            "0" => Some("over: batch"),
            _ => None,
        };
        let help = match over {
            Some(over) => Mend::did_you_mean(named.span.to(arg.value.span), over),
            None if matches!(name, "softmax" | "log_softmax") => {
                "it goes along the classes: leave it out".into()
            }
            None => "say the axis by its name: `over: classes` or `over: batch`".into(),
        };
        let message = format!("`{name}` has no argument `{}`", named.text);
        self.fail_with(UNKNOWN_ARGUMENT, message, named.span, help)
    }

    /// A layer's word that is called on a value over the batch.
    pub(in crate::check) fn layer_of_value(&mut self, word: &str, of: Span, span: Span) -> Value {
        let written = self.sources.slice(of);
        let help = match word {
            "relu" => match written.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                true => format!("what is above 0 is `({written} + abs({written})) / 2`"),
                false => format!("what is above 0 is `(({written}) + abs({written})) / 2`"),
            },
            _ => format!("a loss has {ALL}"),
        };
        let message = format!("`{word}` is a layer of a network, no function of values");
        self.fail_with(WRONG_TYPE, message, span, help)
    }

    /// Whether a function of this is one of a loss of one's own: in the body of one, a schedule too.
    pub(in crate::check) fn is_of_loss(&self, value: &Value) -> bool {
        match value {
            Value::Formula(_) | Value::Labels => true,
            Value::Schedule(_) => !self.losses.is_empty(),
            Value::List(items) => {
                let formula = |item: &Value| matches!(item, Value::Formula(_));
                items.iter().any(formula)
            }
            _ => false,
        }
    }

    /// A function of a loss of one's own.
    pub(in crate::check) fn loss_function(
        &mut self,
        name: &str,
        values: &[Placed],
        over: Option<Axis>,
        span: Span,
    ) -> Value {
        if name == "one_hot_of" {
            return match values {
                [(Value::Labels, _)] => Value::Formula(Rc::new(Formula::OneHot)),
                _ => self.fail_with(
                    WRONG_TYPE,
                    "`one_hot_of` is of the labels",
                    span,
                    "write `one_hot_of(y)`, in the body of an `objective`",
                ),
            };
        }
        if let [(Value::List(items), at)] = values
            && matches!(name, "sum" | "mean")
        {
            let items: Vec<Placed> = items.iter().map(|item| (item.clone(), *at)).collect();
            return self.sum_of_formulas(name, &items);
        }
        let mut formulas = vec![];
        for (value, at) in values {
            match self.formula(value, *at) {
                Some(formula) => formulas.push(formula),
                None => return Value::Unknown,
            }
        }
        let made = match (name, formulas.as_slice()) {
            ("softmax", [of]) => self
                .along_classes(name, of, span)
                .then(|| Formula::Apply(Function::Softmax, of.clone())),
            ("log_softmax", [of]) => self
                .along_classes(name, of, span)
                .then(|| Formula::Apply(Function::LogSoftmax, of.clone())),
            ("exp", [of]) => Some(Formula::Apply(Function::Exp, of.clone())),
            ("log", [of]) => Some(Formula::Apply(Function::Log, of.clone())),
            ("sqrt", [of]) => Some(Formula::Apply(Function::Sqrt, of.clone())),
            ("abs", [of]) => Some(Formula::Apply(Function::Abs, of.clone())),
            ("sum", [of]) => Some(Formula::Sum(
                over.unwrap_or_else(|| fold_axis(of)),
                of.clone(),
            )),
            ("mean", [of]) => Some(mean(of, over)),
            ("kl", [p, q]) => (self.along_classes(name, p, values[0].1)
                && self.along_classes(name, q, values[1].1))
            .then(|| Formula::Kl(p.clone(), q.clone())),
            ("mse", [a, b]) => {
                let gap = Rc::new(Formula::Arithmetic('-', a.clone(), b.clone()));
                let squares = Rc::new(Formula::Arithmetic('*', gap.clone(), gap));
                Some(mean(&squares, None))
            }
            ("kl" | "mse", _) => {
                let given = format!("`{name}` compares two values");
                self.fail_with(
                    MISSING_ARGUMENT,
                    given,
                    span,
                    format!("write `{name}(p, q)`"),
                );
                None
            }
            ("softmax" | "log_softmax", []) if self.losses.is_empty() => {
                let message = format!("`{name}` is no layer");
                self.fail_with(WRONG_TYPE, message, span, NO_SOFTMAX);
                None
            }
            ("softmax" | "log_softmax" | "exp" | "log" | "sqrt" | "abs" | "sum" | "mean", _) => {
                let message = format!("`{name}` takes one value");
                self.fail(SURPLUS_ARGUMENT, message, span);
                None
            }
            _ => {
                let message = format!("`{name}` is no function of a loss");
                let help = match name {
                    "max" => "the larger of two is `(a + b + abs(a - b)) / 2`".into(),
                    "min" => "the smaller of two is `(a + b - abs(a - b)) / 2`".into(),
                    _ => format!("a loss has {ALL}"),
                };
                self.fail_with(WRONG_OPERANDS, message, span, help);
                None
            }
        };
        made.map_or(Value::Unknown, |formula| Value::Formula(Rc::new(formula)))
    }

    /// `sum([a, b, c])`
    fn sum_of_formulas(&mut self, name: &str, items: &[Placed]) -> Value {
        let mut sum: Option<Rc<Formula>> = None;
        for (item, at) in items {
            let Some(formula) = self.formula(item, *at) else {
                return Value::Unknown;
            };
            sum = Some(match sum {
                None => formula,
                Some(sum) => Rc::new(Formula::Arithmetic('+', sum, formula)),
            });
        }
        match (sum, name) {
            (None, _) => Value::Unknown,
            (Some(sum), "mean") => {
                let count = Rc::new(Ramp::Constant(items.len() as f64));
                let count = Rc::new(Formula::Number(count));
                Value::Formula(Rc::new(Formula::Arithmetic('/', sum, count)))
            }
            (Some(sum), _) => Value::Formula(sum),
        }
    }

    /// A value over a batch; an error where it is none.
    fn formula(&mut self, value: &Value, at: Span) -> Option<Rc<Formula>> {
        let formula = value.as_formula();
        if formula.is_none() && !matches!(value, Value::Unknown) {
            let message = format!("a value over the batch is wanted, not {}", value.describe());
            let help = match value {
                Value::Labels => "labels become numbers by `one_hot_of(y)`".to_string(),
                Value::Model(_) => {
                    let written = self.sources.slice(at);
                    format!("its logits are `{written}.z`")
                }
                _ => "values over the batch are `z`, `t.z` of a teacher, `one_hot_of(y)`, and what is made of them".to_string(),
            };
            self.fail_with(WRONG_TYPE, message, at, help);
        }
        formula
    }

    /// Whether a value has classes to go along.
    fn along_classes(&mut self, name: &str, of: &Formula, at: Span) -> bool {
        let axes = of.axes();
        if !axes.classes {
            self.fail_with(
                WRONG_OPERANDS,
                format!(
                    "`{name}` goes along the classes, but this has {}",
                    axes_text(axes)
                ),
                at,
                "give it a value with classes, such as `z`, before it is folded",
            );
        }
        axes.classes
    }

    /// A value as an objective: a loss of one's own must have its classes folded.
    pub(in crate::check) fn as_objective(&mut self, value: Value, span: Span) -> Value {
        let Value::Formula(formula) = &value else {
            return value;
        };
        let axes = formula.axes();
        if axes.classes {
            self.report(
                Diagnostic::error(LOSS, format!("this loss still has {}", axes_text(axes)))
                    .label(span, "a loss has one value a sample, or one in all")
                    .help("fold it along the classes, with `sum(…)` or `mean(…)`"),
            );
            return Value::Unknown;
        }
        if !formula.learns() {
            self.report(
                Diagnostic::error(
                    LOSS,
                    "this loss does not hang on the model: there is nothing to learn from it",
                )
                .label(span, "")
                .help("compare something with `z`, the model's own logits"),
            );
            return Value::Unknown;
        }
        Value::Objective(Rc::new(Goal::Formula(formula.clone())))
    }
}

/// The axis that `sum` and `mean` go along where it is not said: the classes, if there are any left.
fn fold_axis(of: &Formula) -> Axis {
    match of.axes().classes {
        true => Axis::Classes,
        false => Axis::Batch,
    }
}

fn mean(of: &Rc<Formula>, over: Option<Axis>) -> Formula {
    Formula::Mean(over.unwrap_or_else(|| fold_axis(of)), of.clone())
}
