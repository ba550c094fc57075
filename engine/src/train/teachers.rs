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

#[cfg(test)]
mod tests {
    use kdp::plan::{Call, DataMeta, DataShape, Datum, Layer, Network};
    use tch::Device;

    use super::*;
    use crate::data::{Augmentation, Batches};

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
            input: input.to_vec(),
            output: vec![],
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
            input: vec![1, 2, 3],
            classes: 10,
            root: layer("chain", &[], &[1, 2, 3], layers),
        };
        Net::new(&network, 1, Device::Cpu).expect("a network")
    }

    #[test]
    fn a_teacher_sees_the_augmented_batch_or_the_plain_one() {
        let samples = Samples::new([1, 2, 3], (0..60).collect(), &[0; 10]);
        let meta = DataMeta {
            shape: DataShape {
                sample: vec![1, 2, 3],
                classes: 10,
                train: 10,
                test: 0,
            },
            scale: 255.0,
            mean: vec![0.0],
            std: vec![1.0],
        };
        let pixels = Pixels::new(&meta, Device::Cpu);
        let key = Key([1; 32]);
        let flip = vec![Augmentation::Flip];
        let batch = Batches::new(&samples, &pixels, flip, 8, 1)
            .at(0)
            .expect("a batch");
        let plain = pixels.images(&samples, &batch.rows, None).expect("images");
        let of = |images: &Tensor| net().forward(images, Mode::Evaluate).expect("logits");
        let (augmented, plain) = (of(&batch.images), of(&plain));
        assert!(!augmented.allclose(&plain, 1e-5, 1e-6, false));

        for (view, is_augmented, wanted) in [
            (View::Same, true, &augmented),
            (View::Clean, true, &plain),
            (View::Same, false, &plain),
        ] {
            let nets = BTreeMap::from([(key, net())]);
            let mut teachers = Teachers::new(nets, &samples, &pixels, is_augmented);
            for _ in 0..2 {
                let logits = teachers.logits(key, view, &batch).expect("logits");
                assert!(logits.allclose(wanted, 1e-5, 1e-6, false), "{view:?}");
                assert!(!logits.requires_grad());
            }
        }
    }
}
