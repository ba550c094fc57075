//! A step of everything that is trained: its gradients, clipped together, and each part's optimiser.

use kdp::plan::{Group, TrainTask};
use kdp::spec::Schedule;
use safetensors::{SafeTensorError, SafeTensors};
use tch::{TchError, Tensor, no_grad_guard};

use super::TrainError;
use super::optimiser::{Optimiser, clip, optimiser};
use crate::blob::{self, Blob};
use crate::nets::{NetError, Part, gradients};

/// A part with its optimiser.
struct Track {
    part: Part,
    optimiser: Box<dyn Optimiser>,
    lr_scale: f64,
    weight_decay: Schedule,
}

/// Everything that is trained in a run.
pub struct Stepper {
    tracks: Vec<Track>,
    lr: Schedule,
    clip: Option<f64>,
}

impl Stepper {
    /// The parts of a task: the student's, each with the group it belongs to, and others that are
    /// stepped as the recipe says.
    pub fn new<'a>(
        task: &TrainTask,
        student: &[Part],
        others: impl Iterator<Item = &'a Part>,
    ) -> Result<Self, TrainError> {
        let groups = std::iter::once(None).chain(task.groups.iter().map(Some));
        let mut parts: Vec<_> = student.iter().zip(groups).collect();
        parts.extend(others.map(|part| (part, None)));
        parts.retain(|(part, _)| !part.is_empty());
        if parts.is_empty() {
            return Err(TrainError::AllFrozen);
        }
        let tracks = parts.into_iter().map(|(part, group)| {
            part.require_gradients()?;
            let own: Option<&Group> = group;
            let decay = own.and_then(|group| group.weight_decay.as_ref());
            Ok(Track {
                optimiser: optimiser(&task.recipe.optimizer, part.flat())?,
                part: part.share(),
                lr_scale: own.map_or(1.0, |group| group.lr_scale),
                weight_decay: decay.unwrap_or(&task.recipe.weight_decay).clone(),
            })
        });
        Ok(Self {
            tracks: tracks.collect::<Result<_, TrainError>>()?,
            lr: task.recipe.lr.clone(),
            clip: task.recipe.clip,
        })
    }

    /// Steps down a loss.
    pub fn step(&mut self, loss: &Tensor, step: u64) -> Result<(), TchError> {
        let parts: Vec<&Part> = self.tracks.iter().map(|track| &track.part).collect();
        let mut gradients = gradients(loss, &parts)?;
        let _guard = no_grad_guard();
        if let Some(largest) = self.clip {
            clip(&mut gradients, largest)?;
        }
        for (track, gradient) in self.tracks.iter_mut().zip(gradients) {
            let mut flat = track.part.flat().shallow_clone();
            let lr = self.lr.at(step) * track.lr_scale;
            let decay = track.weight_decay.at(step);
            track.optimiser.step(&mut flat, gradient, lr, decay)?;
            track.part.renew_copies()?;
        }
        Ok(())
    }

    /// Whether all that is trained is finite.
    pub fn is_finite(&self) -> Result<bool, TchError> {
        for track in &self.tracks {
            if track
                .part
                .flat()
                .f_isfinite()?
                .f_all()?
                .f_int64_value(&[])?
                == 0
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes the optimisers' state from a file that [`Stepper::put`] has written.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), NetError> {
        let _guard = no_grad_guard();
        let saved = SafeTensors::deserialize(bytes)?;
        for track in &mut self.tracks {
            for (moment, flat) in track.optimiser.moments() {
                for (parameter, mut tensor) in track.part.cut(flat)? {
                    tensor.f_copy_(&blob::tensor(&saved, &format!("{parameter}.{moment}"))?)?;
                }
            }
            if let Some((name, _)) = track.optimiser.count() {
                let count = blob::list(&saved, name, blob::read_i64)?;
                let count = count.first().ok_or(SafeTensorError::TensorInvalidInfo)?;
                track.optimiser.set_count(*count);
            }
        }
        Ok(())
    }

    /// Adds the optimisers' state to a file: `<parameter>.<moment>`, and the count of steps.
    pub fn put(&self, blob: &mut Blob) -> Result<(), TchError> {
        for track in &self.tracks {
            for (moment, flat) in track.optimiser.moments() {
                for (parameter, tensor) in track.part.cut(flat)? {
                    blob.tensor(&format!("{parameter}.{moment}"), &tensor)?;
                }
            }
            if let Some((name, count)) = track.optimiser.count() {
                blob.i64(name, &[count]);
            }
        }
        Ok(())
    }
}
