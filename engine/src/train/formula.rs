//! The value of a loss of one's own. Every value has two axes, samples and classes, of which either
//! may have length 1; so an axis never has to be guessed.

use kdp::plan::Key;
use kdp::spec::{Axis, Function};
use tch::{Kind, TchError, Tensor};

use super::TrainError;
use super::objective::Given;

type Formula = kdp::spec::Formula<Key>;

/// The classes' axis.
const CLASSES: i64 = 1;

/// The value of a formula for a batch: n×c, n×1, 1×c or 1×1.
pub fn value(formula: &Formula, step: u64, given: &mut dyn Given) -> Result<Tensor, TrainError> {
    Ok(match formula {
        Formula::Logits => given.logits().shallow_clone(),
        Formula::TeacherLogits { teacher, view } => given.teacher(*teacher, *view)?.f_detach()?,
        Formula::OneHot => one_hot(given)?,
        Formula::Number(schedule) => {
            let logits = given.logits();
            Tensor::f_full([1, 1], schedule.at(step), (logits.kind(), logits.device()))?
        }
        Formula::Apply {
            function: Function::Log,
            of,
        } => log(of, step, given)?,
        Formula::Apply { function, of } => apply(*function, &value(of, step, given)?)?,
        Formula::Sum { over, of } => {
            let of = value(of, step, given)?;
            of.f_sum_dim_intlist([dimension(*over)].as_slice(), true, None)?
        }
        Formula::Mean { over, of } => {
            let of = value(of, step, given)?;
            of.f_mean_dim([dimension(*over)].as_slice(), true, None)?
        }
        Formula::Arithmetic { op, left, right } => {
            let (left, right) = (value(left, step, given)?, value(right, step, given)?);
            match op {
                '+' => left.f_add(&right)?,
                '-' => left.f_sub(&right)?,
                '*' => left.f_mul(&right)?,
                '/' => left.f_div(&right)?,
                other => return Err(TrainError::Operator(*other)),
            }
        }
        Formula::Kl { of, from } => divergence(of, from, step, given)?,
    })
}

fn dimension(axis: Axis) -> i64 {
    match axis {
        Axis::Batch => 0,
        Axis::Classes => CLASSES,
    }
}

fn one_hot(given: &dyn Given) -> Result<Tensor, TchError> {
    let logits = given.logits();
    let classes = logits.size().get(1).copied().unwrap_or(1);
    given.labels().f_one_hot(classes)?.f_to_kind(logits.kind())
}

fn apply(function: Function, x: &Tensor) -> Result<Tensor, TchError> {
    match function {
        Function::Softmax => x.f_softmax(CLASSES, None),
        Function::LogSoftmax => x.f_log_softmax(CLASSES, None),
        Function::Exp => x.f_exp(),
        Function::Log => x.f_log(),
        Function::Sqrt => x.f_sqrt(),
        Function::Abs => x.f_abs(),
        Function::Negate => x.f_neg(),
    }
}

/// The logarithm of a formula; that of a softmax without underflow.
fn log(of: &Formula, step: u64, given: &mut dyn Given) -> Result<Tensor, TrainError> {
    Ok(match softmax_of(of) {
        Some(logits) => value(logits, step, given)?.f_log_softmax(CLASSES, None)?,
        None => value(of, step, given)?.f_log()?,
    })
}

/// What a softmax is taken of.
fn softmax_of(formula: &Formula) -> Option<&Formula> {
    match formula {
        Formula::Apply {
            function: Function::Softmax,
            of,
        } => Some(of),
        _ => None,
    }
}

/// Σ p (log p − log q) along the classes. Where p is 0, so are its share of the sum and of the gradient.
fn divergence(
    of: &Formula,
    from: &Formula,
    step: u64,
    given: &mut dyn Given,
) -> Result<Tensor, TrainError> {
    let p = value(of, step, given)?;
    let nothing = p.f_eq(0.0)?;
    let mut log_of = |formula: &Formula| -> Result<Tensor, TrainError> {
        if softmax_of(formula).is_some() {
            return log(formula, step, given);
        }
        // The logarithm of 1 in place of that of 0, which would make 0 · ∞ of the gradient.
        let x = value(formula, step, given)?;
        let one = Tensor::f_ones([1, 1], (Kind::Float, x.device()))?;
        Ok(one.f_where_self(&nothing, &x)?.f_log()?)
    };
    let (log_p, log_q) = (log_of(of)?, log_of(from)?);
    let sum = p.f_mul(&log_p.f_sub(&log_q)?)?;
    Ok(sum.f_sum_dim_intlist([CLASSES].as_slice(), true, None)?)
}
