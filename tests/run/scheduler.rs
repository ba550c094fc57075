//! The scheduler: what runs, in which order, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use kdp::plan::{
    Call, Claim, Comparison, Condition, DataFrom, DataShape, DataTask, Digest, InputFile, Key,
    MeasureTask, Node, Plan, Quantity, Split, SplitRef, Task,
};
use kdp::run::{Event, Observer, Outcome, RunOptions, Status, Stop, all_targets, run, survey};
use kdp::store::Store;

use super::fake::Bench;

// ---- plans -------------------------------------------------------------------------------

fn call(name: &str) -> Call {
    Call {
        name: name.into(),
        version: 1,
        args: BTreeMap::new(),
    }
}

fn node(id: &str, task: Task) -> Node {
    Node {
        id: id.into(),
        word: "dataset".into(),
        key: Key::of(&task),
        task,
        files: BTreeMap::new(),
        declared: "test.kdp:1:1".into(),
        from: None,
    }
}

fn data(id: &str) -> Node {
    let shape = DataShape {
        sample: [1, 8, 8].into(),
        classes: 10,
        train: 1,
        validation: 0,
        test: 1,
        labelled: true,
    };
    let task = DataTask {
        from: DataFrom::Source {
            source: call(id),
            files: BTreeMap::new(),
        },
        transforms: vec![],
        shape,
    };
    node(id, Task::Data(task))
}

/// A plan from `(id, inputs)`, inputs before those that need them. What has none is data, the
/// rest measurements: the scheduler does not ask what a node means.
pub fn plan(shape: &[(&str, &[&str])]) -> Plan {
    let mut plan = Plan::default();
    let mut at: BTreeMap<&str, petgraph::graph::NodeIndex> = BTreeMap::new();
    for (id, inputs) in shape {
        let made = if inputs.is_empty() {
            data(id)
        } else {
            let key = |input: &&str| -> Key { plan.graph[at[*input]].key };
            let models = inputs.iter().map(|input| (input.to_string(), key(input)));
            let task = MeasureTask {
                measure: call(id),
                models: models.collect(),
                on: SplitRef {
                    data: key(&inputs[0]),
                    split: Split::Test,
                },
            };
            node(id, Task::Measure(task))
        };
        let is_measure = !inputs.is_empty();
        let index = plan.graph.add_node(made);
        for input in *inputs {
            plan.graph.add_edge(at[input], index, ());
        }
        if is_measure {
            plan.measures.insert(id.to_string(), index);
        }
        at.insert(*id, index);
    }
    plan
}

const DIAMOND: &[(&str, &[&str])] = &[
    ("data", &[]),
    ("left", &["data"]),
    ("right", &["data"]),
    ("both", &["left", "right"]),
];

pub fn statuses(outcome: &Outcome) -> BTreeMap<&str, Status> {
    let nodes = outcome.nodes.iter();
    nodes.map(|node| (node.id.as_str(), node.status)).collect()
}

fn error<'a>(outcome: &'a Outcome, id: &str) -> &'a str {
    let node = outcome.nodes.iter().find(|node| node.id == id).unwrap();
    node.error.as_deref().unwrap_or_default()
}

// ---- tests -------------------------------------------------------------------------------

#[test]
fn everything_runs_once_and_the_second_run_starts_no_worker() {
    let bench = Bench::new();
    let mut plan = plan(DIAMOND);
    plan.claims = vec![Claim {
        text: "steep".into(),
        condition: Condition::Compare {
            left: Quantity::Field {
                node: "both".into(),
                field: "slope".into(),
            },
            comparison: Comparison::Greater,
            right: Quantity::Number(1.0),
        },
        declared: "test.kdp:9:1".into(),
    }];
    let outcome = bench.run(&plan);
    assert!(outcome.nodes.iter().all(|node| node.status == Status::Ran));
    assert_eq!(outcome.exit_code(true), 0);
    assert_eq!(outcome.measures["both"]["slope"], 1.25);
    assert!(outcome.measures["both"]["odd"].is_nan());
    assert_eq!(outcome.claims[0].holds, Some(true));
    assert_eq!(outcome.claims[0].detail, "1.25 > 1");
    let ids: Vec<&str> = outcome.nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["data", "left", "right", "both"]);
    assert_eq!(outcome.nodes[0].digest, Some(Digest::of_bytes(b"{}")));
    let log = bench.log();
    assert!(
        log.contains(&"both on cpu with 1 and 7".to_string()),
        "{log:?}"
    );
    assert_eq!(log.iter().filter(|line| *line != "start").count(), 4);

    bench.clear_log();
    let begin = Instant::now();
    let again = bench.run(&plan);
    assert!(begin.elapsed() < Duration::from_millis(100));
    assert!(again.nodes.iter().all(|node| node.status == Status::Stored));
    assert!(bench.log().is_empty(), "a worker was started");
    assert_eq!(again.models, outcome.models);
    assert_eq!(again.nodes[3].digest, outcome.nodes[3].digest);
    // What JSON cannot hold comes back as it was.
    let text = serde_json::to_string(&again).unwrap();
    let back: Outcome = serde_json::from_str(&text).unwrap();
    assert!(back.measures["both"]["odd"].is_nan());
}

#[test]
fn only_what_a_pending_target_needs_is_run() {
    let bench = Bench::new();
    let plan = plan(DIAMOND);
    bench.run(&plan);
    bench.clear_log();
    let at = |id: &str| plan.measures[id];
    let data = plan.graph.node_indices().next().unwrap();

    // Data that nothing pending needs may be missing.
    bench.store.remove(plan.graph[data].key).unwrap();
    let outcome = bench.run(&plan);
    assert_eq!(statuses(&outcome)["data"], Status::Unneeded);
    assert!(bench.log().is_empty());

    bench.store.remove(plan.graph[at("left")].key).unwrap();
    bench.store.remove(plan.graph[at("right")].key).unwrap();
    let targets = BTreeSet::from([at("left")]);
    let outcome = run(
        &plan,
        &targets,
        &bench.store,
        survey(&plan, &bench.store),
        &bench.options,
        &mut (),
    );
    let expected = BTreeMap::from([
        ("data", Status::Ran),
        ("left", Status::Ran),
        ("right", Status::Unneeded),
        ("both", Status::Stored),
    ]);
    assert_eq!(statuses(&outcome), expected);
}

#[test]
fn a_failure_takes_along_only_what_needs_it() {
    for (bad, word) in [
        ("fail", "cannot be\n  help: mend it"),
        ("abort", "signal 6"),
        ("exit", "exit code 7"),
        ("liar", "not in the store"),
    ] {
        let bench = Bench::new();
        let plan = plan(&[
            ("data", &[]),
            (bad, &["data"]),
            ("after", &[bad]),
            ("later", &["after"]),
            ("good", &["data"]),
            ("fine", &["good"]),
        ]);
        let outcome = bench.run(&plan);
        let expected = BTreeMap::from([
            ("data", Status::Ran),
            (bad, Status::Failed),
            ("after", Status::Skipped),
            ("later", Status::Skipped),
            ("good", Status::Ran),
            ("fine", Status::Ran),
        ]);
        assert_eq!(statuses(&outcome), expected, "{bad}");
        assert!(
            error(&outcome, bad).contains(word),
            "{}",
            error(&outcome, bad)
        );
        assert_eq!(
            error(&outcome, "later"),
            format!("`{bad}`, which it needs, failed")
        );
        assert_eq!(outcome.exit_code(false), 3);
        assert!(outcome.failure.is_none());
    }
}

#[test]
fn a_dead_workers_last_words_are_told() {
    let bench = Bench::new();
    let outcome = bench.run(&plan(&[("abort", &[])]));
    let error = error(&outcome, "abort");
    assert!(error.contains("terminate called after throwing"), "{error}");
}

#[test]
fn a_machine_failure_stops_the_run_unless_it_is_told_to_keep_going() {
    let mut bench = Bench::new();
    bench.options.jobs = 1;
    let plan = plan(&[("data", &[]), ("disk", &["data"]), ("next", &["data"])]);
    let outcome = bench.run(&plan);
    let failure = outcome.failure.as_ref().unwrap();
    assert!(failure.message.contains("disk cannot be"), "{failure:?}");
    assert_eq!(failure.help.as_deref(), Some("mend it"));
    assert_eq!(statuses(&outcome)["next"], Status::Interrupted);
    assert_eq!(outcome.exit_code(false), 5);

    bench.options.keep_going = true;
    let outcome = bench.run(&plan);
    assert_eq!(statuses(&outcome)["next"], Status::Ran);
    assert_eq!(outcome.exit_code(false), 5);
}

#[test]
fn an_engine_that_does_not_fit_is_refused_in_plain_words() {
    let plan = plan(DIAMOND);
    let failure = |bench: &Bench| {
        let outcome = bench.run(&plan);
        assert_eq!(outcome.exit_code(false), 5);
        assert!(
            outcome
                .nodes
                .iter()
                .all(|n| n.status == Status::Interrupted)
        );
        outcome.failure.unwrap().message
    };
    let message = failure(&Bench::with("old"));
    assert!(
        message.contains("another version: it is 9.9.9"),
        "{message}"
    );

    let message = failure(&Bench::with("dead"));
    assert!(message.contains("libtorch_cpu.so"), "{message}");
    assert!(message.contains("exit code 127"), "{message}");

    let mut bench = Bench::new();
    bench.options.engine = "/nowhere/kdp-engine".into();
    let message = failure(&bench);
    assert!(message.contains("/nowhere/kdp-engine"), "{message}");

    bench.options.engine = "/bin/echo".into();
    let message = failure(&bench);
    assert!(message.contains("no answer: `worker`"), "{message}");
}

#[test]
fn a_missing_data_file_fails_its_node_before_anything_starts() {
    let bench = Bench::new();
    let mut plan = plan(DIAMOND);
    let data = plan.graph.node_indices().next().unwrap();
    plan.graph[data].files.insert(
        "train_images".into(),
        InputFile {
            path: "data/none.gz".into(),
            digest: None,
        },
    );
    let outcome = bench.run(&plan);
    assert_eq!(statuses(&outcome)["data"], Status::Failed);
    assert_eq!(statuses(&outcome)["both"], Status::Skipped);
    let error = error(&outcome, "data");
    for part in ["data/none.gz", "train_images", "test.kdp:1:1"] {
        assert!(error.contains(part), "{error}");
    }
    assert!(bench.log().is_empty());
    assert_eq!(outcome.exit_code(false), 3);
}

#[test]
fn a_damaged_input_is_made_anew_in_the_same_run() {
    let bench = Bench::new();
    let plan = plan(&[
        ("data", &[]),
        ("finicky", &["data"]),
        ("last", &["finicky"]),
    ]);
    let outcome = bench.run(&plan);
    assert!(outcome.nodes.iter().all(|node| node.status == Status::Ran));
    let log = bench.log();
    assert_eq!(
        log.iter().filter(|line| line.starts_with("data")).count(),
        2
    );
    assert_eq!(bench.store.aside().unwrap(), 1);
}

/// Asks for a stop as soon as a node has begun.
struct StopAt(&'static str, Stop);

impl Observer for StopAt {
    fn event(&mut self, event: Event<'_>) {
        if let Event::Progress(node, progress) = event
            && node.id == self.0
        {
            assert_eq!(progress.loss, Some(0.5));
            self.1.request();
        }
    }
}

#[test]
fn a_stop_ends_the_run_at_once_and_the_next_run_goes_on() {
    let bench = Bench::new();
    let plan = plan(&[("data", &[]), ("slow", &["data"]), ("after", &["slow"])]);
    let mut observer = StopAt("slow", bench.options.stop.clone());
    let begin = Instant::now();
    let targets = all_targets(&plan);
    let outcome = run(
        &plan,
        &targets,
        &bench.store,
        survey(&plan, &bench.store),
        &bench.options,
        &mut observer,
    );
    assert!(begin.elapsed() < Duration::from_secs(10));
    let expected = BTreeMap::from([
        ("data", Status::Ran),
        ("slow", Status::Interrupted),
        ("after", Status::Interrupted),
    ]);
    assert_eq!(statuses(&outcome), expected);
    assert_eq!(outcome.exit_code(false), 130);
}

/// The worker of a killed kdp must not go on by itself.
#[test]
#[cfg(target_os = "linux")]
fn a_worker_dies_with_its_kdp() {
    let bench = Bench::new();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "scheduler::a_run_that_is_killed",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("KDP_TEST_BENCH", bench.folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while bench.log().len() < 2 {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(10));
    }
    let marker = bench.folder.path().join("log");
    let marker = format!("KDP_TEST_LOG={}", marker.display());
    assert_eq!(processes_with(&marker), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    while processes_with(&marker) > 0 {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
#[ignore = "the other process of the test above"]
fn a_run_that_is_killed() {
    let Some(folder) = std::env::var_os("KDP_TEST_BENCH") else {
        return;
    };
    let folder = Path::new(&folder);
    let options = RunOptions {
        engine: folder.join("engine"),
        ..Bench::new().options
    };
    let store = Store::open(&folder.join("store")).unwrap();
    let plan = plan(&[("slow", &[])]);
    run(
        &plan,
        &all_targets(&plan),
        &store,
        survey(&plan, &store),
        &options,
        &mut (),
    );
}

/// Living processes with this in their environment.
#[cfg(target_os = "linux")]
fn processes_with(variable: &str) -> usize {
    let has = |entry: std::fs::DirEntry| {
        let bytes = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let mut variables = bytes.split(|byte| *byte == 0);
        variables.any(|one| one == variable.as_bytes())
    };
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|entry| entry.path().join("environ").exists())
        .filter_map(|entry| has(entry).then_some(()))
        .count()
}
