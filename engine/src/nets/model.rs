//! Models that answer, be they one network or several.

use std::collections::BTreeSet;

use kdp::plan::Blend;
use tch::{TchError, Tensor, no_grad_guard};

use super::{NetError, Outputs};
use crate::data::{BLOCK, Feeder, Samples};

/// A model that answers, in evaluation mode.
pub trait Model {
    /// The logits of a batch, n×classes.
    fn answer(&self, batch: &Tensor) -> Result<Tensor, TchError>;

    /// The logits of a batch, and what comes out of some layers.
    fn watch(&self, batch: &Tensor, layers: &BTreeSet<String>) -> Result<Outputs, NetError>;

    /// Number of trainable numbers.
    fn parameter_count(&self) -> u64;

    /// How it computes, as far as bits hang on it: outputs of one form are not taken for those of another.
    fn form(&self) -> String {
        "fp32".to_string()
    }

    /// The logits of all samples, n×classes, without augmentation and in blocks of a fixed size.
    /// `done` is told how many samples are done.
    fn logits(
        &self,
        samples: &Samples,
        feeder: &Feeder,
        done: &mut dyn FnMut(usize),
    ) -> Result<Tensor, TchError> {
        let _guard = no_grad_guard();
        let rows: Vec<usize> = (0..samples.len()).collect();
        let mut blocks = Vec::with_capacity(samples.len().div_ceil(BLOCK));
        let mut count = 0;
        for rows in rows.chunks(BLOCK) {
            let batch = feeder.inputs(samples, rows, None)?;
            blocks.push(self.answer(&batch)?);
            count += rows.len();
            done(count);
        }
        Tensor::f_cat(&blocks, 0)
    }
}

/// Models that answer together.
pub struct Ensemble {
    members: Vec<Box<dyn Model>>,
    of: Blend,
}

impl Ensemble {
    /// Of these models; at least one.
    pub fn new(members: Vec<Box<dyn Model>>, of: Blend) -> Result<Self, NetError> {
        match members.is_empty() {
            true => Err(NetError::NoMember),
            false => Ok(Self { members, of }),
        }
    }
}

impl Model for Ensemble {
    fn answer(&self, batch: &Tensor) -> Result<Tensor, TchError> {
        let answers = self.members.iter().map(|member| {
            let logits = member.answer(batch)?;
            match self.of {
                Blend::Logits => Ok(logits),
                Blend::Probabilities => logits.f_log_softmax(-1, None),
            }
        });
        let answers = Tensor::f_stack(&answers.collect::<Result<Vec<_>, TchError>>()?, 0)?;
        match self.of {
            Blend::Logits => answers.f_mean_dim([0i64].as_slice(), false, None),
            Blend::Probabilities => answers
                .f_logsumexp([0i64].as_slice(), false)?
                .f_sub_scalar((self.members.len() as f64).ln()),
        }
    }

    fn watch(&self, batch: &Tensor, layers: &BTreeSet<String>) -> Result<Outputs, NetError> {
        match layers.first() {
            Some(layer) => Err(NetError::NoLayer(layer.clone())),
            None => Ok(Outputs {
                logits: self.answer(batch)?,
                layers: Default::default(),
            }),
        }
    }

    fn form(&self) -> String {
        let forms: BTreeSet<String> = self.members.iter().map(|member| member.form()).collect();
        forms.into_iter().collect::<Vec<_>>().join(" and ")
    }

    fn parameter_count(&self) -> u64 {
        let members = self.members.iter();
        members.map(|member| member.parameter_count()).sum()
    }
}
