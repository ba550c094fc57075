//! What a network makes of a batch: its answers, gradients, and its tensors after three steps of SGD.

use std::collections::BTreeMap;

use kdp_engine::nets::{Mode, Net, gradients};
use tch::{TchError, Tensor, no_grad};

/// Steps that are gone.
const STEPS: u64 = 3;

/// What training made of a network.
pub struct Training {
    /// The cross-entropy of the first step, in training mode.
    pub loss: f64,
    /// Its gradient by each parameter.
    pub gradients: BTreeMap<String, Tensor>,
    /// Every parameter and statistic after the steps.
    pub after: BTreeMap<String, Tensor>,
}

/// The logits of inputs in evaluation mode, n×classes.
pub fn logits(net: &Net, inputs: &Tensor) -> Result<Tensor, TchError> {
    no_grad(|| net.forward(inputs, Mode::Evaluate))
}

/// Three steps of plain SGD at a learning rate, all on one batch of inputs and their labels. The network has one
/// part and is another one then.
pub fn train(net: &Net, inputs: &Tensor, labels: &Tensor, rate: f64) -> Result<Training, TchError> {
    let [part] = net.parts() else {
        return Err(TchError::Torch("the network is in several parts".into()));
    };
    part.require_gradients()?;
    let mut first = None;
    for step in 0..STEPS {
        let answer = net.forward(inputs, Mode::Train { seed: 0, step })?;
        let loss = answer.f_cross_entropy_loss(
            labels,
            None::<&Tensor>,
            tch::Reduction::Mean,
            -100,
            0.0,
        )?;
        let flat = gradients(&loss, &[part])?.remove(0);
        if first.is_none() {
            let cut = part.cut(&flat)?.into_iter();
            let named =
                cut.map(|(name, gradient)| Ok((name.to_string(), gradient.f_contiguous()?)));
            let named = named.collect::<Result<BTreeMap<_, _>, TchError>>()?;
            first = Some((loss.f_double_value(&[])?, named));
        }
        let step = flat.f_mul_scalar(rate)?;
        let _ = no_grad(|| part.flat().shallow_clone().f_sub_(&step))?;
    }
    let (loss, gradients) = first.unwrap_or_default();
    let after = net.tensors().iter();
    let after = after.map(|(name, tensor)| Ok((name.clone(), tensor.f_detach()?.f_contiguous()?)));
    Ok(Training {
        loss,
        gradients,
        after: after.collect::<Result<_, TchError>>()?,
    })
}
