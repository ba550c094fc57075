//! What goes from layer to layer.

use kdp::plan::Shape;
use tch::{Device, TchError, Tensor};

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
    /// A batch of samples of a shape as it is fed: images, or rows of tokens (i64), which may be shorter than
    /// the shape's.
    pub fn of(batch: &Tensor, sample: &Shape) -> Result<Flow, TchError> {
        let mask = match sample {
            // Tokens of a second text are written behind the vocabulary, those of padding too where it spells them.
            Shape::Tokens {
                vocabulary,
                padding,
                segments: 2..,
                ..
            } => Some(batch.f_remainder(*vocabulary)?.f_ne(*padding)?),
            Shape::Tokens { padding, .. } => Some(batch.f_ne(*padding)?),
            _ => None,
        };
        Ok(Flow {
            values: batch.shallow_clone(),
            mask,
        })
    }

    /// Whether each token is none of padding, n×length.
    pub fn mask(&self) -> Result<&Tensor, TchError> {
        let none = || TchError::Shape("a layer for text saw no tokens".to_string());
        self.mask.as_ref().ok_or_else(none)
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

    /// The vectors of all tokens in one row, n×(length·width): zeros for padding, and for what a batch of shorter
    /// rows lacks.
    pub fn flatten_tokens(&self, length: i64) -> Result<Tensor, TchError> {
        let seen = self.mask()?.f_to_kind(self.values.f_kind()?)?;
        let seen = self.values.f_mul(&seen.f_unsqueeze(-1)?)?;
        let lacks = length - self.values.size()[1];
        seen.f_constant_pad_nd([0, 0, 0, lacks])?.f_flatten(1, -1)
    }

    /// The mean of the vectors of all tokens that are none of padding, n×width; zeros where all are.
    pub fn mean_tokens(&self) -> Result<Tensor, TchError> {
        let counted = self
            .mask()?
            .f_to_kind(self.values.f_kind()?)?
            .f_unsqueeze(-1)?;
        let count = counted.f_sum_dim_intlist([1i64].as_slice(), false, None)?;
        self.values
            .f_mul(&counted)?
            .f_sum_dim_intlist([1i64].as_slice(), false, None)?
            .f_div(&count.f_clamp_min(1.0)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_known_in_either_text_of_a_pair() {
        let sample = |segments| Shape::Tokens {
            length: 5,
            vocabulary: 10,
            padding: 0,
            segments,
        };
        let batch = Tensor::from_slice(&[3i64, 0, 17, 10, 0]).view([1, 5]);
        let mask = |segments| Flow::of(&batch, &sample(segments)).expect("it runs").mask;
        let pairs = mask(2).expect("tokens");
        let wanted = Tensor::from_slice(&[true, false, true, false, false]).view([1, 5]);
        assert_eq!(pairs, wanted);
        let single = mask(1).expect("tokens");
        let wanted = Tensor::from_slice(&[true, false, true, true, false]).view([1, 5]);
        assert_eq!(single, wanted);
    }

    #[test]
    fn flatten_sees_zeros_where_padding_is_and_where_a_shorter_batch_ends() {
        let flow = Flow {
            values: Tensor::from_slice(&[1.0f32, 2.0, 3.0, 4.0]).view([1, 2, 2]),
            mask: Some(Tensor::from_slice(&[true, false]).view([1, 2])),
        };
        let flat = flow.flatten_tokens(3).expect("it runs");
        let wanted = [1.0f32, 2.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(flat, Tensor::from_slice(&wanted).view([1, 6]));
    }
}
