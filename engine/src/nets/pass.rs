//! A pass of a batch through a network: how its layers run, and what comes out of those watched.

use std::collections::{BTreeMap, BTreeSet};

use tch::{Kind, TchError, Tensor};

use super::{Flow, Precision};
use crate::shim::Rectifier;

/// How a network runs.
#[derive(Clone, Copy, Debug)]
pub enum Mode {
    /// Batch norm by its running statistics, no dropout.
    Evaluate,
    /// Batch norm by the batch, dropout drawn from the seed and the step.
    Train {
        /// The seed of the run.
        seed: i64,
        /// The step.
        step: u64,
    },
}

/// A batch on its way through a network.
pub(super) struct Pass<'a> {
    pub mode: Mode,
    pub precision: Precision,
    /// The place of its first sample in the batch that it is a part of.
    pub first: i64,
    watched: Option<&'a BTreeSet<String>>,
    seen: BTreeMap<String, Flow>,
}

impl<'a> Pass<'a> {
    /// A pass that watches no layer.
    pub fn new(mode: Mode, precision: Precision) -> Self {
        Self {
            mode,
            precision,
            first: 0,
            watched: None,
            seen: BTreeMap::new(),
        }
    }

    /// A pass that watches these layers.
    pub fn watching(self, layers: &'a BTreeSet<String>) -> Self {
        Self {
            watched: Some(layers),
            ..self
        }
    }

    /// A pass of the part of a batch that begins at a sample.
    pub fn beginning_at(self, first: i64) -> Self {
        Self { first, ..self }
    }

    /// Whether a layer is watched.
    pub fn watches(&self, layer: &str) -> bool {
        self.watched.is_some_and(|watched| watched.contains(layer))
    }

    /// Notes what came out of a layer, as float32, if it is watched. Of layers of one name inside each
    /// other the outermost, which comes last, is meant.
    pub fn note(&mut self, layer: &str, out: &Flow) -> Result<(), TchError> {
        if self.watches(layer) {
            let values = out.values.f_to_kind(Kind::Float)?;
            self.seen.insert(layer.to_string(), out.with(values));
        }
        Ok(())
    }

    /// What came out of the watched layers.
    pub fn seen(self) -> BTreeMap<String, Flow> {
        self.seen
    }
}

/// What happens next to what comes out of a layer: a layer that can does it in the same pass over
/// memory.
#[derive(Clone, Copy, Default)]
pub(super) struct Then<'a> {
    /// The other branch of a residual block, which is added.
    pub other: Option<&'a Tensor>,
    /// What is applied after that.
    pub rectifier: Option<Rectifier>,
}

impl Then<'_> {
    /// Does it on its own.
    pub fn apply(self, mut x: Tensor) -> Result<Tensor, TchError> {
        if let Some(other) = self.other {
            x = x.f_add(other)?;
        }
        match self.rectifier {
            Some(rectifier) => rectifier.apply(&x),
            None => Ok(x),
        }
    }
}
