//! Dropout (Srivastava et al. 2014), scaled in training.

use tch::{Device, Kind, TchError, Tensor};

use super::pass::{Mode, Pass};
use crate::random::mask_key;
use crate::shim::{self, Draws};

/// Drops numbers in training.
#[derive(Debug)]
pub(super) struct Dropout {
    /// The share that is dropped, in [0, 1).
    pub rate: f64,
    /// What its draws are named.
    pub purpose: String,
}

impl Dropout {
    /// What is kept of a batch, or of a part of one: the same of each sample.
    pub fn forward(&self, x: &Tensor, pass: &Pass) -> Result<Tensor, TchError> {
        let samples = x.size().first().copied().unwrap_or(1).max(1);
        let draws = self.draws(pass, x.numel() as i64 / samples);
        if draws.rate == 0.0 {
            return Ok(x.shallow_clone());
        }
        if shim::takes(x) {
            return shim::dropout(x, draws);
        }
        let ones = Tensor::f_ones(x.size().as_slice(), (Kind::Float, Device::Cpu))?;
        let mask = shim::dropout(&ones, draws)?;
        x.f_mul(&mask.f_to_device(x.device())?.f_to_kind(x.kind())?)
    }

    /// What is drawn in a pass, which is nothing where it does not train, for samples of so many numbers.
    pub fn draws(&self, pass: &Pass, of_sample: i64) -> Draws {
        let (key, rate) = match pass.mode {
            Mode::Train { seed, step } if self.rate > 0.0 => {
                (mask_key(seed, &self.purpose, step), self.rate)
            }
            _ => (0, 0.0),
        };
        Draws {
            key,
            first: pass.first * of_sample,
            rate,
        }
    }
}
