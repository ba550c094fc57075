//! Blocks that several processes fill together: what one computes, the others read.

use std::io;

use tch::{Device, Kind, TchError, Tensor};

use super::BLOCK;
use super::round::{Place, Rounds};
use super::shelf::Shelf;
use crate::nets::Model;

/// Blocks that are looked at for one that nobody has, while somebody else computes the one that is
/// wanted: more than there are workers on a machine.
const AHEAD: usize = 32;

/// A model's blocks and the shelf they are on.
pub struct Sharing<'a, 'b> {
    pub shelf: &'a mut Shelf,
    pub rounds: &'a mut Rounds<'b>,
    pub model: &'a dyn Model,
}

impl Sharing<'_, '_> {
    /// A block. While somebody else computes it, this one computes what both will ask for next.
    pub fn block(&mut self, at: Place) -> Result<Tensor, Trouble> {
        loop {
            if let Some(numbers) = self.shelf.file(at.epoch)?.read(at.block)? {
                return Ok(tensor(&numbers, self.rounds.device())?);
            }
            if let Some(logits) = self.compute(at)? {
                return Ok(logits);
            }
            if !self.work_ahead(at)? {
                self.shelf.file(at.epoch)?.wait(at.block)?;
            }
        }
    }

    /// Computes a block and puts it on the shelf, unless somebody else is about to.
    fn compute(&mut self, at: Place) -> Result<Option<Tensor>, Trouble> {
        let file = self.shelf.file(at.epoch)?;
        let Some(_claim) = file.claim(at.block)? else {
            return Ok(None);
        };
        // Whoever had claimed it before has put it there.
        if let Some(numbers) = file.read(at.block)? {
            return Ok(Some(tensor(&numbers, self.rounds.device())?));
        }
        let logits = self.rounds.compute(self.model, at)?;
        file.write(at.block, &numbers(&logits)?)?;
        Ok(Some(logits))
    }

    /// Computes the next block that nobody has and nobody is about to; whether there is one near.
    fn work_ahead(&mut self, at: Place) -> Result<bool, Trouble> {
        let mut next = at;
        for _ in 0..AHEAD {
            let Some(following) = self.rounds.behind(next) else {
                break;
            };
            next = following;
            let is_there = self.shelf.file(next.epoch)?.holds(next.block)?;
            if !is_there && self.compute(next)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A block of numbers, BLOCK×classes.
fn tensor(numbers: &[f32], device: Device) -> Result<Tensor, TchError> {
    Tensor::f_from_slice(numbers)?
        .f_view([BLOCK as i64, -1])?
        .f_to_device(device)
}

/// A block's numbers, row by row.
fn numbers(logits: &Tensor) -> Result<Vec<f32>, TchError> {
    let plain = logits.f_to_device(Device::Cpu)?.f_to_kind(Kind::Float)?;
    Vec::<f32>::try_from(plain.f_reshape([-1])?)
}

/// What can go wrong with a block.
pub enum Trouble {
    /// Its file cannot be read or written.
    File(io::Error),
    /// It cannot be computed.
    Torch(TchError),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<TchError> for Trouble {
    fn from(error: TchError) -> Self {
        Self::Torch(error)
    }
}
