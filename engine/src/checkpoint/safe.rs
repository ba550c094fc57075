//! safetensors.

use safetensors::SafeTensors;

use super::{Place, Places, Reason};
use crate::blob::kind;

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
