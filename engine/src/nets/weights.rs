//! A network's weights: drawn from a seed, taken from files, mixed; and written.

use kdp::plan::Network;
use kdp::spec::{Fill, TensorSpec};
use tch::{Device, Kind, Tensor};

use super::fit::Fit;
use super::{Net, NetError, Partition};
use crate::blob::Blob;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::random::Draws;

/// A share of the weights that a network begins with.
pub struct Share {
    /// Its factor.
    pub weight: f64,
    /// A file, which must hold exactly the network's tensors, but for those ignored.
    pub checkpoint: Checkpoint,
    /// Patterns of tensors that are drawn from the seed instead.
    pub ignore: Vec<String>,
}

impl Share {
    /// All of a file that the engine has written; what errors call it is given.
    ///
    /// # Errors
    /// The bytes are no sound file of weights.
    pub fn all(name: &str, bytes: impl AsRef<[u8]> + 'static) -> Result<Self, CheckpointError> {
        Ok(Self {
            weight: 1.0,
            checkpoint: Checkpoint::of_bytes(name, bytes)?,
            ignore: vec![],
        })
    }
}

impl Net {
    /// A network initialised as PyTorch's layers are, each tensor a function of the seed and its name.
    pub fn new(network: &Network, seed: i64, device: Device) -> Result<Net, NetError> {
        Net::begin(network, &Partition::default(), seed, &[], device)
    }

    /// A network that begins with the sum of shares; one drawn from the seed where there is none.
    pub fn begin(
        network: &Network,
        partition: &Partition,
        seed: i64,
        shares: &[Share],
        device: Device,
    ) -> Result<Net, NetError> {
        let net = Net::empty(network, partition, device)?;
        let fits = shares.iter().map(|share| Fit::of(share, net.specs()));
        let fits = fits.collect::<Result<Vec<_>, _>>()?;
        for spec in net.specs() {
            let values = match fits[..] {
                [] => drawn(spec, seed)?,
                _ => mixed(spec, seed, &fits)?,
            };
            net.put(&spec.name, &values)?;
        }
        Ok(net)
    }

    /// Its tensors as a safetensors file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NetError> {
        let mut blob = Blob::default();
        for (name, tensor) in self.tensors() {
            blob.tensor(name, tensor)?;
        }
        blob.bytes()
    }
}

/// The values that a tensor of a new network has.
fn drawn(spec: &TensorSpec, seed: i64) -> Result<Tensor, NetError> {
    let shape = spec.shape.as_slice();
    let mut draws = Draws::new(seed, &format!("init: {}", spec.name), 0);
    let each = 0..spec.count();
    let values: Vec<f32> = match spec.fill {
        Fill::Count => return Ok(Tensor::f_zeros(shape, (Kind::Int64, Device::Cpu))?),
        Fill::Constant(value) => each.map(|_| value).collect(),
        Fill::Normal { std } => each.map(|_| draws.normal() * std as f32).collect(),
        Fill::Embedding { std, padding } => {
            let width = spec.shape.last().copied().unwrap_or(0);
            let of_padding = padding * width..(padding + 1) * width;
            let mut draw = |place| match of_padding.contains(&place) {
                true => 0.0,
                false => draws.normal() * std as f32,
            };
            each.map(&mut draw).collect()
        }
        Fill::Uniform { fan_in } => {
            let bound = 1.0 / (fan_in as f32).sqrt();
            let mut draw = || (2.0 * draws.unit() - 1.0) * bound;
            each.map(|_| draw()).collect()
        }
    };
    Ok(Tensor::f_from_slice(&values)?.f_view(shape)?)
}

/// The sum of a tensor's shares, in float64. A count is the first share's, and one whole share is taken as it is.
fn mixed(spec: &TensorSpec, seed: i64, fits: &[Fit]) -> Result<Tensor, NetError> {
    let mut sum: Option<Tensor> = None;
    for fit in fits {
        let values = match fit.values(spec)? {
            Some(values) => values,
            None => drawn(spec, seed)?,
        };
        let whole = fits.len() == 1 && fit.weight() == 1.0;
        if whole || spec.fill == Fill::Count {
            return Ok(values);
        }
        let share = values.f_to_kind(Kind::Double)?.f_mul_scalar(fit.weight())?;
        sum = Some(match sum {
            None => share,
            Some(sum) => sum.f_add(&share)?,
        });
    }
    match sum {
        Some(sum) => Ok(sum.f_to_kind(Kind::Float)?),
        None => drawn(spec, seed),
    }
}
