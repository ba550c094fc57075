//! Batch norm of a batch in parts on several devices, by the statistics of the whole batch. Sums over the
//! parts are taken on the first part's device in their order, forward and backward, so that the same
//! parts give the same bits.

use tch::{Kind, TchError, Tensor};

use super::Flow;
use super::norm::BatchNorm;

/// What comes out for each part of its replica. The running statistics of the first replica move.
pub(super) fn forward(norms: &[&BatchNorm], parts: &[Flow]) -> Result<Vec<Tensor>, TchError> {
    let Some(first) = norms.first() else {
        return Ok(vec![]);
    };
    let values = parts.iter().map(|part| part.values.f_to_kind(Kind::Float));
    let values = values.collect::<Result<Vec<_>, _>>()?;
    let count: i64 = values.iter().map(BatchNorm::values_a_channel).sum();

    let mean = mean(&values, count)?;
    let means = at_each(&mean, &values)?.into_iter();
    let centred = values.iter().zip(means).map(|(x, mean)| x.f_sub(&mean));
    let centred = centred.collect::<Result<Vec<_>, _>>()?;
    let squares = centred.iter().map(Tensor::f_square);
    let variance = self::mean(&squares.collect::<Result<Vec<_>, _>>()?, count)?;
    first.follow(&mean, &variance, count)?;

    let inverse = variance.f_add_scalar(first.epsilon)?.f_rsqrt()?;
    let inverses = at_each(&inverse, &values)?;
    let lanes = norms.iter().zip(centred).zip(inverses).zip(parts);
    lanes
        .map(|(((norm, centred), inverse), part)| {
            let shape = inverse.size();
            let scale = norm.weight.f_view(shape.as_slice())?.f_mul(&inverse)?;
            let shift = norm.bias.f_view(shape.as_slice())?;
            let out = centred.f_mul(&scale)?.f_add(&shift)?;
            out.f_to_kind(part.values.kind())
        })
        .collect()
}

/// Each channel's mean over all parts, which have `count` values a channel together, on the first part's
/// device; 1×c×1×1 of images.
fn mean(parts: &[Tensor], count: i64) -> Result<Tensor, TchError> {
    let mut sum: Option<Tensor> = None;
    for part in parts {
        let others: Vec<i64> = (0..part.dim() as i64).filter(|axis| *axis != 1).collect();
        let own = part.f_sum_dim_intlist(others.as_slice(), true, None)?;
        sum = Some(match sum {
            None => own,
            Some(sum) => sum.f_add(&own.f_to_device(sum.device())?)?,
        });
    }
    sum.unwrap_or_default().f_div_scalar(count)
}

/// A statistic on the device of each part. Their gradients come back through one sum, not one after the
/// other as the devices are done.
fn at_each(statistic: &Tensor, parts: &[Tensor]) -> Result<Vec<Tensor>, TchError> {
    let mut sizes = vec![parts.len() as i64];
    sizes.extend(statistic.size());
    let copies = statistic.f_expand(sizes.as_slice(), false)?.f_unbind(0)?;
    let copies = copies.iter().zip(parts);
    copies
        .map(|(copy, part)| copy.f_to_device(part.device()))
        .collect()
}
