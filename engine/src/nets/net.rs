//! A network with its tensors.

use std::collections::BTreeMap;

use kdp::plan::Network;
use tch::{Device, Kind, TchError, Tensor, no_grad_guard};

use super::NetError;
use super::module::{Mode, Module};
use super::specs::{Spec, Start, specs};
use crate::data::{BLOCK, Pixels, Samples};
use crate::random::Draws;

/// A network with its tensors. All parameters lie one after the other in one flat tensor, so that
/// an optimiser's step is a handful of operations however many layers there are; the layers see
/// them through views. Weights of convolutions lie in channels-last order.
pub struct Net {
    specs: Vec<Spec>,
    tensors: BTreeMap<String, Tensor>,
    flat: Tensor,
    root: Module,
}

/// The dimensions of a convolution's weight in memory order, and the way back.
const TO_LAST: [i64; 4] = [0, 2, 3, 1];
const FROM_LAST: [i64; 4] = [0, 3, 1, 2];

fn length(spec: &Spec) -> i64 {
    spec.shape.iter().product()
}

/// A flat stretch of memory as a tensor of the spec's shape.
fn view(stretch: &Tensor, spec: &Spec) -> Result<Tensor, TchError> {
    match spec.shape[..] {
        [out, channels, height, width] => stretch
            .f_view([out, height, width, channels])?
            .f_permute(FROM_LAST),
        _ => stretch.f_view(spec.shape.as_slice()),
    }
}

/// A tensor of a spec's shape as a flat stretch, in memory order.
fn flatten(tensor: &Tensor) -> Result<Tensor, TchError> {
    match tensor.dim() {
        4 => tensor.f_permute(TO_LAST)?.f_reshape([-1]),
        _ => tensor.f_reshape([-1]),
    }
}

impl Net {
    /// A network initialised as PyTorch's layers are, each tensor a function of the seed and its name.
    pub fn new(network: &Network, seed: i64, device: Device) -> Result<Net, NetError> {
        let net = Net::empty(network, device)?;
        for spec in &net.specs {
            let values = match spec.start {
                Start::Count => continue,
                Start::Constant(value) => vec![value; length(spec) as usize],
                Start::Uniform { fan_in } => {
                    let bound = 1.0 / (fan_in as f32).sqrt();
                    let mut draws = Draws::new(seed, &format!("init: {}", spec.name), 0);
                    let mut draw = || (2.0 * draws.unit() - 1.0) * bound;
                    (0..length(spec)).map(|_| draw()).collect()
                }
            };
            let values = Tensor::f_from_slice(&values)?.f_view(spec.shape.as_slice())?;
            net.put(&spec.name, &values)?;
        }
        Ok(net)
    }

    /// A network of zeros.
    pub(super) fn empty(network: &Network, device: Device) -> Result<Net, NetError> {
        let specs = specs(network)?;
        let trained = specs.iter().filter(|spec| spec.trained);
        let flat = Tensor::f_zeros([trained.map(length).sum::<i64>()], (Kind::Float, device))?;
        let mut tensors = BTreeMap::new();
        let mut at = 0;
        for spec in &specs {
            let tensor = if spec.trained {
                let stretch = flat.f_narrow(0, at, length(spec))?;
                at += length(spec);
                view(&stretch, spec)?.f_detach()?
            } else {
                let kind = match spec.start {
                    Start::Count => Kind::Int64,
                    _ => Kind::Float,
                };
                Tensor::f_zeros(spec.shape.as_slice(), (kind, device))?
            };
            tensors.insert(spec.name.clone(), tensor);
        }
        Ok(Net {
            root: Module::build(&network.root, &tensors)?,
            specs,
            tensors,
            flat,
        })
    }

    /// Overwrites a tensor's values.
    pub(super) fn put(&self, name: &str, values: &Tensor) -> Result<(), TchError> {
        let _guard = no_grad_guard();
        if let Some(tensor) = self.tensors.get(name) {
            tensor.shallow_clone().f_copy_(values)?;
        }
        Ok(())
    }

    /// What its tensors are, in the order of its layers.
    pub fn specs(&self) -> &[Spec] {
        &self.specs
    }

    /// All tensors by name.
    pub fn tensors(&self) -> &BTreeMap<String, Tensor> {
        &self.tensors
    }

    /// All parameters in one flat tensor.
    pub fn flat(&self) -> &Tensor {
        &self.flat
    }

    /// Number of trainable numbers.
    pub fn parameter_count(&self) -> u64 {
        self.flat.numel() as u64
    }

    fn parameters(&self) -> impl Iterator<Item = (&Spec, &Tensor)> {
        let trained = self.specs.iter().filter(|spec| spec.trained);
        trained.filter_map(|spec| Some((spec, self.tensors.get(&spec.name)?)))
    }

    /// Makes the parameters trainable.
    pub fn require_gradients(&self) -> Result<(), TchError> {
        for (_, parameter) in self.parameters() {
            let _ = parameter.f_set_requires_grad(true)?;
        }
        Ok(())
    }

    /// The gradients of a loss, flat, in the order of [`Net::flat`].
    pub fn gradients(&self, loss: &Tensor) -> Result<Tensor, TchError> {
        let parameters: Vec<&Tensor> = self.parameters().map(|(_, tensor)| tensor).collect();
        let gradients = Tensor::f_run_backward(&[loss], &parameters, false, false)?;
        let flat = gradients
            .iter()
            .map(flatten)
            .collect::<Result<Vec<_>, _>>()?;
        Tensor::f_cat(&flat, 0)
    }

    /// A flat tensor in the order of [`Net::flat`], cut into each parameter's part.
    pub fn cut<'a>(&'a self, flat: &Tensor) -> Result<Vec<(&'a str, Tensor)>, TchError> {
        let mut at = 0;
        self.parameters()
            .map(|(spec, _)| {
                let stretch = flat.f_narrow(0, at, length(spec))?;
                at += length(spec);
                Ok((spec.name.as_str(), view(&stretch, spec)?))
            })
            .collect()
    }

    /// The logits of a batch of images, n×classes.
    pub fn forward(&self, images: &Tensor, mode: Mode) -> Result<Tensor, TchError> {
        self.root.forward(images, mode)
    }

    /// The logits of all samples, n×classes, without augmentation, in evaluation mode and in blocks
    /// of a fixed size. `done` is told how many samples are done.
    pub fn logits(
        &self,
        samples: &Samples,
        pixels: &Pixels,
        mut done: impl FnMut(usize),
    ) -> Result<Tensor, TchError> {
        let _guard = no_grad_guard();
        let rows: Vec<usize> = (0..samples.len()).collect();
        let mut blocks = Vec::with_capacity(samples.len().div_ceil(BLOCK));
        let mut count = 0;
        for rows in rows.chunks(BLOCK) {
            let images = pixels.images(samples, rows, None)?;
            blocks.push(self.forward(&images, Mode::Evaluate)?);
            count += rows.len();
            done(count);
        }
        Tensor::f_cat(&blocks, 0)
    }
}
