//! What a student's teachers say of a batch.

use std::collections::{BTreeMap, BTreeSet};

use kdp::plan::{Key, Loss, Term, View};
use tch::{TchError, Tensor, no_grad_guard};

use super::TrainError;
use crate::data::{Batch, Loaded};
use crate::nets::{Model, Outputs};

/// Teachers by the key of their node.
pub type Models = BTreeMap<Key, Box<dyn Model>>;

/// A teacher and what it has said.
struct Teacher {
    model: Box<dyn Model>,
    /// The layers whose outputs are matched.
    layers: BTreeSet<String>,
    /// Its logits of all plain samples, once they were asked for.
    plain: Option<Tensor>,
    /// What it says of the step's augmented batch and of its plain one, once that was asked for.
    batch: BTreeMap<Sight, Outputs>,
}

/// What a teacher looks at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sight {
    Augmented,
    Plain,
}

/// The teachers of a run. Where one's logits of plain samples are asked for, they are computed once for
/// the whole split; everything else once a batch.
pub struct Teachers<'a> {
    teachers: BTreeMap<Key, Teacher>,
    data: &'a Loaded,
    augmented: bool,
}

impl<'a> Teachers<'a> {
    /// The teachers of an objective on this data; `augmented` says whether the student's samples are.
    pub fn new(models: Models, objective: &[Term], data: &'a Loaded, augmented: bool) -> Self {
        let layers = |key: Key| {
            let losses = objective.iter().map(|term| &term.loss);
            let matched = losses.filter_map(move |loss| match loss {
                Loss::Features { teacher, to, .. } if *teacher == key => Some(to.clone()),
                _ => None,
            });
            matched.collect()
        };
        let teachers = models.into_iter().map(|(key, model)| {
            let teacher = Teacher {
                model,
                layers: layers(key),
                plain: None,
                batch: BTreeMap::new(),
            };
            (key, teacher)
        });
        Self {
            teachers: teachers.collect(),
            data,
            augmented,
        }
    }

    /// Forgets the last step's batch.
    pub fn next_step(&mut self) {
        for teacher in self.teachers.values_mut() {
            teacher.batch.clear();
        }
    }

    /// A teacher's logits of a batch, with no gradient.
    pub fn logits(&mut self, key: Key, view: View, batch: &Batch) -> Result<Tensor, TrainError> {
        let _guard = no_grad_guard();
        let (sight, data) = (self.sight(view), self.data);
        let teacher = self.teacher(key)?;
        if sight == Sight::Augmented {
            return Ok(teacher.outputs(sight, batch, data)?.logits.shallow_clone());
        }
        let plain = match &teacher.plain {
            Some(plain) => plain,
            None => {
                let model = teacher.model.as_ref();
                let logits = model.logits(&data.samples, &data.feeder, &mut |_| ())?;
                teacher.plain.insert(logits)
            }
        };
        Ok(rows(plain, &batch.rows)?)
    }

    /// What comes out of a teacher's layer for a batch, with no gradient.
    pub fn features(
        &mut self,
        key: Key,
        view: View,
        layer: &str,
        batch: &Batch,
    ) -> Result<Tensor, TrainError> {
        let _guard = no_grad_guard();
        let (sight, data) = (self.sight(view), self.data);
        let outputs = self.teacher(key)?.outputs(sight, batch, data)?;
        let features = outputs
            .layers
            .get(layer)
            .map(|flow| flow.values.shallow_clone());
        features.ok_or(TrainError::Teacher(key))
    }

    fn sight(&self, view: View) -> Sight {
        match view {
            View::Same if self.augmented => Sight::Augmented,
            View::Same | View::Clean => Sight::Plain,
        }
    }

    fn teacher(&mut self, key: Key) -> Result<&mut Teacher, TrainError> {
        let teacher = self.teachers.get_mut(&key);
        teacher.ok_or(TrainError::Teacher(key))
    }
}

impl Teacher {
    /// What it says of a batch.
    fn outputs(
        &mut self,
        sight: Sight,
        batch: &Batch,
        data: &Loaded,
    ) -> Result<&Outputs, TrainError> {
        if !self.batch.contains_key(&sight) {
            let inputs = match sight {
                Sight::Augmented => batch.inputs.shallow_clone(),
                Sight::Plain => data.feeder.inputs(&data.samples, &batch.rows, None)?,
            };
            let outputs = self.model.watch(&inputs, &self.layers)?;
            self.batch.insert(sight, outputs);
        }
        Ok(&self.batch[&sight])
    }
}

fn rows(logits: &Tensor, rows: &[usize]) -> Result<Tensor, TchError> {
    let rows: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    let rows = Tensor::f_from_slice(&rows)?.f_to_device(logits.device())?;
    logits.f_index_select(0, &rows)
}

#[cfg(test)]
mod tests {
    use kdp::plan::{Call, DataMeta, DataShape, Datum, Layer, Network, Scaling};
    use tch::Device;

    use super::*;
    use crate::data::{Augmentation, Batches, Feeder, Samples};
    use crate::nets::{Mode, Net};

    fn layer(word: &str, args: &[(&str, Datum)], input: &[i64], children: Vec<Layer>) -> Layer {
        let args = args
            .iter()
            .map(|(name, datum)| (name.to_string(), datum.clone()));
        Layer {
            name: String::new(),
            call: Call {
                name: word.to_string(),
                version: 1,
                args: args.collect(),
            },
            children,
            input: input.into(),
            output: vec![].into(),
        }
    }

    /// A linear network on 1×2×3 samples.
    fn net() -> Net {
        let linear = [("features", Datum::Int(10)), ("bias", Datum::Bool(true))];
        let layers = vec![
            layer("flatten", &[], &[1, 2, 3], vec![]),
            layer("linear", &linear, &[6], vec![]),
        ];
        let network = Network {
            input: [1, 2, 3].into(),
            classes: 10,
            root: layer("chain", &[], &[1, 2, 3], layers),
        };
        Net::new(&network, 1, Device::Cpu).expect("a network")
    }

    #[test]
    fn a_teacher_sees_the_augmented_batch_or_the_plain_one() {
        let samples = Samples::of_images([1, 2, 3], (0..60).collect(), &[0; 10]);
        let meta = DataMeta {
            shape: DataShape {
                sample: [1, 2, 3].into(),
                classes: 10,
                train: 10,
                validation: 0,
                test: 0,
                labelled: true,
            },
            scaling: Some(Scaling {
                scale: 255.0,
                mean: vec![0.0],
                std: vec![1.0],
            }),
        };
        let feeder = Feeder::new(&meta, Device::Cpu);
        let data = Loaded { samples, feeder };
        let key = Key([1; 32]);
        let flip = vec![Augmentation::Flip];
        let batch = Batches::new(&data, flip, 8, 1).at(0).expect("a batch");
        let plain = data.feeder.inputs(&data.samples, &batch.rows, None);
        let plain = plain.expect("images");
        let of = |images: &Tensor| net().forward(images, Mode::Evaluate).expect("logits");
        let (augmented, plain) = (of(&batch.inputs), of(&plain));
        assert!(!augmented.allclose(&plain, 1e-5, 1e-6, false));

        for (view, is_augmented, wanted) in [
            (View::Same, true, &augmented),
            (View::Clean, true, &plain),
            (View::Same, false, &plain),
        ] {
            let models: Models = BTreeMap::from([(key, Box::new(net()) as Box<dyn Model>)]);
            let mut teachers = Teachers::new(models, &[], &data, is_augmented);
            for _ in 0..2 {
                let logits = teachers.logits(key, view, &batch).expect("logits");
                assert!(logits.allclose(wanted, 1e-5, 1e-6, false), "{view:?}");
                assert!(!logits.requires_grad());
            }
        }
    }
}
