//! What a student's teachers say of a batch.

use std::collections::BTreeMap;

use kdp::plan::{Key, View};
use tch::{TchError, Tensor, no_grad_guard};

use super::TrainError;
use crate::data::{Batch, Pixels, Samples};
use crate::nets::{Mode, Net};

/// A teacher, and its logits of all plain samples once they were asked for.
struct Teacher {
    net: Net,
    plain: Option<Tensor>,
}

/// The teachers of a run. Where a teacher sees plain samples, its logits are computed once for the
/// whole split; where it sees augmented ones, once a batch.
pub struct Teachers<'a> {
    teachers: BTreeMap<Key, Teacher>,
    samples: &'a Samples,
    pixels: &'a Pixels,
    augmented: bool,
    /// The logits of the augmented batch of the step, by teacher.
    batch: BTreeMap<Key, Tensor>,
}

impl<'a> Teachers<'a> {
    /// The teachers of a run on these samples; `augmented` says whether the student's are.
    pub fn new(
        nets: BTreeMap<Key, Net>,
        samples: &'a Samples,
        pixels: &'a Pixels,
        augmented: bool,
    ) -> Self {
        let teachers = nets.into_iter().map(|(key, net)| {
            let plain = None;
            (key, Teacher { net, plain })
        });
        Self {
            teachers: teachers.collect(),
            samples,
            pixels,
            augmented,
            batch: BTreeMap::new(),
        }
    }

    /// Forgets the last step's batch.
    pub fn next_step(&mut self) {
        self.batch.clear();
    }

    /// A teacher's logits of a batch, with no gradient.
    pub fn logits(&mut self, key: Key, view: View, batch: &Batch) -> Result<Tensor, TrainError> {
        let _guard = no_grad_guard();
        let teacher = self
            .teachers
            .get_mut(&key)
            .ok_or(TrainError::Teacher(key))?;
        if view == View::Same && self.augmented {
            if let Some(logits) = self.batch.get(&key) {
                return Ok(logits.shallow_clone());
            }
            let logits = teacher.net.forward(&batch.images, Mode::Evaluate)?;
            self.batch.insert(key, logits.shallow_clone());
            return Ok(logits);
        }
        let plain = match &teacher.plain {
            Some(plain) => plain,
            None => {
                let logits = teacher.net.logits(self.samples, self.pixels, |_| ())?;
                teacher.plain.insert(logits)
            }
        };
        Ok(rows(plain, &batch.rows)?)
    }
}

fn rows(logits: &Tensor, rows: &[usize]) -> Result<Tensor, TchError> {
    let rows: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    let rows = Tensor::f_from_slice(&rows)?.f_to_device(logits.device())?;
    logits.f_index_select(0, &rows)
}
