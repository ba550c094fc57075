//! The logits of augmented views, block by block.

use std::collections::BTreeMap;
use std::ops::Range;

use kdp::diag::plainly;
use kdp::store::OutputsOf;
use tch::{TchError, Tensor};

use super::address::Address;
use super::cache::warn;
use super::round::{Place, Rounds};
use super::sharing::{Sharing, Trouble};
use super::shelf::Shelf;
use super::{Cache, ViewsOf};
use crate::data::{Augmentation, DataError, Loaded};
use crate::nets::Model;

/// Samples of a block: consecutive places in the order of an epoch.
pub const BLOCK: usize = 128;

/// What a run asks a model for.
pub struct Wanted<'a> {
    /// What the model is shown.
    pub of: ViewsOf<'a>,
    /// Classes that the model knows.
    pub classes: usize,
    /// Epochs of the run.
    pub epochs: u64,
}

/// What a model says of augmented samples.
///
/// The order of an epoch is cut into blocks of one shape. So what is said of a sample hangs neither on
/// the batch that it is asked for in, nor on who computed it.
pub struct Views<'a> {
    rounds: Rounds<'a>,
    classes: usize,
    /// Where blocks are kept.
    shelf: Option<Shelf>,
    /// Whether it was asked if they are worth it.
    judged: bool,
    /// The blocks of the last batch.
    recent: BTreeMap<Place, Tensor>,
}

impl<'a> Views<'a> {
    /// What a model says of augmented samples, kept in a cache.
    pub fn new(
        cache: &Cache,
        model: &dyn Model,
        wanted: Wanted,
        data: &'a Loaded,
    ) -> Result<Self, DataError> {
        let Wanted {
            of,
            classes,
            epochs,
        } = wanted;
        let augmentations = of.augment.iter().map(Augmentation::of);
        let augmentations = augmentations.collect::<Result<_, _>>()?;
        let rounds = Rounds::new(data, augmentations, of.seed, epochs);
        let shelf = cache.0.as_ref().and_then(|kept| {
            let key = Address::views(of, model.form(), &kept.form).key();
            let whose = OutputsOf {
                model: of.model,
                on: of.on.clone(),
            };
            Shelf::new(kept, key, whose, rounds.blocks(), BLOCK * classes)
        });
        Ok(Self {
            rounds,
            classes,
            shelf,
            judged: false,
            recent: BTreeMap::new(),
        })
    }

    /// The logits of some places in the order of an epoch.
    pub fn logits(
        &mut self,
        model: &dyn Model,
        epoch: u64,
        places: Range<usize>,
    ) -> Result<Tensor, TchError> {
        let blocks = places.start / BLOCK..places.end.div_ceil(BLOCK);
        self.forget_before(Place {
            epoch,
            block: blocks.start,
        });
        let mut parts = Vec::with_capacity(blocks.len());
        for block in blocks {
            let begin = block * BLOCK;
            let from = places.start.max(begin) - begin;
            let to = places.end.min(begin + BLOCK) - begin;
            let whole = self.block(model, Place { epoch, block })?;
            parts.push(whole.f_narrow(0, from as i64, (to - from) as i64)?);
        }
        Tensor::f_cat(&parts, 0)
    }

    fn forget_before(&mut self, at: Place) {
        self.recent = self.recent.split_off(&at);
        self.rounds.forget_before(at.epoch);
        if let Some(shelf) = &mut self.shelf {
            shelf.forget_before(at.epoch);
        }
    }

    fn block(&mut self, model: &dyn Model, at: Place) -> Result<&Tensor, TchError> {
        if !self.recent.contains_key(&at) {
            let logits = match self.shared(model, at)? {
                Some(logits) => logits,
                None => self.rounds.compute(model, at)?,
            };
            self.recent.insert(at, logits);
        }
        Ok(&self.recent[&at])
    }

    /// A block from the shelf; `None` where there is none.
    fn shared(&mut self, model: &dyn Model, at: Place) -> Result<Option<Tensor>, TchError> {
        self.judge(model, at)?;
        let Some(shelf) = &mut self.shelf else {
            return Ok(None);
        };
        let mut sharing = Sharing {
            shelf,
            rounds: &mut self.rounds,
            model,
        };
        match sharing.block(at) {
            Ok(logits) => Ok(Some(logits)),
            Err(Trouble::Torch(error)) => Err(error),
            Err(Trouble::File(error)) => {
                let why = plainly(&error);
                warn(&format!("outputs can no longer be kept ({why})"));
                self.shelf = None;
                Ok(None)
            }
        }
    }

    /// Leaves the shelf where a block is computed as soon as it is read, unless somebody has begun to
    /// fill it.
    fn judge(&mut self, model: &dyn Model, at: Place) -> Result<(), TchError> {
        if let Some(shelf) = &self.shelf
            && !self.judged
        {
            self.judged = true;
            if !shelf.is_there() && !self.rounds.is_worth_keeping(model, at, self.classes)? {
                self.shelf = None;
            }
        }
        Ok(())
    }
}

impl Drop for Views<'_> {
    /// Tells the worker's log what was left to compute.
    fn drop(&mut self) {
        let computed = self.rounds.computed();
        if self.judged || computed > 0 {
            eprintln!("kdp-engine: {computed} blocks of outputs were computed");
        }
    }
}
