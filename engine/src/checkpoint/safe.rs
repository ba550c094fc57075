//! safetensors.

use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use tch::Kind;

use super::{Place, Places, Reason};

/// Its tensors.
pub fn tensors(bytes: &[u8]) -> Result<Places, Reason> {
    let (header, metadata) = SafeTensors::read_metadata(bytes)?;
    // The header's length, and the header.
    let start = header + size_of::<u64>();
    let tensors = metadata.tensors().into_iter();
    let places = tensors.map(|(name, info)| {
        let Some(kind) = kind(info.dtype) else {
            let dtype = format!("{:?}", info.dtype);
            return Err(Reason::Type { name, dtype });
        };
        let shape = info.shape.iter().map(|&size| size as i64).collect();
        let (from, to) = info.data_offsets;
        Ok((name, Place::rows(kind, shape, start + from..start + to)?))
    });
    places.collect()
}

fn kind(dtype: Dtype) -> Option<Kind> {
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
