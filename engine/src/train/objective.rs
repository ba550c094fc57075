//! The loss of a step: Σ weight(step) · loss over the terms. Formulas stand in
//! `kdp::vocabulary::OBJECTIVES`.

use kdp::plan::{Key, Loss, Term};
use kdp::spec::View;
use tch::{Kind, Reduction, TchError, Tensor};

use super::{TrainError, formula};
use crate::nets::Flow;

/// PyTorch's way to say that no label is left out.
const NO_LABEL: i64 = -100;

/// What losses are made of: a batch, as student and teachers see it. Teachers are not asked for a term
/// whose weight is exactly 0.
pub trait Given {
    /// The student's logits.
    fn logits(&self) -> &Tensor;

    /// The labels.
    fn labels(&self) -> &Tensor;

    /// A teacher's logits, without gradient.
    fn teacher(&mut self, teacher: Key, view: View) -> Result<Tensor, TrainError>;

    /// The student's features, led through the layers between the two, and the teacher's, without
    /// gradient.
    fn features(&mut self, matched: Matched) -> Result<[Flow; 2], TrainError>;
}

/// Layers whose outputs are matched.
pub struct Matched<'a> {
    /// The term's place in the objective.
    pub place: usize,
    /// The student's layer.
    pub layer: &'a str,
    /// The teacher.
    pub teacher: Key,
    /// What it sees.
    pub view: View,
    /// The teacher's layer.
    pub to: &'a str,
}

/// The loss of a batch at a step.
pub fn loss(terms: &[Term], step: u64, given: &mut dyn Given) -> Result<Tensor, TrainError> {
    let mut sum: Option<Tensor> = None;
    for (place, term) in terms.iter().enumerate() {
        let weight = term.weight.at(step);
        if weight == 0.0 {
            continue;
        }
        let mut loss = match &term.loss {
            Loss::CrossEntropy { smoothing } => {
                cross_entropy(given.logits(), given.labels(), smoothing.at(step))?
            }
            Loss::Kl {
                teacher,
                temperature,
                view,
            } => {
                let teacher = given.teacher(*teacher, *view)?;
                kl(given.logits(), &teacher, temperature.at(step))?
            }
            Loss::SquaredLogits { teacher, view } => {
                let teacher = given.teacher(*teacher, *view)?;
                given.logits().f_mse_loss(&teacher, Reduction::Mean)?
            }
            Loss::Features {
                teacher,
                layer,
                to,
                view,
                tokens,
                ..
            } => {
                let [own, teacher] = given.features(Matched {
                    place,
                    layer,
                    teacher: *teacher,
                    view: *view,
                    to,
                })?;
                match tokens {
                    true => of_tokens(&own, &teacher)?,
                    false => own.values.f_mse_loss(&teacher.values, Reduction::Mean)?,
                }
            }
            Loss::Formula(formula) => formula::value(formula, step, given)?.f_mean(None)?,
        };
        if weight != 1.0 {
            loss = loss.f_mul_scalar(weight)?;
        }
        sum = Some(match sum {
            None => loss,
            Some(sum) => sum.f_add(&loss)?,
        });
    }
    match sum {
        Some(sum) => Ok(sum),
        // No term counts at this step: a loss of 0, whose gradient is 0.
        None => Ok(given.logits().f_sum(None)?.f_mul_scalar(0.0)?),
    }
}

/// The first step of a run at which labels are asked for.
pub fn first_labels(terms: &[Term], steps: u64) -> Option<u64> {
    let terms: Vec<&Term> = terms
        .iter()
        .filter(|term| term.loss.reads_labels())
        .collect();
    (0..steps).find(|&step| terms.iter().any(|term| term.weight.at(step) != 0.0))
}

/// Cross-entropy against labels, `smoothing` of the target spread over all classes; mean over the batch.
pub fn cross_entropy(logits: &Tensor, labels: &Tensor, smoothing: f64) -> Result<Tensor, TchError> {
    logits.f_cross_entropy_loss(
        labels,
        None::<&Tensor>,
        Reduction::Mean,
        NO_LABEL,
        smoothing,
    )
}

/// τ² · KL(softmax(teacher/τ) ‖ softmax(student/τ)), mean over the batch.
fn kl(student: &Tensor, teacher: &Tensor, temperature: f64) -> Result<Tensor, TchError> {
    let log_probabilities =
        |logits: &Tensor| logits.f_div_scalar(temperature)?.f_log_softmax(-1, None);
    let batch = student.size().first().copied().unwrap_or(1);
    log_probabilities(student)?
        .f_kl_div(&log_probabilities(teacher)?, Reduction::Sum, true)?
        .f_mul_scalar(temperature * temperature / batch as f64)
}

/// The mean of (student − teacher)² over the vectors of all tokens that are none of padding; 0 where all are.
fn of_tokens(student: &Flow, teacher: &Flow) -> Result<Tensor, TchError> {
    let mask = student.mask()?;
    let width = student.values.size().last().copied().unwrap_or(1);
    let count = mask.f_sum(Kind::Float)?.f_clamp_min(1.0)?;
    student
        .values
        .f_sub(&teacher.values)?
        // Not a factor of 0: whatever stands in a vector of padding must not count.
        .f_masked_fill(&mask.f_logical_not()?.f_unsqueeze(-1)?, 0.0)?
        .f_square()?
        .f_sum(Kind::Float)?
        .f_div(&count.f_mul_scalar(width)?)
}
