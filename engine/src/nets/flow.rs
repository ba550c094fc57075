//! What goes from layer to layer.

use tch::{Device, Kind, TchError, Tensor};

/// The id of padding.
const PADDING: i64 = 0;

/// What goes from layer to layer for a batch.
#[derive(Debug)]
pub struct Flow {
    /// The batch, n×….
    pub values: Tensor,
    /// n×length, whether each token is none of padding; there while the values are tokens or their
    /// vectors.
    pub mask: Option<Tensor>,
}

impl Flow {
    /// A batch as it is fed: images, or the ids of tokens (i64).
    pub fn of(batch: &Tensor) -> Result<Flow, TchError> {
        let tokens = batch.f_kind()? == Kind::Int64;
        let mask = tokens.then(|| batch.f_ne(PADDING)).transpose()?;
        Ok(Flow {
            values: batch.shallow_clone(),
            mask,
        })
    }

    /// Parts of a batch as one, on a device.
    pub fn joined(parts: &[&Flow], device: Device) -> Result<Flow, TchError> {
        let join = |parts: Vec<&Tensor>| {
            let parts = parts.into_iter().map(|part| part.f_to_device(device));
            Tensor::f_cat(&parts.collect::<Result<Vec<_>, _>>()?, 0)
        };
        let masks: Option<Vec<&Tensor>> = parts.iter().map(|part| part.mask.as_ref()).collect();
        Ok(Flow {
            values: join(parts.iter().map(|part| &part.values).collect())?,
            mask: masks.map(join).transpose()?,
        })
    }

    /// The same once more.
    pub fn share(&self) -> Flow {
        Flow {
            values: self.values.shallow_clone(),
            mask: self.mask.as_ref().map(Tensor::shallow_clone),
        }
    }

    /// Other values under the same mask.
    pub fn with(&self, values: Tensor) -> Flow {
        Flow {
            values,
            mask: self.mask.as_ref().map(Tensor::shallow_clone),
        }
    }

    /// The mean of the vectors of all tokens that are none of padding, n×width; zeros where all are.
    pub fn mean_tokens(&self) -> Result<Tensor, TchError> {
        let Some(mask) = &self.mask else {
            let message = "mean_tokens saw no tokens";
            return Err(TchError::Shape(message.to_string()));
        };
        let counted = mask.f_to_kind(self.values.f_kind()?)?.f_unsqueeze(-1)?;
        let count = counted.f_sum_dim_intlist([1i64].as_slice(), false, None)?;
        self.values
            .f_mul(&counted)?
            .f_sum_dim_intlist([1i64].as_slice(), false, None)?
            .f_div(&count.f_clamp_min(1.0)?)
    }

    /// The vectors of its tokens, which are rows of a weight. The row of padding gets no gradient.
    pub fn embed(&self, weight: &Tensor) -> Result<Tensor, TchError> {
        Tensor::f_embedding(weight, &self.values, PADDING, false, false)
    }
}
