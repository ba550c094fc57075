//! A batch as student and teachers see it.

use kdp::plan::{Key, View};
use tch::Tensor;

use super::objective::{Given, Matched};
use super::through::Throughs;
use super::{Teachers, TrainError};
use crate::data::Batch;
use crate::nets::{Flow, Mode, NetError, Outputs};

/// A batch as student and teachers see it at a step.
pub struct Scene<'a, 'b> {
    /// What the student gives for it.
    pub outputs: &'a Outputs,
    /// The batch.
    pub batch: &'a Batch,
    /// The teachers.
    pub teachers: &'a mut Teachers<'b>,
    /// The layers between the student's features and the teachers'.
    pub throughs: &'a Throughs,
    /// How these run.
    pub mode: Mode,
}

impl Given for Scene<'_, '_> {
    fn logits(&self) -> &Tensor {
        &self.outputs.logits
    }

    fn labels(&self) -> &Tensor {
        &self.batch.labels
    }

    fn teacher(&mut self, teacher: Key, view: View) -> Result<Tensor, TrainError> {
        self.teachers.logits(teacher, view, self.batch)
    }

    fn features(&mut self, of: Matched) -> Result<[Flow; 2], TrainError> {
        let own = self.outputs.layers.get(of.layer);
        let own = own.ok_or_else(|| NetError::NoLayer(of.layer.to_string()))?;
        let teachers = &mut self.teachers;
        Ok([
            self.throughs.lead(of.place, own, self.mode)?,
            teachers.features(of.teacher, of.view, of.to, self.batch)?,
        ])
    }
}
