//! A worker that does as it is told: it speaks the protocol, computes nothing, and fails, dies or
//! dawdles where a node's name says so.

use std::fs::{self, File};
use std::io::{BufRead, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use kdp::plan::{Damaged, DataMeta, DataSummary, Digest, LeftOut, Node, Plan, Task, facts};
use kdp::run::{
    Answer, Order, Outcome, PROTOCOL, RunOptions, Saving, Stop, all_targets, run, survey,
};
use kdp::store::{About, Lookup, Made, Store};
use serde_json::{Value, json};

/// The worker's side. It runs in this executable, whose standard output the test harness uses:
/// the answers go to descriptor 3.
#[test]
#[ignore = "the worker process of the other tests"]
fn engine() {
    let Ok(answers) = File::options().write(true).open("/dev/fd/3") else {
        return;
    };
    let log = std::env::var("KDP_TEST_LOG").unwrap();
    let (sender, orders) = channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let order = serde_json::from_str(&line.unwrap()).unwrap();
            sender.send(order).unwrap();
        }
    });
    let mut engine = Engine {
        answers,
        log,
        orders,
    };
    engine.note("start");
    engine.greet(&std::env::var("KDP_TEST_HELLO").unwrap_or_default());
    while let Ok(order) = engine.orders.recv() {
        engine.obey(order);
    }
}

struct Engine {
    answers: File,
    log: String,
    orders: Receiver<Order>,
}

impl Engine {
    fn say(&mut self, answer: &Answer) {
        let line = serde_json::to_string(answer).unwrap();
        writeln!(self.answers, "{line}").unwrap();
    }

    fn note(&self, text: &str) {
        let mut options = File::options();
        let mut log = options.create(true).append(true).open(&self.log).unwrap();
        log.write_all(format!("{text}\n").as_bytes()).unwrap();
    }

    /// Waits for the other of `meet0` and `meet1`.
    fn meet(&self) {
        let came = |id: &str| Path::new(&format!("{}.{id}", self.log)).exists();
        let begin = Instant::now();
        while !(came("meet0") && came("meet1")) {
            assert!(begin.elapsed() < Duration::from_secs(20), "nobody came");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn greet(&mut self, hello: &str) {
        if hello == "dead" {
            eprintln!("error while loading shared libraries: libtorch_cpu.so");
            std::process::exit(127);
        }
        let (protocol, version) = match hello {
            "old" => (PROTOCOL + 1, "9.9.9"),
            _ => (PROTOCOL, env!("CARGO_PKG_VERSION")),
        };
        self.say(&Answer::Hello {
            protocol,
            version: version.into(),
            libtorch: "2.13.0".into(),
        });
    }

    fn obey(&mut self, order: Order) {
        let Order::Run {
            node,
            along,
            store,
            device,
            threads,
            outputs,
            ..
        } = order
        else {
            return;
        };
        let key = node.key;
        self.note(&format!(
            "{} on {device} with {threads} and {outputs}",
            node.id
        ));
        self.say(&Answer::Progress {
            key,
            step: 1,
            steps: 2,
            loss: Some(0.5),
            accuracy: None,
        });
        let first = File::create_new(format!("{}.{}", self.log, node.id)).is_ok();
        let fail = |machine| Answer::Failed {
            key,
            message: format!("{} cannot be", node.id),
            help: Some("mend it".into()),
            machine,
        };
        let does = |word: &str| node.id.starts_with(word);
        if does("slow") {
            if let Ok(Order::Stop) = self.orders.recv_timeout(Duration::from_secs(30)) {
                return self.say(&Answer::Saved { key, step: 1 });
            }
        } else if does("meet") {
            self.meet();
        } else if does("dwell") {
            std::thread::sleep(Duration::from_millis(20));
            self.note(&format!("{} leaves {device}", node.id));
        } else if does("abort") {
            eprintln!("terminate called after throwing");
            std::process::abort();
        } else if does("exit") {
            std::process::exit(7);
        } else if does("fail") || does("disk") {
            return self.say(&fail(does("disk")));
        }
        let store = Store::open(&store).unwrap();
        if does("finicky") && first {
            for input in node.task.inputs() {
                let entry = store.find(input).unwrap();
                fs::write(entry.path("result.json"), "xx").unwrap();
                assert!(entry.read("result.json").is_err());
            }
            return self.say(&fail(false));
        }
        if !does("liar") {
            for node in along.iter().chain([&node]) {
                put(&store, node, &device, threads);
            }
        }
        self.say(&Answer::Done {
            key,
            digest: Digest::of_bytes(b"{}"),
            along: along.iter().map(|node| node.key).collect(),
            seconds: 0.5,
        });
    }
}

fn put(store: &Store, node: &Node, device: &str, threads: usize) {
    let Lookup::Miss(mut slot) = store.lookup(node.key).unwrap() else {
        return;
    };
    slot.write("result.json", b"{}").unwrap();
    slot.commit(About {
        kind: node.task.kind().into(),
        facts: facts(&node.task),
        main: "result.json".into(),
        summary: summary(node),
        made: Made {
            waited: 0.0,
            kdp: "0".into(),
            libtorch: "2".into(),
            device: device.to_string(),
            threads,
            seconds: 0.5,
            at: "2026-01-02T03:04:05Z".into(),
        },
    })
    .unwrap();
}

fn summary(node: &Node) -> Value {
    match &node.task {
        Task::Data(task) => {
            let damaged = |split: &str, sample: &str, why: &str| Damaged {
                split: split.into(),
                sample: sample.into(),
                why: why.into(),
            };
            let left_out = LeftOut {
                count: 1203,
                first: vec![
                    damaged("train", "china/b.jpg", "it is cut short"),
                    damaged("test", "x.jpg", "it is empty"),
                ],
            };
            json!(DataSummary {
                meta: DataMeta {
                    shape: task.shape.clone(),
                    scaling: None,
                    unseen: vec![],
                },
                left_out: (node.id == "damaged").then_some(left_out),
            })
        }
        Task::Observe(task) => json!({
            "parameters": 1234,
            "steps": task.training.recipe.steps,
            "train_accuracy": 0.9,
            "test_accuracy": if task.training.objective.iter().any(|term| !term.loss.teachers().is_empty()) { 0.75 } else { 0.8 },
            "digest": Digest::of_bytes(b"{}"),
        }),
        _ => json!({ "slope": 1.25, "odd": null }),
    }
}

/// A folder with a store and the engine.
pub struct Bench {
    pub folder: tempfile::TempDir,
    pub store: Store,
    pub options: RunOptions,
}

impl Bench {
    pub fn new() -> Bench {
        Bench::with("")
    }

    /// `hello` is how the worker begins.
    pub fn with(hello: &str) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let options = RunOptions {
            engine: write_engine(folder.path(), hello),
            devices: vec!["cpu".into()],
            jobs: 2,
            threads: Some(1),
            cores: 2,
            outputs: 7,
            saving: Saving::Never,
            across: false,
            keep_going: false,
            fetchable: vec![],
            stop: Stop::default(),
        };
        Bench {
            store: Store::open(&folder.path().join("store")).unwrap(),
            folder,
            options,
        }
    }

    pub fn run(&self, plan: &Plan) -> Outcome {
        let targets = all_targets(plan);
        run(
            plan,
            &targets,
            &self.store,
            survey(plan, &self.store),
            &self.options,
            &mut (),
        )
    }

    /// What the workers noted: `start`, and the nodes.
    pub fn log(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        text.lines().map(str::to_string).collect()
    }

    pub fn clear_log(&self) {
        let _ = fs::remove_file(self.folder.path().join("log"));
    }
}

/// Writes the script that starts the engine.
fn write_engine(folder: &Path, hello: &str) -> PathBuf {
    let path = folder.join("engine");
    let script = format!(
        "#!/bin/sh\n\
         [ \"$1\" = doctor ] && echo '{{\"libtorch\": \"2.13.0\", \"path\": \"/x\", \"cuda_built\": false, \"devices\": [{{\"name\": \"cpu\"}}]}}' && exit\n\
         export KDP_TEST_LOG='{log}' KDP_TEST_HELLO='{hello}'\n\
         exec '{exe}' --exact fake::engine --ignored --nocapture 3>&1 1>/dev/null\n",
        log = folder.join("log").display(),
        exe = std::env::current_exe().unwrap().display(),
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}
