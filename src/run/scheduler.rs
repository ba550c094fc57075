//! The run itself: hands out nodes, listens to workers, gathers what came out.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use petgraph::graph::NodeIndex;

use super::missing::missing_files;
use super::outcome::numbers;
use super::worker::{Message, Said, Worker};
use super::{
    Answer, Event, Failure, Lease, NodeOutcome, Observer, Order, Outcome, Progress, Queue,
    RunOptions, State, Status, judge, resumes, unseen,
};
use crate::diag::plainly;
use crate::plan::{Key, Node, Plan};
use crate::store::{Entry, Store};

/// How often an observer hears of the time when nothing else happens.
const TICK: Duration = Duration::from_millis(500);

/// A worker that has not said hello by then never will.
const GREETING: Duration = Duration::from_secs(180);

/// How long trainings may take to save their state when the run is stopped.
const MERCY: Duration = Duration::from_secs(15);

/// The nodes of a plan that are in the store.
pub type Found = BTreeMap<NodeIndex, Entry>;

/// Looks every node of a plan up in the store.
pub fn survey(plan: &Plan, store: &Store) -> Found {
    let keys: Vec<Key> = plan.nodes().map(|node| node.key).collect();
    let mut entries = store.find_all(&keys);
    plan.graph
        .node_indices()
        .filter_map(|node| Some((node, entries.remove(&plan.graph[node].key)?)))
        .collect()
}

/// Brings the targets and what they need into the store, where the survey did not find them. Where
/// nothing is pending, no worker is started. A node that fails takes those that need it along; all
/// others still run.
pub fn run(
    plan: &Plan,
    targets: &BTreeSet<NodeIndex>,
    store: &Store,
    found: Found,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Outcome {
    let begin = Instant::now();
    let resumes = resumes(plan, store, &found, |node| options.ground(plan, node));
    let queue = Queue::new(plan, targets, |node| found.contains_key(&node), resumes);
    let (sender, messages) = unbounded();
    let mut run = Run {
        plan,
        store,
        options,
        observer,
        queue,
        found,
        workers: vec![],
        started: 0,
        sender,
        messages,
        ends: BTreeMap::new(),
        begun: BTreeMap::new(),
        retried: BTreeSet::new(),
        failure: None,
        halted: false,
    };
    run.warn_of_damage();
    run.go();
    run.outcome(begin)
}

/// The models and measurements of a plan that were found in the store, and the claims judged by
/// them.
fn results(plan: &Plan, found: &BTreeMap<NodeIndex, Entry>) -> Outcome {
    let summary = |node: &NodeIndex| {
        let entry = found.get(node)?;
        Some(entry.manifest.summary.clone())
    };
    let models = plan.told.iter().filter_map(|(id, node)| {
        let model = serde_json::from_value(summary(node)?).ok()?;
        Some((id.clone(), model))
    });
    let measures = plan.measures.iter().filter_map(|(id, node)| {
        let fields = serde_json::from_value(summary(node)?).ok()?;
        Some((id.clone(), numbers(fields)))
    });
    let measures = measures.collect();
    Outcome {
        models: models.collect(),
        claims: plan
            .claims
            .iter()
            .map(|claim| judge(claim, &measures))
            .collect(),
        measures,
        unseen: unseen::unseen(plan, found),
        ..Outcome::begun(plan)
    }
}

struct Run<'a> {
    plan: &'a Plan,
    store: &'a Store,
    options: &'a RunOptions,
    observer: &'a mut dyn Observer,
    queue: Queue<'a>,
    found: BTreeMap<NodeIndex, Entry>,
    workers: Vec<Worker>,
    /// Workers started so far: numbers and devices go by it.
    started: usize,
    sender: Sender<Message>,
    messages: Receiver<Message>,
    ends: BTreeMap<NodeIndex, NodeOutcome>,
    begun: BTreeMap<NodeIndex, Instant>,
    /// Nodes that had a second try because what they need was lost.
    retried: BTreeSet<NodeIndex>,
    failure: Option<Failure>,
    /// Whether nothing can go on at all.
    halted: bool,
}

impl Run<'_> {
    fn go(&mut self) {
        let pending: Vec<NodeIndex> = self.queue.waiting().collect();
        let on_its_own = |node: &&NodeIndex| {
            !(self.node(**node).only_watches() && self.queue.goes_along(**node))
        };
        let stored = self
            .found
            .keys()
            .filter(|node| !self.node(**node).only_watches());
        self.observer.event(Event::Begin {
            pending: pending.iter().filter(on_its_own).count(),
            stored: stored.count(),
        });
        for node in pending {
            if let Some((what, help)) = missing_files(self.node(node), &self.options.fetchable) {
                let message = told(self.node(node), &what);
                self.fail(node, with_help(message, Some(&help)));
            }
        }
        let mut last_word = Instant::now();
        loop {
            self.hand_out();
            let busy = self.workers.iter().any(|worker| worker.node.is_some());
            let starting = !self.stopping() && self.queue.ready().next().is_some();
            let stopped = self.halted || self.options.stop.requested();
            if stopped || !(busy || starting) {
                break;
            }
            let (messages, stop) = (self.messages.clone(), self.options.stop.receiver.clone());
            select! {
                recv(messages) -> message => {
                    last_word = Instant::now();
                    if let Ok(message) = message {
                        self.hear(message);
                    }
                }
                recv(stop) -> _ => {}
                default(TICK) => self.observer.event(Event::Tick),
            }
            let silent = self.workers.iter().any(|worker| !worker.greeted);
            if silent && last_word.elapsed() > GREETING {
                self.stop_all(Failure {
                    message: format!(
                        "the engine `{}` does not answer",
                        self.options.engine.display()
                    ),
                    help: Some("`kdp doctor` shows which engine is used".into()),
                });
            }
        }
        if self.options.stop.requested() && !self.halted {
            self.save();
        }
        // Dropped, a worker is killed: one that still has a node leaves nothing of it behind.
        self.workers.clear();
    }

    /// Lets trainings that are under way save their state, as long as that takes a few seconds.
    fn save(&mut self) {
        for worker in &mut self.workers {
            let node = worker.node.map(|node| &self.plan.graph[node]);
            match node.is_some_and(|node| node.task.training().is_some()) {
                true => worker.order(&Order::Stop),
                false => worker.node = None,
            }
        }
        let begin = Instant::now();
        while self.workers.iter().any(|worker| worker.node.is_some()) {
            let left = MERCY.saturating_sub(begin.elapsed());
            match self.messages.recv_timeout(left) {
                Ok(message) => self.hear(message),
                Err(_) => return,
            }
        }
    }

    /// Whether no further node is to be handed out.
    fn stopping(&self) -> bool {
        self.halted
            || self.options.stop.requested()
            || (self.failure.is_some() && !self.options.keep_going)
    }

    /// Gives nodes to idle workers, and starts workers for the nodes that are left.
    fn hand_out(&mut self) {
        if self.stopping() {
            return;
        }
        while self.has_room()
            && let Some(at) = self.workers.iter().position(Worker::is_idle)
            && let Some((node, along)) = self.queue.start()
        {
            self.give(at, node, along);
        }
        let coming = self.workers.iter().filter(|worker| !worker.greeted).count();
        for _ in coming..self.wanted() {
            let Some(device) = self.lease() else { return };
            let engine = &self.options.engine;
            match Worker::start(self.started, engine, device, &self.sender) {
                Ok(worker) => self.workers.push(worker),
                Err(error) => {
                    let failure = cannot_start(engine, &error);
                    return self.stop_all(failure);
                }
            }
            self.started += 1;
        }
    }

    /// The part of the run's jobs that a node takes: on the CPU one for each of its threads.
    fn slots(&self, node: NodeIndex) -> usize {
        let jobs = self.options.jobs.max(1);
        match self
            .options
            .devices
            .iter()
            .any(|device| Lease(device).is_shared())
        {
            true => self.options.threads(self.plan, node).clamp(1, jobs),
            false => 1,
        }
    }

    fn busy(&self) -> usize {
        let nodes = self.workers.iter().filter_map(|worker| worker.node);
        nodes.map(|node| self.slots(node)).sum()
    }

    /// Whether the node that should start first has room beside those that run.
    fn has_room(&self) -> bool {
        let next = self.queue.ready().next();
        next.is_some_and(|next| self.busy() + self.slots(next) <= self.options.jobs.max(1))
    }

    /// Workers that could begin a node now, if they were there.
    fn wanted(&self) -> usize {
        let mut room = self.options.jobs.max(1).saturating_sub(self.busy());
        let fits = |node: &NodeIndex| {
            let slots = self.slots(*node);
            let fits = slots <= room;
            room = room.saturating_sub(slots);
            fits
        };
        self.queue.ready().take_while(fits).count()
    }

    /// A lease for a new worker: the CPU is for all of them, all else for one at a time.
    fn lease(&self) -> Option<String> {
        let leased = |device: &String| self.workers.iter().any(|worker| worker.device == *device);
        let mut devices = self.options.devices.iter();
        let free = devices.find(|device| Lease(device).is_shared() || !leased(device));
        free.cloned()
    }

    fn give(&mut self, at: usize, index: NodeIndex, along: Vec<NodeIndex>) {
        let node = self.plan.graph[index].clone();
        self.observer.event(Event::Started(&node));
        self.begun.insert(index, Instant::now());
        let worker = &mut self.workers[at];
        let order = Order::Run {
            threads: self.options.threads(self.plan, index),
            node,
            along: along
                .iter()
                .map(|one| self.plan.graph[*one].clone())
                .collect(),
            store: self.store.root().to_path_buf(),
            device: worker.device.clone(),
            outputs: self.options.outputs,
            saving: self.options.saving,
            across: self.options.across,
        };
        worker.node = Some(index);
        worker.along = along;
        worker.order(&order);
    }

    fn hear(&mut self, message: Message) {
        let number = message.worker;
        let Some(at) = self.workers.iter().position(|w| w.number == number) else {
            return;
        };
        match message.said {
            Said::Log(line) => self.observer.event(Event::Log(&line)),
            Said::Nonsense(line) => {
                let failure = Failure {
                    message: format!("the engine said what is no answer: `{}`", cut(&line)),
                    help: Some("build kdp and its engine together (`make build`)".into()),
                };
                self.stop_all(failure);
            }
            Said::End => self.bury(at),
            Said::Answer(answer) => self.answer(at, answer),
        }
    }

    fn answer(&mut self, at: usize, answer: Answer) {
        let index = self.workers[at].node;
        let has = |key| index.filter(|index| self.plan.graph[*index].key == key);
        match answer {
            Answer::Hello {
                protocol, version, ..
            } => {
                if let Err(failure) = self.workers[at].greet(protocol, &version) {
                    self.stop_all(failure);
                }
            }
            Answer::Progress {
                key,
                step,
                steps,
                loss,
                accuracy,
            } => {
                if let Some(index) = has(key) {
                    let progress = Progress {
                        step,
                        steps,
                        loss,
                        accuracy,
                    };
                    let node = &self.plan.graph[index];
                    self.observer.event(Event::Progress(node, progress));
                }
            }
            Answer::Done {
                key,
                seconds,
                along,
                ..
            } => {
                if let Some(index) = has(key) {
                    let went = self.free(at);
                    self.finish(index, seconds);
                    for one in went {
                        match along.contains(&self.node(one).key) {
                            true => self.went_along(one),
                            false => self.queue.wait(one),
                        }
                    }
                }
            }
            // Its run is being stopped: what is not done counts as interrupted.
            Answer::Saved { key, .. } => {
                if has(key).is_some() {
                    self.free(at);
                }
            }
            Answer::Failed {
                key,
                message,
                help,
                machine,
            } => {
                if let Some(index) = has(key) {
                    for one in self.free(at) {
                        self.queue.wait(one);
                    }
                    self.failed(index, message, help, machine);
                }
            }
        }
    }

    /// Takes its node from a worker; gives those that went along.
    fn free(&mut self, at: usize) -> Vec<NodeIndex> {
        self.workers[at].node = None;
        std::mem::take(&mut self.workers[at].along)
    }

    /// The worker says that the node is in the store: it is looked up.
    fn finish(&mut self, index: NodeIndex, seconds: f64) {
        match self.store.find(self.node(index).key) {
            Some(entry) => {
                if let Some(warning) = unseen::warning(self.plan, index, &entry) {
                    self.observer.event(Event::Warning(&warning));
                }
                self.found.insert(index, entry);
                self.queue.done(index);
                self.end(index, Status::Ran, seconds, None);
            }
            None => {
                self.warn_of_damage();
                let message = "the worker says that it is done, but its result is not in the store";
                self.fail(index, told(self.node(index), message));
            }
        }
    }

    /// A node is done that went along with another: one that only watched is not told of.
    fn went_along(&mut self, index: NodeIndex) {
        match self.store.find(self.node(index).key) {
            Some(entry) if self.node(index).only_watches() => {
                self.found.insert(index, entry);
                self.queue.done(index);
            }
            _ => self.finish(index, 0.0),
        }
    }

    fn failed(&mut self, index: NodeIndex, message: String, help: Option<String>, machine: bool) {
        let lost: Vec<NodeIndex> = self
            .queue
            .inputs(index)
            .into_iter()
            .filter(|input| self.store.find(self.node(*input).key).is_none())
            .collect();
        if !lost.is_empty() && self.retried.insert(index) {
            self.observer.event(Event::Warning(&message));
            for input in &lost {
                self.found.remove(input);
            }
            return self.queue.again(index, &lost);
        }
        if machine {
            self.failure.get_or_insert(Failure {
                message: message.clone(),
                help: help.clone(),
            });
        }
        self.fail(index, with_help(message, help.as_deref()));
    }

    /// A worker's pipe has ended.
    fn bury(&mut self, at: usize) {
        let mut worker = self.workers.remove(at);
        for one in std::mem::take(&mut worker.along) {
            self.queue.wait(one);
        }
        let (node, greeted) = (worker.node, worker.greeted);
        let epitaph = worker.epitaph();
        match node {
            Some(index) => self.fail(index, told(self.node(index), &epitaph)),
            None if greeted => self.observer.event(Event::Warning(&epitaph)),
            // The next one would not do better.
            None => self.stop_all(Failure {
                message: format!(
                    "the engine `{}` did not start: {epitaph}",
                    self.options.engine.display()
                ),
                help: Some("`kdp doctor` shows what the engine needs".into()),
            }),
        }
    }

    /// Fails a node and skips what needs it.
    fn fail(&mut self, index: NodeIndex, error: String) {
        let seconds = self.begun.get(&index);
        let seconds = seconds.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
        let skipped = self.queue.fail(index);
        self.end(index, Status::Failed, seconds, Some(error));
        for node in skipped {
            if self.node(node).only_watches() {
                continue;
            }
            let error = format!("`{}`, which it needs, failed", self.node(index).id);
            self.end(node, Status::Skipped, 0.0, Some(error));
        }
    }

    /// Nothing goes on: without an engine there is nothing to go on with.
    fn stop_all(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
        self.workers.clear();
        self.halted = true;
    }

    fn end(&mut self, index: NodeIndex, status: Status, seconds: f64, error: Option<String>) {
        let outcome = NodeOutcome {
            seconds,
            error,
            ..self.became(index, status)
        };
        let node = &self.plan.graph[index];
        self.observer.event(Event::Ended(node, &outcome));
        self.ends.insert(index, outcome);
    }

    /// What became of a node, with what its object tells where it is there.
    fn became(&self, index: NodeIndex, status: Status) -> NodeOutcome {
        let node = self.node(index);
        let outcome = NodeOutcome::new(node, status);
        match self.found.get(&index) {
            Some(object) => outcome.with(node, object),
            None => outcome,
        }
    }

    fn node(&self, index: NodeIndex) -> &Node {
        &self.plan.graph[index]
    }

    fn warn_of_damage(&mut self) {
        for warning in self.store.take_warnings() {
            self.observer.event(Event::Warning(&warning));
        }
    }

    fn outcome(self, begin: Instant) -> Outcome {
        let alone: Vec<NodeIndex> = self
            .plan
            .graph
            .node_indices()
            .filter(|index| !self.node(*index).only_watches() || self.ends.contains_key(index))
            .collect();
        let nodes = alone.into_iter().map(|index| {
            if let Some(outcome) = self.ends.get(&index) {
                return outcome.clone();
            }
            let status = match self.queue.state(index) {
                State::Stored => Status::Stored,
                State::Unneeded => Status::Unneeded,
                _ => Status::Interrupted,
            };
            self.became(index, status)
        });
        Outcome {
            nodes: nodes.collect(),
            seconds: begin.elapsed().as_secs_f64(),
            failure: self.failure,
            ..results(self.plan, &self.found)
        }
    }
}

/// A failure as the worker tells it too: the node, where it was declared, and what is wrong.
fn told(node: &Node, what: &str) -> String {
    format!("`{}` ({}): {what}", node.id, node.declared)
}

/// A failure with its mend on a line of its own.
fn with_help(message: String, help: Option<&str>) -> String {
    match help {
        Some(help) => format!("{message}\n  help: {help}"),
        None => message,
    }
}

fn cannot_start(engine: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure {
        message: format!(
            "the engine `{}` cannot be started: {}",
            engine.display(),
            plainly(error)
        ),
        help: Some(
            "build it (`make build`), or name it in KDP_ENGINE or as `engine` in `kdp.toml`".into(),
        ),
    }
}

/// The beginning of a line that may be long.
fn cut(line: &str) -> String {
    line.chars().take(120).collect()
}
