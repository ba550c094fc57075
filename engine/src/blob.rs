//! Named tensors as safetensors bytes, out and in. What is written is a function of the tensors
//! alone: names are sorted and there is no metadata.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, Metadata, SafeTensorError, TensorInfo, TensorView};
use tch::{Kind, TchError, Tensor};

use crate::nets::NetError;

/// A tensor on its way into a file.
struct Item {
    dtype: Dtype,
    shape: Vec<usize>,
    numbers: Numbers,
}

impl Item {
    /// Its bytes.
    fn size(&self) -> usize {
        self.shape.iter().product::<usize>() * (self.dtype.bitsize() / 8)
    }
}

enum Numbers {
    Bytes(Vec<u8>),
    /// In the memory of the processor, in row-major order.
    Tensor(Tensor),
}

impl Numbers {
    /// Puts them behind what is there.
    fn append(&self, out: &mut Vec<u8>) -> Result<(), TchError> {
        match self {
            Numbers::Bytes(bytes) => out.extend_from_slice(bytes),
            Numbers::Tensor(tensor) => {
                let (start, count) = (out.len(), tensor.numel());
                out.resize(start + count * tensor.f_kind()?.elt_size_in_bytes(), 0);
                tensor.f_copy_data_u8(&mut out[start..], count)?;
            }
        }
        Ok(())
    }
}

/// Named tensors on their way into a file.
#[derive(Default)]
pub struct Blob(BTreeMap<String, Item>);

impl Blob {
    fn put(&mut self, name: &str, dtype: Dtype, shape: &[i64], numbers: Numbers) {
        let shape = shape.iter().map(|&size| size as usize).collect();
        let item = Item {
            dtype,
            shape,
            numbers,
        };
        self.0.insert(name.to_string(), item);
    }

    fn put_bytes(&mut self, name: &str, dtype: Dtype, shape: &[i64], bytes: Vec<u8>) {
        self.put(name, dtype, shape, Numbers::Bytes(bytes));
    }

    /// Adds bytes.
    pub fn u8(&mut self, name: &str, shape: &[i64], values: &[u8]) {
        self.put_bytes(name, Dtype::U8, shape, values.to_vec());
    }

    /// Adds whole numbers of 32 bits.
    #[cfg(test)]
    pub fn i32(&mut self, name: &str, shape: &[i64], values: &[i32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.put_bytes(name, Dtype::I32, shape, bytes.collect());
    }

    /// Adds a list of whole numbers.
    pub fn i64(&mut self, name: &str, values: &[i64]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.put_bytes(name, Dtype::I64, &[values.len() as i64], bytes.collect());
    }

    /// Adds a list of numbers of 32 bits.
    pub fn f32(&mut self, name: &str, values: &[f32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.put_bytes(name, Dtype::F32, &[values.len() as i64], bytes.collect());
    }

    /// Adds a list of numbers.
    pub fn f64(&mut self, name: &str, values: &[f64]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.put_bytes(name, Dtype::F64, &[values.len() as i64], bytes.collect());
    }

    /// Adds a tensor of f32, f64 or i64, in row-major order whatever its memory format. Its numbers are those that it has
    /// when the file's bytes are made.
    pub fn tensor(&mut self, name: &str, tensor: &Tensor) -> Result<(), TchError> {
        let dtype = match tensor.f_kind()? {
            Kind::Float => Dtype::F32,
            Kind::Double => Dtype::F64,
            Kind::Int64 => Dtype::I64,
            other => return Err(TchError::Kind(format!("{other:?} is not written to files"))),
        };
        let plain = tensor
            .f_detach()?
            .f_to_device(tch::Device::Cpu)?
            .f_contiguous()?;
        self.put(name, dtype, &tensor.size(), Numbers::Tensor(plain));
        Ok(())
    }

    /// The file's bytes: wide types first, those of a type by name, as the crate that defines the format writes them.
    /// There is no second copy of a tensor on the way.
    pub fn bytes(&self) -> Result<Vec<u8>, NetError> {
        let mut items: Vec<(&str, &Item)> = self
            .0
            .iter()
            .map(|(name, item)| (name.as_str(), item))
            .collect();
        items.sort_by_key(|(_, item)| Reverse(item.dtype));
        let heads = items
            .iter()
            .map(|(name, item)| (*name, item.dtype, item.shape.clone()));
        let mut bytes = head(&heads.collect::<Vec<_>>())?;
        bytes.reserve_exact(items.iter().map(|(_, item)| item.size()).sum());
        for (_, item) in items {
            item.numbers.append(&mut bytes)?;
        }
        Ok(bytes)
    }
}

/// What stands before the numbers of tensors in a safetensors file: their names, types and shapes. They lie
/// in the order in which they are given here.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_the_crate_that_defines_the_format() {
        let floats = Tensor::from_slice(&[1f32, -2.5, 3.0, 4.0, 5.0, 6.0]).view([2, 3]);
        let turned = floats.transpose(0, 1);
        let counts = Tensor::from_slice(&[7i64]);
        let mut blob = Blob::default();
        blob.u8("a", &[3], &[1, 2, 3]);
        blob.tensor("z", &floats).expect("f32");
        blob.tensor("b", &turned).expect("f32");
        blob.tensor("count", &counts).expect("i64");
        blob.f64("wide", &[0.5]);
        blob.u8("none", &[0, 2], &[]);

        let of = |numbers: &[f32]| -> Vec<u8> {
            numbers
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect()
        };
        let (rows, columns) = (
            of(&[1.0, -2.5, 3.0, 4.0, 5.0, 6.0]),
            of(&[1.0, 4.0, -2.5, 5.0, 3.0, 6.0]),
        );
        let (seven, half) = (7i64.to_le_bytes(), 0.5f64.to_le_bytes());
        let view = |dtype, shape: &[usize], bytes| {
            TensorView::new(dtype, shape.to_vec(), bytes).expect("sound")
        };
        let wanted = [
            ("a", view(Dtype::U8, &[3], &[1, 2, 3])),
            ("z", view(Dtype::F32, &[2, 3], &rows)),
            ("b", view(Dtype::F32, &[3, 2], &columns)),
            ("count", view(Dtype::I64, &[1], &seven)),
            ("wide", view(Dtype::F64, &[1], &half)),
            ("none", view(Dtype::U8, &[0, 2], &[])),
        ];
        let wanted = safetensors::serialize(wanted, None).expect("packed");
        assert_eq!(blob.bytes().expect("bytes"), wanted);
    }
}
