//! The loss of a step: Σ weight(step) · loss over the terms. Formulas stand in
//! `kdp::vocabulary::OBJECTIVES`.

use kdp::plan::{Key, Loss, Term, View};
use tch::{Reduction, TchError, Tensor};

/// PyTorch's way to say that no label is left out.
const NO_LABEL: i64 = -100;

/// The loss of a batch at a step. `teacher` gives a teacher's logits for the batch; it is not asked
/// for a term whose weight is exactly 0.
pub fn loss<E: From<TchError>>(
    terms: &[Term],
    step: u64,
    logits: &Tensor,
    labels: &Tensor,
    mut teacher: impl FnMut(Key, View) -> Result<Tensor, E>,
) -> Result<Tensor, E> {
    let mut sum: Option<Tensor> = None;
    for term in terms {
        let weight = term.weight.at(step);
        if weight == 0.0 {
            continue;
        }
        let mut loss = match &term.loss {
            Loss::CrossEntropy { smoothing } => cross_entropy(logits, labels, smoothing.at(step))?,
            Loss::Kl {
                teacher: key,
                temperature,
                view,
            } => kl(logits, &teacher(*key, *view)?, temperature.at(step))?,
            Loss::SquaredLogits { teacher: key, view } => {
                logits.f_mse_loss(&teacher(*key, *view)?, Reduction::Mean)?
            }
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
        None => Ok(logits.f_sum(None)?.f_mul_scalar(0.0)?),
    }
}

fn cross_entropy(logits: &Tensor, labels: &Tensor, smoothing: f64) -> Result<Tensor, TchError> {
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
