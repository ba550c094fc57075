//! Dropout (Srivastava et al. 2014), scaled in training.

use tch::{Device, Kind, TchError, Tensor};

use super::pass::Mode;
use crate::random::mask_key;
use crate::shim;

/// Drops numbers in training.
#[derive(Debug)]
pub(super) struct Dropout {
    /// The share that is dropped, in [0, 1).
    pub rate: f64,
    /// What its draws are named.
    pub purpose: String,
}

impl Dropout {
    /// What is kept of a batch.
    pub fn forward(&self, x: &Tensor, mode: Mode) -> Result<Tensor, TchError> {
        let (seed, step) = match mode {
            Mode::Train { seed, step } if self.rate > 0.0 => (seed, step),
            _ => return Ok(x.shallow_clone()),
        };
        let key = mask_key(seed, &self.purpose, step);
        if x.device() == Device::Cpu {
            return shim::dropout(x, key, self.rate);
        }
        let ones = Tensor::f_ones(x.size().as_slice(), (Kind::Float, Device::Cpu))?;
        let mask = shim::dropout(&ones, key, self.rate)?;
        x.f_mul(&mask.f_to_device(x.device())?.f_to_kind(x.kind())?)
    }
}
