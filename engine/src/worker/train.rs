//! Nodes that train a network, and those that watch a training: along with it, or by going its way again.

use std::collections::BTreeMap;

use kdp::plan::{Curves, Digest, Key, ObserveTask, StateSummary, Task, TrainTask};
use kdp::run::{Ground, seen, states};
use kdp::store::{Entry, Milestone, Passing, Slot, Store};

use super::NodeError;
use super::answers::Teller;
use super::model::{shares, summary};
use super::node::{Job, Product, commit, json};
use super::objects::{NETWORK, Objects, WEIGHTS, parse};
use crate::data::{Ahead, Files, Loaded, ahead};
use crate::machine::LIBTORCH;
use crate::nets::{Model, Net, Partition, Precision, Share};
use crate::train::{Material, Observer, Run, Saver, Seen, State, TrainError, batches, precision};

const OPTIMIZER: &str = "optimizer.safetensors";
const LOG: &str = "log.safetensors";
const CURVES: &str = "curves.json";

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
    training.thin()?;
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
    training.thin()?;
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

struct Training<'a> {
    job: &'a Job<'a>,
    task: &'a TrainTask,
    objects: &'a Objects<'a>,
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
        let products = observers.iter().map(|observer| {
            let seen = observer.seen(&mut run)?;
            self.watched(observer.task(), seen, run.net(), &train)
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
    fn state(&self, run: &mut Run) -> Result<Product, NodeError> {
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

    /// What the object of a watcher holds.
    fn watched(
        &self,
        task: &ObserveTask,
        seen: Seen,
        net: &Net,
        train: &Loaded,
    ) -> Result<Product, NodeError> {
        let mut blobs = vec![(CURVES, json(&seen.curves)?)];
        let mut told = None;
        if let Some(best) = seen.best {
            let shares = [Share::all("the best state", best.clone())];
            let none = Partition::default();
            let net = Net::begin(&self.task.network, &none, 0, &shares, self.objects.device())?;
            told = Some((best.clone(), net));
            blobs.insert(0, (WEIGHTS, best));
            blobs.push((NETWORK, json(&*self.task.network)?));
        }
        let steps = task.training.recipe.steps;
        let summary = match (task.ended, told) {
            (false, _) => serde_json::to_value(StateSummary {
                parameters: net.parameter_count(),
                steps,
            })?,
            (true, told) => {
                let test = self.objects.split(&task.test)?;
                let (weights, best) = match told {
                    Some((weights, net)) => (weights, Some(net)),
                    None => (net.to_bytes()?, None),
                };
                let net = best.as_ref().unwrap_or(net);
                let net = net.freeze(Precision::Fp32)?;
                serde_json::to_value(summary(&net, &weights, steps, [train, &test])?)?
            }
        };
        Ok(Product {
            blobs,
            summary,
            ..Product::default()
        })
    }

    /// Writes the state of a run on its way, what was seen of it first.
    fn save(&self, run: &mut Run, observers: &[Observer]) -> Result<(), NodeError> {
        let store = self.objects.store;
        let step = run.done();
        let mut with = vec![];
        for observer in observers {
            let task = observer.task().until(step);
            with.push(task.key());
            if let Some(slot) = store.claim(task.key())? {
                let mut product = Product::default();
                let seen = observer.seen(run)?;
                product.blobs.push((CURVES, json(&seen.curves)?));
                if let Some(best) = seen.best {
                    product.blobs.insert(0, (WEIGHTS, best));
                }
                commit(self.job, slot, &Task::Observe(task), product)?;
            }
        }
        let task = self.task.until(step);
        let milestone = Milestone {
            step,
            key: task.key(),
            passing: Some(Passing {
                towards: self.task.key(),
                with,
            }),
        };
        if let Some(slot) = store.claim(milestone.key)? {
            let product = self.state(run)?;
            commit(self.job, slot, &Task::Train(task), product)?;
        }
        Ok(store.note_milestone(self.task.lineage(), &milestone)?)
    }

    /// Removes most of what was saved on the way: of a long training, the states nearest to its quarters
    /// stay, for those who will want to watch it.
    fn thin(&self) -> Result<(), NodeError> {
        let store = self.objects.store;
        let (lineage, key, steps) = (self.task.lineage(), self.task.key(), self.task.recipe.steps);
        let mut passing = store.milestones(lineage);
        passing.retain(|one| one.passing.as_ref().is_some_and(|way| way.towards == key));
        let nearest = |quarter: u64| {
            let wanted = steps * quarter / 4;
            passing.iter().min_by_key(|one| one.step.abs_diff(wanted))
        };
        let kept: Vec<_> = (1..4).filter_map(nearest).map(|one| one.key).collect();
        for one in passing.iter().filter(|one| !kept.contains(&one.key)) {
            store.forget(lineage, one)?;
        }
        Ok(())
    }
}

fn read_seen(entry: &Entry) -> Result<Seen, NodeError> {
    let best = entry.manifest.blobs.contains_key(WEIGHTS);
    Ok(Seen {
        curves: parse::<Curves>(entry.key, entry, CURVES)?,
        best: best.then(|| entry.read(WEIGHTS)).transpose()?,
    })
}

/// Lists a state that is a node of the plan among those of its trajectory.
pub fn list(store: &Store, task: &TrainTask) -> Result<(), NodeError> {
    let milestone = Milestone {
        step: task.recipe.steps,
        key: task.key(),
        passing: None,
    };
    Ok(store.note_milestone(task.lineage(), &milestone)?)
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
