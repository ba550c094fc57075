//! Where a tensor lies in its file.

use std::ops::Range;

use tch::{Kind, TchError, Tensor};

use super::Reason;

/// A tensor as a view of a stretch of a file's bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The type of its elements.
    pub kind: Kind,
    /// Its sizes.
    pub shape: Vec<i64>,
    /// How many elements on the next one is, for each dimension.
    strides: Vec<i64>,
    /// From its first element to its last, in the file.
    bytes: Range<usize>,
    /// Whether the largest byte of an element comes first.
    swapped: bool,
}

/// The numbers that tensors are views of.
#[derive(Clone, Debug)]
pub struct Storage {
    /// The type of an element.
    pub kind: Kind,
    /// Its bytes in the file.
    pub bytes: Range<usize>,
    /// Whether the largest byte of an element comes first.
    pub swapped: bool,
}

impl Place {
    /// The view of a storage from an element on. `None` where it reaches beyond the storage or is
    /// no view at all.
    pub fn new(storage: &Storage, offset: i64, shape: Vec<i64>, strides: Vec<i64>) -> Option<Self> {
        let sound = shape.len() == strides.len() && shape.iter().all(|size| *size >= 0);
        let mut elements: i64 = 0;
        if sound && !shape.contains(&0) {
            elements = 1;
            for (size, stride) in shape.iter().zip(&strides) {
                let reach = (size - 1)
                    .checked_mul(*stride)
                    .filter(|reach| *reach >= 0)?;
                elements = elements.checked_add(reach)?;
            }
        }
        let width = storage.kind.elt_size_in_bytes();
        let start = usize::try_from(offset).ok()?.checked_mul(width)?;
        let length = usize::try_from(elements).ok()?.checked_mul(width)?;
        let end = start.checked_add(length)?;
        (sound && end <= storage.bytes.len()).then(|| Self {
            kind: storage.kind,
            shape,
            strides,
            bytes: storage.bytes.start + start..storage.bytes.start + end,
            swapped: storage.swapped,
        })
    }

    /// All of a stretch, row by row.
    pub fn rows(kind: Kind, shape: Vec<i64>, bytes: Range<usize>) -> Result<Self, Reason> {
        let mut strides = vec![1; shape.len()];
        for place in (1..shape.len()).rev() {
            strides[place - 1] = i64::saturating_mul(strides[place], shape[place]);
        }
        let storage = Storage {
            kind,
            bytes,
            swapped: false,
        };
        Place::new(&storage, 0, shape, strides).ok_or(Reason::Truncated)
    }

    /// Whether its elements are whole numbers.
    pub fn is_whole(&self) -> bool {
        matches!(
            self.kind,
            Kind::Int64 | Kind::Int | Kind::Int16 | Kind::Int8 | Kind::Uint8 | Kind::Bool
        )
    }

    /// The tensor, out of the bytes of its file.
    pub(super) fn read(&self, file: &[u8]) -> Result<Tensor, TchError> {
        let bytes = &file[self.bytes.clone()];
        let width = self.kind.elt_size_in_bytes();
        let count = (bytes.len() / width) as i64;
        let flat = match self.swapped {
            false => Tensor::f_from_data_size(bytes, &[count], self.kind)?,
            true => {
                let elements = bytes.chunks_exact(width);
                let turned: Vec<u8> = elements
                    .flat_map(|element| element.iter().rev().copied())
                    .collect();
                Tensor::f_from_data_size(&turned, &[count], self.kind)?
            }
        };
        flat.f_as_strided(&self.shape, &self.strides, None)?
            .f_contiguous()
    }
}
