//! A network's weights as safetensors.

use kdp::plan::Network;
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use tch::{Device, Kind, Tensor};

use super::specs::Spec;
use super::{Net, NetError, Start};
use crate::blob::{Blob, read_tensor};

impl Net {
    /// Its tensors as a safetensors file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NetError> {
        let mut blob = Blob::default();
        for (name, tensor) in self.tensors() {
            blob.tensor(name, tensor)?;
        }
        Ok(blob.bytes()?)
    }

    /// A network with the tensors of a safetensors file, which must hold exactly its own. `file`
    /// is what errors call it.
    pub fn from_bytes(
        network: &Network,
        file: &str,
        bytes: &[u8],
        device: Device,
    ) -> Result<Net, NetError> {
        let found = SafeTensors::deserialize(bytes).map_err(|reason| NetError::NotSafetensors {
            file: file.to_string(),
            reason,
        })?;
        let net = Net::empty(network, device)?;
        for spec in net.specs() {
            let Ok(tensor) = found.tensor(&spec.name) else {
                return Err(NetError::MissingTensor {
                    file: file.to_string(),
                    tensor: spec.name.clone(),
                    wanted: spec.shape.clone(),
                });
            };
            net.put(&spec.name, &values(file, spec, &tensor)?)?;
        }
        let mut names = found.names();
        names.sort_unstable();
        for name in names {
            if !net.tensors().contains_key(name) {
                return Err(NetError::SurplusTensor {
                    file: file.to_string(),
                    tensor: name.to_string(),
                    found: sizes(&found.tensor(name)?),
                });
            }
        }
        Ok(net)
    }
}

fn sizes(tensor: &TensorView) -> Vec<i64> {
    tensor.shape().iter().map(|&size| size as i64).collect()
}

/// The values of a tensor of the file, held against what the network wants.
fn values(file: &str, spec: &Spec, found: &TensorView) -> Result<Tensor, NetError> {
    let (file, tensor) = (file.to_string(), spec.name.clone());
    if sizes(found) != spec.shape {
        return Err(NetError::TensorShape {
            file,
            tensor,
            found: sizes(found),
            wanted: spec.shape.clone(),
        });
    }
    let Some(values) = read_tensor(found) else {
        return Err(NetError::TensorType {
            file,
            tensor,
            dtype: format!("{:?}", found.dtype()),
        });
    };
    let values = values?;
    if spec.start == Start::Count {
        return Ok(values);
    }
    let values = values.f_to_kind(Kind::Float)?;
    if values.f_isfinite()?.f_all()?.f_int64_value(&[])? == 0 {
        return Err(NetError::TensorValue { file, tensor });
    }
    Ok(values)
}
