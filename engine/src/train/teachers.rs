//! What a student's teachers say of a batch.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use kdp::plan::{Key, Loss, Recipe, SplitRef, Term, View};
use tch::{TchError, Tensor, no_grad_guard};

use super::TrainError;
use crate::data::{Batch, Loaded};
use crate::nets::{Flow, Model, Outputs};
use crate::outputs::{Cache, Views, ViewsOf, Wanted};

/// Teachers by the key of their node.
pub type Models = BTreeMap<Key, Box<dyn Model>>;

/// A teacher and what it has said.
struct Teacher<'a> {
    model: Box<dyn Model>,
    /// The layers whose outputs are matched.
    layers: BTreeSet<String>,
    /// Its logits of all plain samples, once they were asked for.
    plain: Option<Tensor>,
    /// Its logits of augmented samples.
    views: Views<'a>,
    /// What it says of the step's augmented batch and of its plain one, once that was asked for.
    batch: BTreeMap<Sight, Outputs>,
}

/// What a teacher looks at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sight {
    Augmented,
    Plain,
}

/// What a run shows its teachers.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The student's samples,
    pub data: &'a Loaded,
    /// which are these.
    pub on: &'a SplitRef,
    /// How they become batches.
    pub recipe: &'a Recipe,
    /// The seed of their order and of their augmentation.
    pub seed: i64,
    /// Their classes.
    pub classes: usize,
}

impl<'a> Shown<'a> {
    fn to(&self, model: Key) -> ViewsOf<'a> {
        ViewsOf {
            model,
            on: self.on,
            seed: self.seed,
            augment: &self.recipe.augment,
        }
    }

    fn per_epoch(&self) -> u64 {
        self.recipe.steps_per_epoch.max(1)
    }

    fn epochs(&self) -> u64 {
        self.recipe.steps.div_ceil(self.per_epoch())
    }

    /// The epoch of a step, and the places in its order that a batch of so many samples covers.
    fn places(&self, step: u64, samples: usize) -> (u64, Range<usize>) {
        let first = (step % self.per_epoch()) as usize * self.recipe.batch as usize;
        (step / self.per_epoch(), first..first + samples)
    }
}

/// The teachers of a run. Their logits of plain samples are computed once for the whole split and those
/// of augmented ones in blocks, both for all who ask for them; what comes out of their layers is computed
/// once a batch.
pub struct Teachers<'a> {
    teachers: BTreeMap<Key, Teacher<'a>>,
    shown: Shown<'a>,
    outputs: Cache,
    step: u64,
}

impl<'a> Teachers<'a> {
    /// The teachers of an objective; what they say is kept in a cache.
    pub fn new(
        models: Models,
        objective: &[Term],
        shown: Shown<'a>,
        outputs: &Cache,
    ) -> Result<Self, TrainError> {
        let mut teachers = BTreeMap::new();
        for (key, model) in models {
            let wanted = Wanted {
                of: shown.to(key),
                classes: shown.classes,
                epochs: shown.epochs(),
            };
            let teacher = Teacher {
                views: Views::new(outputs, model.as_ref(), wanted, shown.data)?,
                model,
                layers: matched(objective, key),
                plain: None,
                batch: BTreeMap::new(),
            };
            teachers.insert(key, teacher);
        }
        Ok(Self {
            teachers,
            shown,
            outputs: outputs.clone(),
            step: 0,
        })
    }

    /// Goes to a step, and forgets the last one's batch.
    pub fn next_step(&mut self, step: u64) {
        self.step = step;
        for teacher in self.teachers.values_mut() {
            teacher.batch.clear();
        }
    }

    /// A teacher's logits of the step's batch, with no gradient.
    pub fn logits(&mut self, key: Key, view: View, batch: &Batch) -> Result<Tensor, TrainError> {
        let _guard = no_grad_guard();
        let (sight, shown, outputs) = (self.sight(view), self.shown, &self.outputs);
        let teacher = self.teachers.get_mut(&key);
        let teacher = teacher.ok_or(TrainError::Teacher(key))?;
        let model = teacher.model.as_ref();
        match sight {
            // They come along with what its layers give.
            Sight::Augmented if !teacher.layers.is_empty() => Ok(teacher
                .outputs(sight, batch, shown.data)?
                .logits
                .shallow_clone()),
            Sight::Augmented => {
                let (epoch, places) = shown.places(self.step, batch.rows.len());
                Ok(teacher.views.logits(model, epoch, places)?)
            }
            Sight::Plain => {
                let plain = match &teacher.plain {
                    Some(plain) => plain,
                    None => {
                        let logits =
                            outputs.split(key, model, shown.on, shown.data, &mut |_| ())?;
                        teacher.plain.insert(logits)
                    }
                };
                Ok(rows(plain, &batch.rows)?)
            }
        }
    }

    /// What comes out of a teacher's layer for a batch, with no gradient.
    pub fn features(
        &mut self,
        key: Key,
        view: View,
        layer: &str,
        batch: &Batch,
    ) -> Result<Flow, TrainError> {
        let _guard = no_grad_guard();
        let (sight, data) = (self.sight(view), self.shown.data);
        let outputs = self.teacher(key)?.outputs(sight, batch, data)?;
        let features = outputs.layers.get(layer).map(Flow::share);
        features.ok_or(TrainError::Teacher(key))
    }

    fn sight(&self, view: View) -> Sight {
        match view {
            View::Same if !self.shown.recipe.augment.is_empty() => Sight::Augmented,
            View::Same | View::Clean => Sight::Plain,
        }
    }

    fn teacher(&mut self, key: Key) -> Result<&mut Teacher<'a>, TrainError> {
        let teacher = self.teachers.get_mut(&key);
        teacher.ok_or(TrainError::Teacher(key))
    }
}

impl Teacher<'_> {
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

/// The layers of a teacher that an objective matches.
fn matched(objective: &[Term], key: Key) -> BTreeSet<String> {
    let losses = objective.iter().map(|term| &term.loss);
    let matched = losses.filter_map(|loss| match loss {
        Loss::Features { teacher, to, .. } if *teacher == key => Some(to.clone()),
        _ => None,
    });
    matched.collect()
}

fn rows(logits: &Tensor, rows: &[usize]) -> Result<Tensor, TchError> {
    let rows: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    let rows = Tensor::f_from_slice(&rows)?.f_to_device(logits.device())?;
    logits.f_index_select(0, &rows)
}

#[cfg(test)]
mod tests {
    use kdp::plan::{Call, Datum, Layer, Network, Schedule, Split};
    use tch::Device;

    use super::*;
    use crate::data::{Augmentation, Batches, made};
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

    /// Batches of 8 of 10 samples.
    fn recipe(augment: &[&str]) -> Recipe {
        let call = |word: &&str| layer(word, &[], &[1], vec![]).call;
        Recipe {
            optimizer: call(&"sgd"),
            lr: Schedule::Constant(0.1),
            weight_decay: Schedule::Constant(0.0),
            batch: 8,
            steps: 2,
            steps_per_epoch: 2,
            augment: augment.iter().map(call).collect(),
            clip: None,
            precision: "fp32".to_string(),
            group_by_length: false,
        }
    }

    fn net() -> Net {
        Net::new(&network(), 1, Device::Cpu).expect("a network")
    }

    /// A linear network on 1×2×3 samples.
    fn network() -> Network {
        let linear = [("features", Datum::Int(10)), ("bias", Datum::Bool(true))];
        let layers = vec![
            layer("flatten", &[], &[1, 2, 3], vec![]),
            layer("linear", &linear, &[6], vec![]),
        ];
        Network {
            input: [1, 2, 3].into(),
            classes: 10,
            root: layer("chain", &[], &[1, 2, 3], layers),
        }
    }

    #[test]
    fn a_teacher_sees_the_augmented_batch_or_the_plain_one() {
        let (bytes, device) = ((0..60).collect(), Device::Cpu);
        let data = made::images([1, 2, 3], bytes, &[0; 10], [0.0, 1.0], device);
        let key = Key([1; 32]);
        let on = SplitRef {
            data: Key([2; 32]),
            split: Split::Train,
        };
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
            let shown = Shown {
                data: &data,
                on: &on,
                recipe: &recipe(if is_augmented { &["flip"] } else { &[] }),
                seed: 1,
                classes: 10,
            };
            let teachers = Teachers::new(models, &[], shown, &Cache::off());
            let mut teachers = teachers.expect("teachers");
            for _ in 0..2 {
                let logits = teachers.logits(key, view, &batch).expect("logits");
                assert!(logits.allclose(wanted, 1e-5, 1e-6, false), "{view:?}");
                assert!(!logits.requires_grad());
            }
        }
    }
}
