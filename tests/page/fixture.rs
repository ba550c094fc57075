//! A finished run that no engine made: a plan, its outcome, and objects in a store.

use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::path::Path;

use kdp::plan::*;
use kdp::run::{ClaimOutcome, NodeOutcome, Outcome, Status};
use kdp::store::{About, Lookup, Made, Store};
use safetensors::tensor::{Dtype, TensorView, serialize};

/// The file that this run is said to be of.
pub const TEXT: &str = include_str!("noisy.kdp");

/// Length of every training.
pub const STEPS: u64 = 3000;

/// Samples in the test split.
pub const SAMPLES: usize = 2000;

/// A plan with its outcome; the objects are in the store.
pub struct Fixture {
    pub plan: Plan,
    pub outcome: Outcome,
    pub store: Store,
    indices: BTreeMap<Key, usize>,
}

impl Fixture {
    /// Nothing yet.
    pub fn new(folder: &Path) -> Fixture {
        Fixture {
            plan: Plan::default(),
            outcome: Outcome {
                watched: vec![],
                nodes: vec![],
                models: BTreeMap::new(),
                measures: BTreeMap::new(),
                unseen: BTreeMap::new(),
                claims: vec![],
                run: Some("runs/2026-11-23T19-30-12".into()),
                seconds: 48.2,
                failure: None,
            },
            store: Store::open(folder).expect("a store"),
            indices: BTreeMap::new(),
        }
    }

    /// A noisy teacher, a one-hot student, a distilled one and one that switches, over some seeds.
    pub fn quickstart(folder: &Path, seeds: i64) -> Fixture {
        let mut run = Fixture::new(folder);
        let data = run.data("noisy");
        for seed in 0..seeds {
            let big = run.model(
                &format!("big[seed: {seed}]"),
                "teacher",
                data,
                seed,
                one_hot(),
            );
            let plain = run.model(
                &format!("plain[seed: {seed}]"),
                "student",
                data,
                seed,
                one_hot(),
            );
            let kept = run.model(
                &format!("distilled[seed: {seed}]"),
                "student",
                data,
                seed,
                distill(big),
            );
            let switched = run.model(
                &format!("switched[seed: {seed}]"),
                "student",
                data,
                seed,
                switch(big, 1800, 2100),
            );
            for (name, student, slope) in [
                ("gap_plain", plain, 0.72),
                ("gap_distilled", kept, 1.24),
                ("gap_switched", switched, 1.08),
            ] {
                let wobble = 0.02 * (seed - 1) as f64;
                run.deviation(
                    &format!("{name}[seed: {seed}]"),
                    student,
                    big,
                    data,
                    slope + wobble,
                );
            }
        }
        run.claim(
            "distilled students exaggerate their teacher’s confidence",
            Some(true),
            "1.24 > 1",
        );
        run.claim(
            "switching to one-hot pays on noisy labels",
            Some(false),
            "0.778 > 0.801",
        );
        run
    }

    /// A data node that is in the store.
    pub fn data(&mut self, id: &str) -> Key {
        let task = DataTask {
            from: DataFrom::Source {
                source: call("embedded"),
                files: BTreeMap::new(),
            },
            transforms: vec![call("label_noise")],
            shape: DataShape {
                sample: [1, 14, 14].into(),
                classes: 10,
                train: 3000,
                test: SAMPLES as i64,
                validation: 0,
                labelled: true,
            },
        };
        let key = self.node(id, "dataset", Task::Data(task), Status::Stored);
        self.commit(
            key,
            "data",
            serde_json::Value::Null,
            &[("meta.json", b"{}".to_vec())],
        );
        key
    }

    /// A trained model that is in the store.
    pub fn model(
        &mut self,
        id: &str,
        word: &str,
        data: Key,
        seed: i64,
        objective: Vec<Term>,
    ) -> Key {
        let offset = objective.len() as f64 + if word == "teacher" { 0.5 } else { 0.0 };
        let task = train_task(data, seed, objective);
        let told = Task::Observe(ObserveTask {
            version: 1,
            trained: task.key(),
            training: task.clone().into(),
            test: SplitRef {
                data,
                split: Split::Test,
            },
            best: None,
            ended: true,
        });
        let key = self.node(id, word, Task::Train(task), Status::Ran);
        let told = self.node(&format!("curves of {id}"), word, told, Status::Ran);
        let curves = curves(offset, seed as f64);
        let summary = ModelSummary {
            parameters: if word == "teacher" { 109_386 } else { 13_002 },
            steps: STEPS,
            train_accuracy: Some(0.72 + 0.02 * offset),
            test_accuracy: *curves.test_accuracy.last().expect("curves"),
            digest: Key::of_bytes(id.as_bytes()),
        };
        let json = serde_json::to_vec(&curves).expect("plain data");
        let summary_json = serde_json::to_value(&summary).expect("plain data");
        self.commit(
            key,
            "train",
            serde_json::Value::Null,
            &[("network.json", b"{}".to_vec())],
        );
        self.commit(told, "observe", summary_json, &[("curves.json", json)]);
        self.outcome.models.insert(id.into(), summary);
        self.plan.models.insert(id.into(), self.at(key));
        self.plan.told.insert(id.into(), self.at(told));
        key
    }

    /// A deviation that is in the store, of points about this slope.
    pub fn deviation(&mut self, id: &str, student: Key, teacher: Key, on: Key, slope: f64) -> Key {
        let mut measure = call("deviation");
        measure
            .args
            .insert("class".into(), Datum::Text("teacher".into()));
        measure
            .args
            .insert("space".into(), Datum::Text("logit".into()));
        let task = MeasureTask {
            measure,
            models: BTreeMap::from([("student".into(), student), ("teacher".into(), teacher)]),
            on: SplitRef {
                data: on,
                split: Split::Test,
            },
        };
        let key = self.node(id, "measure", Task::Measure(task), Status::Ran);
        let (x, y) = points(slope, id);
        let fields = fields(&x, &y);
        let bytes = |values: &[f64]| {
            values
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        let (x, y) = (bytes(&x), bytes(&y));
        let view = |bytes| TensorView::new(Dtype::F64, vec![SAMPLES], bytes).expect("a tensor");
        let tensors = serialize([("x", view(&x)), ("y", view(&y))], None).expect("tensors");
        let summary = serde_json::to_value(&fields).expect("plain data");
        let result = serde_json::to_vec(&fields).expect("plain data");
        self.commit(
            key,
            "measure",
            summary,
            &[("result.json", result), ("points.safetensors", tensors)],
        );
        self.outcome.measures.insert(id.into(), fields);
        self.plan.measures.insert(id.into(), self.at(key));
        key
    }

    /// A node that failed, and left nothing.
    pub fn failed(&mut self, id: &str, data: Key, error: &str) -> Key {
        let task = Task::Train(train_task(data, 99, one_hot()));
        let key = self.node(id, "student", task, Status::Failed);
        self.plan.models.insert(id.into(), self.at(key));
        self.outcome.nodes.last_mut().expect("just added").error = Some(error.into());
        key
    }

    /// A judged claim.
    pub fn claim(&mut self, text: &str, holds: Option<bool>, detail: &str) {
        self.outcome.claims.push(ClaimOutcome {
            text: text.into(),
            holds,
            detail: detail.into(),
        });
    }

    fn at(&self, key: Key) -> NodeIndex {
        NodeIndex::new(self.indices[&key])
    }

    fn node(&mut self, id: &str, word: &str, task: Task, status: Status) -> Key {
        let key = Key::of(&(id, &task));
        let line = self.outcome.nodes.len() + 7;
        if !matches!(task, Task::Observe(_)) {
            self.outcome.nodes.push(NodeOutcome {
                id: id.into(),
                kind: task.kind().into(),
                key,
                status,
                seconds: 1.5,
                digest: None,
                error: None,
                left_out: None,
            });
        }
        let inputs = task.inputs();
        let index = self.plan.graph.add_node(Node {
            id: id.into(),
            word: word.into(),
            key,
            task,
            files: BTreeMap::new(),
            declared: format!("noisy.kdp:{line}:1"),
            from: None,
        });
        self.indices.insert(key, index.index());
        for input in inputs
            .into_iter()
            .filter(|input| self.indices.contains_key(input))
        {
            self.plan.graph.add_edge(self.at(input), index, ());
        }
        key
    }

    fn commit(&self, key: Key, kind: &str, summary: serde_json::Value, blobs: &[(&str, Vec<u8>)]) {
        let Ok(Lookup::Miss(mut slot)) = self.store.lookup(key) else {
            return;
        };
        for (name, bytes) in blobs {
            slot.write(name, bytes).expect("written");
        }
        slot.commit(About {
            kind: kind.into(),
            facts: Facts::None,
            main: blobs[0].0.into(),
            summary,
            made: Made {
                waited: 0.0,
                kdp: "0.1.0".into(),
                libtorch: "2.13.0".into(),
                device: "cpu".into(),
                threads: 2,
                seconds: 1.5,
                at: "2026-11-23T19:30:00Z".into(),
            },
        })
        .expect("committed");
    }
}

fn call(name: &str) -> Call {
    Call {
        name: name.into(),
        version: 1,
        args: BTreeMap::new(),
    }
}

/// The labels alone.
pub fn one_hot() -> Vec<Term> {
    vec![Term {
        weight: Schedule::Constant(1.0),
        loss: Loss::CrossEntropy {
            smoothing: Schedule::Constant(0.0),
        },
    }]
}

fn kl(teacher: Key) -> Loss {
    Loss::Kl {
        teacher,
        temperature: Schedule::Constant(4.0),
        view: View::Same,
    }
}

fn distill(teacher: Key) -> Vec<Term> {
    vec![Term {
        weight: Schedule::Constant(1.0),
        loss: kl(teacher),
    }]
}

/// From distillation to the labels inside a window.
pub fn switch(teacher: Key, from: u64, to: u64) -> Vec<Term> {
    let weight = |before: f64, after: f64| Schedule::Switch {
        before: Box::new(Schedule::Constant(before)),
        after: Box::new(Schedule::Constant(after)),
        from,
        to,
        along: Along::Linear,
    };
    let mut terms = vec![Term {
        weight: weight(1.0, 0.0),
        loss: kl(teacher),
    }];
    terms.extend(one_hot().into_iter().map(|term| Term {
        weight: weight(0.0, 1.0),
        ..term
    }));
    terms
}

fn train_task(data: Key, seed: i64, objective: Vec<Term>) -> TrainTask {
    let split = |split| SplitRef { data, split };
    let root = Layer {
        name: String::new(),
        call: call("chain"),
        children: vec![],
        input: [1, 14, 14].into(),
        output: [10].into(),
    };
    TrainTask {
        version: 1,
        network: Shared::from(Network {
            input: [1, 14, 14].into(),
            classes: 10,
            root,
        }),
        data: split(Split::Train),
        objective,
        recipe: Shared::from(Recipe {
            optimizer: call("sgd"),
            lr: Schedule::Constant(0.1),
            weight_decay: Schedule::Constant(5e-4),
            batch: 100,
            steps: STEPS,
            steps_per_epoch: 30,
            augment: vec![],
            clip: None,
            precision: "fp32".into(),
            group_by_length: false,
        }),
        seed,
        init: vec![],
        frozen: vec![],
        groups: vec![],
    }
}

fn curves(offset: f64, seed: f64) -> Curves {
    let steps: Vec<u64> = (1..=60).map(|i| i * STEPS / 60).collect();
    let wave = |step: u64| 0.015 * (step as f64 / 90.0 + 2.0 * seed).sin();
    let grown = |step: u64| 1.0 - (-(step as f64) / 700.0).exp();
    Curves {
        train_loss: steps
            .iter()
            .map(|s| 2.3 - 1.4 * grown(*s) + 4.0 * wave(*s) + 0.2 * offset)
            .collect(),
        train_accuracy: steps.iter().map(|s| 0.1 + 0.6 * grown(*s)).collect(),
        test_accuracy: steps
            .iter()
            .map(|s| 0.1 + (0.64 + 0.03 * offset) * grown(*s) + wave(*s))
            .collect(),
        test_steps: steps.clone(),
        train_steps: steps,
        ..Curves::default()
    }
}

/// Points about a line of some slope, the teacher seldom unsure; alike each time.
fn points(slope: f64, id: &str) -> (Vec<f64>, Vec<f64>) {
    let mut state = id.bytes().fold(7_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let mut normal = || (-2.0 * uniform().ln()).sqrt() * (2.0 * PI * uniform()).cos();
    let x: Vec<f64> = (0..SAMPLES)
        .map(|_| -0.5 + (1.6 + 1.9 * normal()).abs())
        .collect();
    let y = x
        .iter()
        .map(|x| slope * x - 0.9 + 0.12 * slope * (x - 2.0).max(0.0) + 0.9 * normal())
        .collect();
    (x, y)
}

/// The fields of a deviation, the lines by least squares.
fn fields(x: &[f64], y: &[f64]) -> BTreeMap<String, f64> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|a, b| x[*a].total_cmp(&x[*b]));
    let quarter = x.len() / 4;
    let (low, high) = (&order[..quarter], &order[x.len() - quarter..]);
    let mut fields = BTreeMap::new();
    for (suffix, of) in [("", &order[..]), ("_low", low), ("_high", high)] {
        let n = of.len() as f64;
        let mean = |values: &[f64]| of.iter().map(|i| values[*i]).sum::<f64>() / n;
        let (mx, my) = (mean(x), mean(y));
        let sxy: f64 = of.iter().map(|i| (x[*i] - mx) * (y[*i] - my)).sum();
        let sxx: f64 = of.iter().map(|i| (x[*i] - mx).powi(2)).sum();
        fields.insert(format!("slope{suffix}"), sxy / sxx);
        fields.insert(format!("intercept{suffix}"), my - sxy / sxx * mx);
    }
    let under = low.iter().filter(|i| y[**i] < x[**i]).count();
    fields.insert("under_low".into(), under as f64 / quarter as f64);
    fields.insert("agreement".into(), 0.871);
    fields.insert("kl".into(), 0.214);
    fields.insert("count".into(), x.len() as f64);
    fields
}
