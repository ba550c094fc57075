//! Named tensors as safetensors bytes, out and in. What is written is a function of the tensors
//! alone: names are sorted and there is no metadata.

use std::collections::BTreeMap;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, Metadata, SafeTensorError, TensorInfo, TensorView};
use tch::{Kind, TchError, Tensor};

use crate::nets::NetError;

/// A tensor on its way into a file.
struct Item {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// Named tensors on their way into a file.
#[derive(Default)]
pub struct Blob(BTreeMap<String, Item>);

impl Blob {
    fn put(&mut self, name: &str, dtype: Dtype, shape: &[i64], bytes: Vec<u8>) {
        let shape = shape.iter().map(|&size| size as usize).collect();
        let item = Item {
            dtype,
            shape,
            bytes,
        };
        self.0.insert(name.to_string(), item);
    }

    /// Adds bytes.
    pub fn u8(&mut self, name: &str, shape: &[i64], values: &[u8]) {
        self.put(name, Dtype::U8, shape, values.to_vec());
    }

    /// Adds whole numbers of 32 bits.
    #[cfg(test)]
    pub fn i32(&mut self, name: &str, shape: &[i64], values: &[i32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.put(name, Dtype::I32, shape, bytes.collect());
    }

    /// Adds a list of whole numbers.
    pub fn i64(&mut self, name: &str, values: &[i64]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.put(name, Dtype::I64, &[values.len() as i64], bytes.collect());
    }

    /// Adds a list of numbers of 32 bits.
    pub fn f32(&mut self, name: &str, values: &[f32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.put(name, Dtype::F32, &[values.len() as i64], bytes.collect());
    }

    /// Adds a list of numbers.
    pub fn f64(&mut self, name: &str, values: &[f64]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.put(name, Dtype::F64, &[values.len() as i64], bytes.collect());
    }

    /// Adds a tensor of f32 or i64, in row-major order whatever its memory format.
    pub fn tensor(&mut self, name: &str, tensor: &Tensor) -> Result<(), TchError> {
        let kind = tensor.f_kind()?;
        let (dtype, width) = match kind {
            Kind::Float => (Dtype::F32, 4),
            Kind::Int64 => (Dtype::I64, 8),
            other => return Err(TchError::Kind(format!("{other:?} is not written to files"))),
        };
        let plain = tensor
            .f_detach()?
            .f_to_device(tch::Device::Cpu)?
            .f_contiguous()?;
        let mut bytes = vec![0; plain.numel() * width];
        plain.f_copy_data_u8(&mut bytes, plain.numel())?;
        self.put(name, dtype, &tensor.size(), bytes);
        Ok(())
    }

    /// The file's bytes.
    pub fn bytes(&self) -> Result<Vec<u8>, SafeTensorError> {
        let views = self
            .0
            .iter()
            .map(|(name, item)| {
                let view = TensorView::new(item.dtype, item.shape.clone(), &item.bytes)?;
                Ok((name.as_str(), view))
            })
            .collect::<Result<Vec<_>, SafeTensorError>>()?;
        safetensors::serialize(views, None)
    }
}

/// What stands before the numbers of tensors in a safetensors file: their names, types and shapes. They lie
/// in the order in which they are given here; [`Blob`] would put wider types first, and then go by names.
pub fn head(tensors: &[(&str, Dtype, Vec<usize>)]) -> Result<Vec<u8>, SafeTensorError> {
    let mut end = 0usize;
    let tensors = tensors.iter().map(|(name, dtype, shape)| {
        let numbers = shape
            .iter()
            .try_fold(1usize, |n, &side| n.checked_mul(side));
        let bytes = numbers.and_then(|numbers| numbers.checked_mul(dtype.bitsize() / 8));
        let start = end;
        end = bytes
            .and_then(|bytes| start.checked_add(bytes))
            .ok_or(SafeTensorError::ValidationOverflow)?;
        let info = TensorInfo {
            dtype: *dtype,
            shape: shape.clone(),
            data_offsets: (start, end),
        };
        Ok((name.to_string(), info))
    });
    let tensors = tensors.collect::<Result<_, SafeTensorError>>()?;
    let mut text = serde_json::to_vec(&Metadata::new(None, tensors)?)?;
    text.resize(text.len().next_multiple_of(8), b' ');
    Ok([&(text.len() as u64).to_le_bytes(), &text[..]].concat())
}

/// A view's numbers of 32 bits.
pub fn read_f32(view: &TensorView) -> Option<Vec<f32>> {
    let (words, rest) = view.data().as_chunks::<4>();
    (view.dtype() == Dtype::F32 && rest.is_empty())
        .then(|| words.iter().map(|word| f32::from_le_bytes(*word)).collect())
}

/// A view's whole numbers.
pub fn read_i64(view: &TensorView) -> Option<Vec<i64>> {
    let (words, rest) = view.data().as_chunks::<8>();
    (view.dtype() == Dtype::I64 && rest.is_empty())
        .then(|| words.iter().map(|word| i64::from_le_bytes(*word)).collect())
}

/// A tensor of a file that this engine has written.
pub fn tensor(file: &SafeTensors, name: &str) -> Result<Tensor, NetError> {
    let tensor = read_tensor(&file.tensor(name)?);
    Ok(tensor.ok_or(SafeTensorError::TensorInvalidInfo)??)
}

/// A list of numbers of such a file.
pub fn list<T>(
    file: &SafeTensors,
    name: &str,
    read: impl FnOnce(&TensorView) -> Option<Vec<T>>,
) -> Result<Vec<T>, NetError> {
    let list = read(&file.tensor(name)?);
    Ok(list.ok_or(SafeTensorError::TensorInvalidInfo)?)
}

/// The type of a tensor's elements in libtorch; `None` for one that libtorch does not have.
pub fn kind(dtype: Dtype) -> Option<Kind> {
    Some(match dtype {
        Dtype::F32 => Kind::Float,
        Dtype::F64 => Kind::Double,
        Dtype::F16 => Kind::Half,
        Dtype::BF16 => Kind::BFloat16,
        Dtype::I64 => Kind::Int64,
        Dtype::I32 => Kind::Int,
        Dtype::I16 => Kind::Int16,
        Dtype::I8 => Kind::Int8,
        Dtype::U8 => Kind::Uint8,
        Dtype::BOOL => Kind::Bool,
        _ => return None,
    })
}

/// A view as a tensor in memory of its own; `None` for a type that libtorch does not have.
pub fn read_tensor(view: &TensorView) -> Option<Result<Tensor, TchError>> {
    let kind = kind(view.dtype())?;
    let shape: Vec<i64> = view.shape().iter().map(|&size| size as i64).collect();
    // `TensorView` has held the number of bytes against the shape.
    Some(Tensor::f_from_data_size(view.data(), &shape, kind))
}
