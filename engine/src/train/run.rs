//! The training loop.

use std::collections::BTreeSet;

use kdp::plan::{Curves, Loss, TrainTask};
use tch::Device;

use super::curves::{Recent, Watch};
use super::look::{Keeper, State};
use super::objective::first_labels;
use super::scene::Scene;
use super::stepper::Stepper;
use super::teachers::Models;
use super::through::Throughs;
use super::{Teachers, TrainError, accuracy, loss};
use crate::blob::Blob;
use crate::data::{Augmentation, Batches, Loaded};
use crate::nets::{Mode, Net, NetError, Partition, Precision, Share};

/// Who is told how far a training is.
pub trait Progress {
    /// Whether it is time to tell.
    fn due(&mut self) -> bool;
    /// Tells steps done of all, and the training loss and accuracy where they are known.
    fn tell(&mut self, step: u64, steps: u64, recent: Option<Recent>);
}

/// What a training needs besides its task.
pub struct Material<'a> {
    /// What is trained on.
    pub train: &'a Loaded,
    /// What the test curve is of.
    pub test: &'a Loaded,
    /// What the best state is told by, where one is asked for.
    pub best: Option<&'a Loaded>,
    /// The teachers of the objective.
    pub teachers: Models,
    /// The weights to begin with.
    pub init: Vec<Share>,
}

/// A trained network.
pub struct Trained {
    /// The network.
    pub net: Net,
    /// The optimiser's state and that of layers trained along, as a safetensors file.
    pub optimizer: Vec<u8>,
    /// The learning curves.
    pub curves: Curves,
}

/// Trains a network. What comes out is a function of the task and the material; what is watched on
/// the way changes none of it.
pub fn train(
    task: &TrainTask,
    material: Material,
    device: Device,
    progress: &mut dyn Progress,
) -> Result<Trained, TrainError> {
    let mut run = Run::new(task, material, device)?;
    while run.done() < task.recipe.steps {
        run.step()?;
        run.look()?;
        if progress.due() {
            progress.tell(run.done(), task.recipe.steps, run.recent()?);
        }
    }
    run.finish()
}

/// A run on its way.
pub struct Run<'a> {
    task: &'a TrainTask,
    device: Device,
    test: &'a Loaded,
    net: Net,
    throughs: Throughs,
    /// The student's layers whose outputs are matched.
    layers: BTreeSet<String>,
    teachers: Teachers<'a>,
    batches: Batches<'a>,
    stepper: Stepper,
    watch: Watch<'a>,
    keeper: Option<Keeper<'a>>,
    done: u64,
}

impl<'a> Run<'a> {
    /// A run that has not made a step.
    pub fn new(
        task: &'a TrainTask,
        material: Material<'a>,
        device: Device,
    ) -> Result<Self, TrainError> {
        let precision = Precision::of(&task.recipe.precision)
            .ok_or_else(|| TrainError::Precision(task.recipe.precision.clone()))?;
        let train = material.train;
        if train.samples.is_empty() {
            return Err(TrainError::Empty);
        }
        if train.samples.labelled() < train.samples.len()
            && let Some(step) = first_labels(&task.objective, task.recipe.steps)
        {
            return Err(TrainError::Unlabelled {
                step,
                unlabelled: train.samples.len() - train.samples.labelled(),
                samples: train.samples.len(),
            });
        }
        let augmentations = task.recipe.augment.iter().map(Augmentation::of);
        let augmentations = augmentations.collect::<Result<Vec<_>, _>>()?;
        let augmented = !augmentations.is_empty();
        if augmented && !train.samples.inputs.are_images() {
            return Err(TrainError::Augmented);
        }
        let batches = Batches::new(train, augmentations, task.recipe.batch as usize, task.seed);
        if batches.per_epoch() != task.recipe.steps_per_epoch {
            return Err(TrainError::Epoch {
                found: batches.per_epoch(),
                planned: task.recipe.steps_per_epoch,
            });
        }
        let partition = Partition {
            frozen: task.frozen.iter().cloned().collect(),
            groups: task.groups.iter().map(|g| g.parameters.clone()).collect(),
        };
        let net = Net::begin(&task.network, &partition, task.seed, &material.init, device)?
            .computing_in(precision);
        let throughs = Throughs::new(&task.objective, task.seed, device)?;
        let keeper = match (&task.best, material.best) {
            (Some(best), Some(on)) => Some(Keeper::new(best, on)?),
            _ => None,
        };
        let matched = task.objective.iter().filter_map(|term| match &term.loss {
            Loss::Features { layer, .. } => Some(layer.clone()),
            _ => None,
        });
        Ok(Self {
            stepper: Stepper::new(task, net.parts(), throughs.parts())?,
            teachers: Teachers::new(material.teachers, &task.objective, train, augmented),
            watch: Watch::new(
                task.recipe.steps,
                task.recipe.steps_per_epoch,
                &task.recipe.lr,
            ),
            layers: matched.collect(),
            test: material.test,
            done: 0,
            task,
            device,
            net,
            throughs,
            batches,
            keeper,
        })
    }

    /// Steps done.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Makes the next step.
    pub fn step(&mut self) -> Result<(), TrainError> {
        let step = self.done;
        let batch = self.batches.at(step)?;
        let mode = Mode::Train {
            seed: self.task.seed,
            step,
        };
        let outputs = self.net.outputs(&batch.inputs, mode, &self.layers)?;
        self.teachers.next_step();
        let mut scene = Scene {
            outputs: &outputs,
            batch: &batch,
            teachers: &mut self.teachers,
            throughs: &self.throughs,
            mode,
        };
        let loss = loss(&self.task.objective, step, &mut scene)?;
        self.stepper.step(&loss, step)?;
        self.watch.note(&loss, &outputs.logits, &batch.labels)?;
        self.done += 1;
        Ok(())
    }

    /// Looks at the network where it is time to.
    pub fn look(&mut self) -> Result<(), TrainError> {
        if self.watch.is_train_point(self.done) {
            self.watch.train_point(self.done)?;
        }
        if self.watch.is_test_point(self.done) {
            let accuracy = accuracy(&self.net, self.test)?;
            self.watch.test_point(self.done, accuracy.unwrap_or(0.0));
        }
        if let Some(keeper) = &mut self.keeper
            && keeper.is_due(self.done, self.task.recipe.steps)
        {
            let state = || state(&self.net, &self.stepper, &self.throughs);
            let seen = keeper.look(&self.net, state)?;
            self.watch.best_point(self.done, seen);
        }
        Ok(())
    }

    /// Training loss and accuracy of late, where they are known.
    pub fn recent(&mut self) -> Result<Option<Recent>, TrainError> {
        self.watch.fetch()?;
        Ok(self.watch.recent())
    }

    /// Its state.
    pub fn state(&self) -> Result<State, TrainError> {
        state(&self.net, &self.stepper, &self.throughs)
    }

    /// The network as it is, or as it was when it was best.
    pub fn finish(mut self) -> Result<Trained, TrainError> {
        self.watch.fetch()?;
        if !self.stepper.is_finite()? {
            return Err(TrainError::Weights);
        }
        let Some(best) = self.keeper.take().and_then(Keeper::finish) else {
            return Ok(Trained {
                optimizer: self.state()?.optimizer,
                curves: self.watch.finish(),
                // A model is its weights: it is told of as whoever loads them sees it.
                net: self.net.computing_in(Precision::Fp32),
            });
        };
        let whole = [Share::all("the best state", best.weights)];
        let (network, none) = (&self.task.network, Partition::default());
        Ok(Trained {
            net: Net::begin(network, &none, self.task.seed, &whole, self.device)?,
            optimizer: best.optimizer,
            curves: self.watch.finish(),
        })
    }
}

fn state(net: &Net, stepper: &Stepper, throughs: &Throughs) -> Result<State, TrainError> {
    let mut optimizer = Blob::default();
    stepper.put(&mut optimizer)?;
    throughs.put(&mut optimizer)?;
    Ok(State {
        weights: net.to_bytes()?,
        optimizer: optimizer.bytes().map_err(NetError::from)?,
    })
}
