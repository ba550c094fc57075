//! The training loop: a run, step by step, from its beginning or from any state of it.

use std::collections::BTreeSet;

use kdp::plan::{Loss, Recipe, TrainTask};

use super::log::{Log, Recent, Recorder};
use super::objective::first_labels;
use super::scene::Scene;
use super::stepper::Stepper;
use super::teachers::{Models, Shown};
use super::through::Throughs;
use super::{Teachers, TrainError, loss};
use crate::blob::Blob;
use crate::data::{Augmentation, Batch, Batches, Loaded};
use crate::devices::Devices;
use crate::nets::{Frozen, Mode, Net, NetError, Partition, Precision, Replicated, Share};
use crate::outputs::Cache;

/// Steps that are made before it is looked whether the loss is still finite.
const PATIENCE: u64 = 100;

/// Steps over which what a run does of late is told.
const LATE: u64 = 50;

/// What a training needs besides its task.
pub struct Material<'a> {
    /// What is trained on.
    pub train: &'a Loaded,
    /// The teachers of the objective.
    pub teachers: Models,
    /// Where what they say is kept.
    pub outputs: Cache,
    /// The weights to begin with.
    pub init: Vec<Share>,
}

/// A state of a run, as safetensors files: all that the steps behind it hang on.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The network's tensors.
    pub weights: Vec<u8>,
    /// The optimisers' moments, and the layers that are trained along.
    pub optimizer: Vec<u8>,
    /// What each step saw.
    pub log: Vec<u8>,
}

/// A run on its way.
pub struct Run<'a> {
    task: &'a TrainTask,
    student: Replicated,
    throughs: Throughs,
    /// The student's layers whose outputs are matched.
    layers: BTreeSet<String>,
    teachers: Teachers<'a>,
    stepper: Stepper,
    recorder: Recorder<'a>,
}

impl<'a> Run<'a> {
    /// A run at its beginning, or at a state of its own. Its batches are split among the devices; all else
    /// happens on the first of them.
    pub fn new(
        task: &'a TrainTask,
        material: Material<'a>,
        devices: &Devices,
        state: Option<&State>,
    ) -> Result<Self, TrainError> {
        let precision = precision(&task.recipe)?;
        let train = material.train;
        hold_samples(task, train)?;
        let shown = Shown {
            data: train,
            on: &task.data,
            recipe: &task.recipe,
            seed: task.seed,
            classes: task.network.classes as usize,
        };
        let partition = Partition {
            frozen: task.frozen.iter().cloned().collect(),
            groups: task.groups.iter().map(|g| g.parameters.clone()).collect(),
        };
        let init = match state {
            None => material.init,
            Some(state) => {
                let whole = Share::all("the saved state", state.weights.clone());
                vec![whole.map_err(NetError::from)?]
            }
        };
        let net = Net::begin(&task.network, &partition, task.seed, &init, devices.first())?
            .computing_in(precision);
        let student = Replicated::new(net, &partition, devices)?;
        let throughs = Throughs::new(&task.objective, task.seed, devices.first())?;
        let mut stepper = Stepper::new(task, student.net().parts(), throughs.parts())?;
        let mut log = Log::default();
        if let Some(state) = state {
            throughs.restore(&state.optimizer)?;
            stepper.restore(&state.optimizer)?;
            log = Log::of(&state.log)?;
        }
        let matched = task.objective.iter().filter_map(|term| match &term.loss {
            Loss::Features { layer, .. } => Some(layer.clone()),
            _ => None,
        });
        Ok(Self {
            stepper,
            teachers: Teachers::new(material.teachers, &task.objective, shown, &material.outputs)?,
            recorder: Recorder::new(log, &task.recipe.lr),
            layers: matched.collect(),
            task,
            student,
            throughs,
        })
    }

    /// Steps made.
    pub fn done(&self) -> u64 {
        self.recorder.steps()
    }

    /// Steps of all.
    pub fn steps(&self) -> u64 {
        self.task.recipe.steps
    }

    /// Makes the next step, on its batch.
    pub fn step(&mut self, batch: &Batch) -> Result<(), TrainError> {
        let step = self.done();
        let mode = Mode::Train {
            seed: self.task.seed,
            step,
        };
        let outputs = self.student.outputs(&batch.inputs, mode, &self.layers)?;
        self.teachers.next_step(step);
        let mut scene = Scene {
            outputs: &outputs,
            batch,
            teachers: &mut self.teachers,
            throughs: &self.throughs,
            mode,
        };
        let loss = loss(&self.task.objective, step, &mut scene)?;
        self.stepper.step(&loss, step)?;
        self.recorder.note(&loss, &outputs.logits, &batch.labels)?;
        if self.done().is_multiple_of(PATIENCE) {
            self.recorder.fetch()?;
        }
        Ok(())
    }

    /// The network as it is.
    pub fn net(&self) -> &Net {
        self.student.net()
    }

    /// The network as it is, to be asked. It computes in float32, as for whoever loads its weights.
    pub fn frozen(&self) -> Result<Frozen, NetError> {
        self.net().freeze(Precision::Fp32)
    }

    /// What each step saw.
    pub fn log(&mut self) -> Result<&Log, TrainError> {
        self.recorder.fetch()
    }

    /// Training loss and accuracy of late.
    pub fn recent(&mut self) -> Result<Option<Recent>, TrainError> {
        let log = self.log()?;
        let done = log.steps();
        Ok(log.over(done.saturating_sub(LATE)..done))
    }

    /// Its state; fails where it is not finite.
    pub fn state(&mut self) -> Result<State, TrainError> {
        let log = self.log()?.to_bytes()?;
        if !self.stepper.is_finite()? {
            return Err(TrainError::Weights);
        }
        let mut optimizer = Blob::default();
        self.stepper.put(&mut optimizer)?;
        self.throughs.put(&mut optimizer)?;
        Ok(State {
            weights: self.net().to_bytes()?,
            optimizer: optimizer.bytes()?,
            log,
        })
    }
}

/// What a recipe computes in.
pub fn precision(recipe: &Recipe) -> Result<Precision, TrainError> {
    let unknown = || TrainError::Precision(recipe.precision.clone());
    Precision::of(&recipe.precision).ok_or_else(unknown)
}

/// The batches of a training's steps.
pub fn batches<'a>(task: &TrainTask, train: &'a Loaded) -> Result<Batches<'a>, TrainError> {
    let augmentations = task.recipe.augment.iter().map(Augmentation::of);
    let augmentations = augmentations.collect::<Result<Vec<_>, _>>()?;
    if !augmentations.is_empty() && !train.samples.inputs.are_images() {
        return Err(TrainError::Augmented);
    }
    let mut batches = Batches::new(train, augmentations, task.recipe.batch as usize, task.seed);
    if task.recipe.group_by_length {
        batches = batches.grouped_by_length();
    }
    match batches.per_epoch() == task.recipe.steps_per_epoch {
        true => Ok(batches),
        false => Err(TrainError::Epoch {
            found: batches.per_epoch(),
            planned: task.recipe.steps_per_epoch,
        }),
    }
}

/// Holds a task against the samples it is to be trained on.
fn hold_samples(task: &TrainTask, train: &Loaded) -> Result<(), TrainError> {
    let (samples, labelled) = (train.samples.len(), train.samples.labelled());
    if samples == 0 {
        return Err(TrainError::Empty);
    }
    match first_labels(&task.objective, task.recipe.steps) {
        Some(step) if labelled < samples => Err(TrainError::Unlabelled {
            step,
            unlabelled: samples - labelled,
            samples,
        }),
        _ => Ok(()),
    }
}
