//! Nodes that train a network, and those that watch a training: along with it, or by going its way again.

use std::collections::BTreeMap;

use kdp::plan::{Curves, Digest, Key, ObserveTask, StateSummary, Task, TrainTask};
use kdp::run::{Ground, seen, states};
use kdp::store::{Entry, Slot};

use super::NodeError;
use super::answers::Teller;
use super::milestones::thin;
use super::model::{shares, summary};
use super::node::{Job, Product, commit, json};
use super::objects::{NETWORK, Objects, WEIGHTS, parse};
use crate::data::{Ahead, Files, Loaded, ahead};
use crate::machine::LIBTORCH;
use crate::nets::{Model, Net, NetError, Partition, Precision, Share};
use crate::train::{Material, Observer, Run, Saver, Seen, State, TrainError, batches, precision};

const OPTIMIZER: &str = "optimizer.safetensors";
const LOG: &str = "log.safetensors";
/// What was seen of a training.
pub(super) const CURVES: &str = "curves.json";

/// One who watches: a node, the right to make its object, and the splits that it looks at.
struct Watcher<'a> {
    task: &'a ObserveTask,
    slot: Slot,
    test: Loaded,
    best: Option<Loaded>,
}

impl<'a> Watcher<'a> {
    fn new(task: &'a ObserveTask, slot: Slot, objects: &Objects) -> Result<Self, NodeError> {
        let best = task.best.as_ref().map(|best| objects.split(&best.on));
        Ok(Self {
            task,
            slot,
            test: objects.split(&task.test)?,
            best: best.transpose()?,
        })
    }
}

/// Trains a network; gives its state, and the keys of those who went along.
pub fn train(
    job: &Job,
    task: &TrainTask,
    objects: &Objects,
    teller: &mut Teller,
) -> Result<(Product, Vec<Key>), NodeError> {
    let mut watchers = vec![];
    for node in job.along {
        // One that somebody else makes at the moment, or has made, is not made here.
        if let Task::Observe(task) = &node.task
            && let Some(slot) = objects.store.claim(node.key)?
        {
            watchers.push(Watcher::new(task, slot, objects)?);
        }
    }
    let training = Training { job, task, objects };
    let product = training.follow(watchers, true, teller)?;
    let keys = job.along.iter().map(|node| node.key);
    let along = keys
        .filter(|key| objects.store.find(*key).is_some())
        .collect();
    Ok((product, along))
}

/// Goes the way of a training that is done again, for one who has not watched it.
pub fn replay(
    job: &Job,
    task: &ObserveTask,
    slot: Slot,
    objects: &Objects,
    teller: &mut Teller,
) -> Result<Digest, NodeError> {
    let training = Training {
        job,
        task: &task.training,
        objects,
    };
    let watcher = Watcher::new(task, slot, objects)?;
    training.follow(vec![watcher], false, teller)?;
    thin(objects.store, &task.training)?;
    let made = objects.store.find(job.node.key);
    let digest = made.and_then(|made| made.manifest.digest());
    digest.ok_or(NodeError::Input(job.node.key))
}

/// Where a training begins.
#[derive(Default)]
struct Begin {
    /// Steps made.
    step: u64,
    /// The state there.
    state: Option<State>,
    /// What each watcher, by its key, had seen by then.
    seen: BTreeMap<Key, Seen>,
}

/// A training that is under way.
pub(super) struct Training<'a> {
    pub job: &'a Job<'a>,
    pub task: &'a TrainTask,
    pub objects: &'a Objects<'a>,
}

impl Training<'_> {
    /// Makes the steps from the nearest state that all watchers can go on from, and writes what they have
    /// seen. Gives the last state.
    fn follow(
        &self,
        watchers: Vec<Watcher>,
        wanted: bool,
        teller: &mut Teller,
    ) -> Result<Product, NodeError> {
        let (job, task, objects) = (self.job, self.task, self.objects);
        let train = objects.split(&task.data)?;
        let begin = self.nearest(&watchers)?;
        let material = Material {
            train: &train,
            teachers: self.teachers(begin.step)?,
            outputs: objects.outputs.clone(),
            init: match begin.state {
                Some(_) => vec![],
                None => shares(&task.init, &Files(&job.node.files), objects)?,
            },
        };
        let mut run = Run::new(task, material, &objects.devices, begin.state.as_ref())?;
        let mut earlier = begin.seen;
        let mut observers = vec![];
        for watcher in &watchers {
            let earlier = earlier.remove(&watcher.task.key());
            let best = watcher.best.as_ref();
            observers.push(Observer::new(watcher.task, &watcher.test, best, earlier)?);
        }
        let steps = run.done()..run.steps();
        let waited = ahead(batches(task, &train)?, steps, |mut batches| {
            self.advance(&mut run, &mut observers, &mut batches, teller)?;
            Ok::<_, NodeError>(batches.waited().as_secs_f64())
        })?;
        let products = observers.iter().zip(&watchers).map(|(observer, watcher)| {
            let seen = observer.seen(&mut run)?;
            self.watched(watcher.task, seen, run.net(), [&train, &watcher.test])
        });
        let products: Vec<Product> = products.collect::<Result<_, NodeError>>()?;
        drop(observers);
        for (watcher, product) in watchers.into_iter().zip(products) {
            let task = Task::Observe(watcher.task.clone());
            commit(job, watcher.slot, &task, product)?;
        }
        match wanted {
            true => Ok(Product {
                waited,
                ..self.state(&mut run)?
            }),
            false => Ok(Product::default()),
        }
    }

    /// Makes the steps that are left, looks at the network between them, and saves its state.
    fn advance(
        &self,
        run: &mut Run,
        observers: &mut [Observer],
        batches: &mut Ahead,
        teller: &mut Teller,
    ) -> Result<(), NodeError> {
        let mut saver = Saver::new(self.job.saving);
        for batch in batches {
            run.step(&batch.map_err(TrainError::from)?)?;
            for observer in observers.iter_mut() {
                observer.look(run)?;
            }
            let (done, steps) = (run.done(), run.steps());
            let stopped = self.job.stop.is_requested();
            if done < steps && (stopped || saver.is_due(done)) {
                saver.save(|| self.save(run, observers))?;
            }
            if done < steps && stopped {
                return Err(NodeError::Stopped(done));
            }
            if teller.is_due() {
                teller.tell(done, steps, run.recent()?);
            }
        }
        Ok(())
    }

    /// The nearest stored state that all watchers can go on from, else the beginning.
    fn nearest(&self, watchers: &[Watcher]) -> Result<Begin, NodeError> {
        let store = self.objects.store;
        let ground = self.job.ground();
        for (step, entry) in states(store, self.task, ground.as_ref()) {
            let known = watchers.iter().map(|watcher| {
                let seen = seen(store, watcher.task, step)?;
                Some((watcher.task.key(), seen))
            });
            let Some(known) = known.collect::<Option<Vec<_>>>() else {
                continue;
            };
            let seen = known
                .into_iter()
                .map(|(key, entry)| Ok((key, read_seen(&entry)?)));
            return Ok(Begin {
                step,
                state: Some(State {
                    weights: entry.read(WEIGHTS)?,
                    optimizer: entry.read(OPTIMIZER)?,
                    log: entry.read(LOG)?,
                }),
                seen: seen.collect::<Result<_, NodeError>>()?,
            });
        }
        Ok(Begin::default())
    }

    /// The teachers that are asked from a step on.
    fn teachers(&self, begin: u64) -> Result<crate::train::Models, NodeError> {
        let mut teachers = BTreeMap::new();
        let recipe = &self.task.recipe;
        let (steps, precision) = (recipe.steps, precision(recipe)?);
        for term in &self.task.objective {
            for key in term.loss.teachers() {
                let asked = (begin..steps).any(|step| term.weight.at(step) != 0.0);
                if asked && !teachers.contains_key(&key) {
                    teachers.insert(key, self.objects.model(key, precision)?);
                }
            }
        }
        Ok(teachers)
    }

    /// What the object of a state holds.
    pub(super) fn state(&self, run: &mut Run) -> Result<Product, NodeError> {
        let state = run.state()?;
        Ok(Product {
            blobs: vec![
                (WEIGHTS, state.weights),
                (OPTIMIZER, state.optimizer),
                (LOG, state.log),
                (NETWORK, json(&*self.task.network)?),
            ],
            summary: serde_json::to_value(StateSummary {
                parameters: run.net().parameter_count(),
                steps: run.done(),
            })?,
            ..Product::default()
        })
    }

    /// What the object of a watcher holds, who tells a model's accuracies on a training and a test split.
    fn watched(
        &self,
        task: &ObserveTask,
        seen: Seen,
        net: &Net,
        told: [&Loaded; 2],
    ) -> Result<Product, NodeError> {
        let steps = self.task.recipe.steps;
        let summary = match task.ended {
            false => serde_json::to_value(StateSummary {
                parameters: net.parameter_count(),
                steps,
            })?,
            true => {
                let best = seen.best.clone().map(|best| self.best(best)).transpose()?;
                let weights = match &seen.best {
                    Some(best) => best.clone(),
                    None => net.to_bytes()?,
                };
                let model = best.as_ref().unwrap_or(net).freeze(Precision::Fp32)?;
                serde_json::to_value(summary(&model, &weights, steps, told)?)?
            }
        };
        let mut blobs = vec![(CURVES, json(&seen.curves)?)];
        if let Some(best) = seen.best {
            blobs.insert(0, (WEIGHTS, best));
            blobs.push((NETWORK, json(&*self.task.network)?));
        }
        Ok(Product {
            blobs,
            summary,
            ..Product::default()
        })
    }

    /// The network of the best state.
    fn best(&self, weights: Vec<u8>) -> Result<Net, NodeError> {
        let whole = Share::all("the best state", weights);
        let shares = [whole.map_err(NetError::from)?];
        let none = Partition::default();
        let device = self.objects.device();
        Ok(Net::begin(&self.task.network, &none, 0, &shares, device)?)
    }
}

fn read_seen(entry: &Entry) -> Result<Seen, NodeError> {
    let best = entry.manifest.blobs.contains_key(WEIGHTS);
    Ok(Seen {
        curves: parse::<Curves>(entry.key, entry, CURVES)?,
        best: best.then(|| entry.read(WEIGHTS)).transpose()?,
    })
}

impl Job<'_> {
    /// What bits hang on beside what is in keys, where that counts.
    fn ground(&self) -> Option<Ground> {
        (!self.across).then(|| Ground {
            device: self.device.to_string(),
            threads: self.threads,
            libtorch: Some(LIBTORCH.to_string()),
        })
    }
}
