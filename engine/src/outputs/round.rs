//! Blocks of augmented samples, and what a model says of them.

use std::collections::BTreeMap;
use std::time::Instant;

use tch::{Device, Kind, TchError, Tensor, no_grad_guard};

use super::{BLOCK, worth};
use crate::data::{Augmentation, Epoch, Loaded, order};
use crate::nets::Model;

/// Samples that a model is timed with before anything is kept of it.
const PROBE: usize = 16;

/// A block of an epoch's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub epoch: u64,
    pub block: usize,
}

/// The epochs of some samples, as models are shown them.
pub struct Rounds<'a> {
    data: &'a Loaded,
    augmentations: Vec<Augmentation>,
    seed: i64,
    epochs: u64,
    /// Those at hand.
    rounds: BTreeMap<u64, Round>,
    computed: u64,
}

struct Round {
    order: Vec<usize>,
    augment: Epoch,
}

impl<'a> Rounds<'a> {
    /// So many epochs, whose order and views a seed draws.
    pub fn new(data: &'a Loaded, augmentations: Vec<Augmentation>, seed: i64, epochs: u64) -> Self {
        Self {
            data,
            augmentations,
            seed,
            epochs,
            rounds: BTreeMap::new(),
            computed: 0,
        }
    }

    /// Where what is computed lies.
    pub fn device(&self) -> Device {
        self.data.feeder.device()
    }

    /// Blocks computed so far.
    pub fn computed(&self) -> u64 {
        self.computed
    }

    /// Blocks of an epoch.
    pub fn blocks(&self) -> usize {
        self.data.samples.len().div_ceil(BLOCK)
    }

    /// The block that is wanted after one; `None` behind the last epoch.
    pub fn behind(&self, at: Place) -> Option<Place> {
        let next = match at.block + 1 < self.blocks() {
            true => Place {
                block: at.block + 1,
                ..at
            },
            false => Place {
                epoch: at.epoch + 1,
                block: 0,
            },
        };
        (next.epoch < self.epochs).then_some(next)
    }

    /// Forgets the epochs before one.
    pub fn forget_before(&mut self, epoch: u64) {
        self.rounds = self.rounds.split_off(&epoch);
    }

    /// What a model says of a block, BLOCK×classes.
    pub fn compute(&mut self, model: &dyn Model, at: Place) -> Result<Tensor, TchError> {
        let _guard = no_grad_guard();
        self.computed += 1;
        let inputs = self.inputs(at, BLOCK)?;
        let logits = model.answer(&inputs)?;
        // As they come out of a file.
        logits.f_to_kind(Kind::Float)?.f_contiguous()
    }

    /// Whether a model takes so long that its blocks are worth being kept.
    pub fn is_worth_keeping(
        &mut self,
        model: &dyn Model,
        at: Place,
        classes: usize,
    ) -> Result<bool, TchError> {
        let _guard = no_grad_guard();
        let mut seconds = f64::INFINITY;
        // The first answer in a new shape takes longer.
        for _ in 0..2 {
            let started = Instant::now();
            let inputs = self.inputs(at, PROBE)?;
            model
                .answer(&inputs)?
                .f_sum(Kind::Float)?
                .f_double_value(&[])?;
            seconds = seconds.min(started.elapsed().as_secs_f64());
        }
        let block = seconds * (BLOCK / PROBE) as f64;
        Ok(worth::is_worth(block, 4 * BLOCK * classes, worth::BLOCK))
    }

    /// The first samples of a block: always so many, with its first one in place of those that the last
    /// block lacks. How a sample is computed can hang on the shape it is computed in.
    fn inputs(&mut self, at: Place, count: usize) -> Result<Tensor, TchError> {
        let (data, seed) = (self.data, self.seed);
        let round = self.rounds.entry(at.epoch).or_insert_with(|| Round {
            order: order(data.samples.len(), seed, at.epoch),
            augment: Epoch::new(&self.augmentations, seed, at.epoch),
        });
        let first = at.block * BLOCK;
        let last = (first + count).min(round.order.len());
        let mut rows = round.order[first..last].to_vec();
        rows.resize(count, round.order[first]);
        let augment = Some(&mut round.augment);
        data.feeder.inputs(&data.samples, &rows, augment)
    }
}
