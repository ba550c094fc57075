//! A network's weights: drawn from a seed, taken from safetensors, mixed; and written.

use kdp::plan::Network;
use kdp::spec::{Fill, TensorSpec, matches};
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use tch::{Device, Kind, Tensor};

use super::{Net, NetError, Partition};
use crate::blob::{Blob, read_tensor};
use crate::random::Draws;

/// A share of the weights that a network begins with.
pub struct Share {
    /// Its factor.
    pub weight: f64,
    /// What errors call its file.
    pub file: String,
    /// A safetensors file, which must hold exactly the network's tensors, but for those ignored.
    pub bytes: Vec<u8>,
    /// Patterns of tensors that are drawn from the seed instead.
    pub ignore: Vec<String>,
}

impl Share {
    /// All of a file.
    pub fn all(file: &str, bytes: Vec<u8>) -> Self {
        Self {
            weight: 1.0,
            file: file.to_string(),
            bytes,
            ignore: vec![],
        }
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
        let files = shares
            .iter()
            .map(File::open)
            .collect::<Result<Vec<_>, _>>()?;
        for spec in net.specs() {
            let values = match files[..] {
                [] => drawn(spec, seed)?,
                _ => mixed(spec, seed, &files)?,
            };
            net.put(&spec.name, &values)?;
        }
        for file in files {
            file.hold_all_in(&net)?;
            file.hold_patterns_in(&net)?;
        }
        Ok(net)
    }

    /// Its tensors as a safetensors file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NetError> {
        let mut blob = Blob::default();
        for (name, tensor) in self.tensors() {
            blob.tensor(name, tensor)?;
        }
        Ok(blob.bytes()?)
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

/// The sum of a tensor's shares, in float64. A count is the first share's.
fn mixed(spec: &TensorSpec, seed: i64, files: &[File]) -> Result<Tensor, NetError> {
    let mut sum: Option<Tensor> = None;
    for file in files {
        let values = file.values(spec, seed)?;
        if spec.fill == Fill::Count {
            return Ok(values);
        }
        let share = values
            .f_to_kind(Kind::Double)?
            .f_mul_scalar(file.share.weight)?;
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

/// A share's file, opened.
struct File<'a> {
    share: &'a Share,
    tensors: SafeTensors<'a>,
}

impl<'a> File<'a> {
    fn open(share: &'a Share) -> Result<Self, NetError> {
        let tensors =
            SafeTensors::deserialize(&share.bytes).map_err(|reason| NetError::NotSafetensors {
                file: share.file.clone(),
                reason,
            })?;
        Ok(Self { share, tensors })
    }

    fn ignores(&self, tensor: &str) -> bool {
        let mut patterns = self.share.ignore.iter();
        patterns.any(|pattern| matches(pattern, tensor))
    }

    /// The values of a tensor, held against what the network wants.
    fn values(&self, spec: &TensorSpec, seed: i64) -> Result<Tensor, NetError> {
        if self.ignores(&spec.name) {
            return drawn(spec, seed);
        }
        let (file, tensor) = (self.share.file.clone(), spec.name.clone());
        let Ok(found) = self.tensors.tensor(&tensor) else {
            return Err(NetError::MissingTensor {
                file,
                tensor,
                wanted: spec.shape.clone(),
            });
        };
        if sizes(&found) != spec.shape {
            return Err(NetError::TensorShape {
                file,
                tensor,
                found: sizes(&found),
                wanted: spec.shape.clone(),
            });
        }
        let Some(values) = read_tensor(&found) else {
            return Err(NetError::TensorType {
                file,
                tensor,
                dtype: format!("{:?}", found.dtype()),
            });
        };
        let values = values?;
        if spec.fill == Fill::Count {
            return Ok(values);
        }
        let values = values.f_to_kind(Kind::Float)?;
        if values.f_isfinite()?.f_all()?.f_int64_value(&[])? == 0 {
            return Err(NetError::TensorValue { file, tensor });
        }
        Ok(values)
    }

    /// Refuses a tensor that the network has no place for, if it is not ignored.
    fn hold_all_in(&self, net: &Net) -> Result<(), NetError> {
        let mut names = self.tensors.names();
        names.sort_unstable();
        for name in names {
            if !net.tensors().contains_key(name) && !self.ignores(name) {
                return Err(NetError::SurplusTensor {
                    file: self.share.file.clone(),
                    tensor: name.to_string(),
                    found: sizes(&self.tensors.tensor(name)?),
                });
            }
        }
        Ok(())
    }

    /// Refuses a pattern that ignores nothing, neither of the network nor of the file.
    fn hold_patterns_in(&self, net: &Net) -> Result<(), NetError> {
        let of_net = net.tensors().keys().map(String::as_str);
        let names: Vec<&str> = of_net.chain(self.tensors.names()).collect();
        let ignores_none = |pattern: &&String| !names.iter().any(|name| matches(pattern, name));
        match self.share.ignore.iter().find(ignores_none) {
            None => Ok(()),
            Some(pattern) => Err(NetError::NothingIgnored {
                file: self.share.file.clone(),
                pattern: pattern.clone(),
            }),
        }
    }
}

fn sizes(tensor: &TensorView) -> Vec<i64> {
    tensor.shape().iter().map(|&size| size as i64).collect()
}
