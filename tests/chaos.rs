//! Runs that are killed at any instant, and then end as one that was left alone.
//!
//! `make chaos` kills a hundred of them; `KDP_CHAOS` is how many.

// A test that cannot read its files fails, and should.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const KDP: &str = env!("CARGO_BIN_EXE_kdp");

/// Runs where nobody says how many.
const RUNS: u64 = 6;

/// A teacher, an early state and the best state of it, and students that part from each other.
const FILE: &str = r#"
use std.datasets.digits
use std.archs.mlp
use std.recipes.quick

dataset data = digits()
recipe run = quick with { length: 240 steps }

teacher big = mlp([48]) { data: data.train, recipe: run, seed: 3 }
teacher early = big.at(100 steps)
model best = big.best(on: data.test, by: loss, every: 40 steps)

student small[switch in [60 steps, 100 steps, 160 steps]] = mlp([16]) {
  data: data.train
  recipe: run
  seed: 1
  objective: one_hot then distill(big, temperature: 4) at switch over 10 steps
}

measure gap[switch in small.switch] = deviation(small[switch], big, data.test)
"#;

struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new() -> Project {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.kdp"), FILE).unwrap();
        Project { folder }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(KDP);
        command
            .args(line.split_whitespace())
            .current_dir(self.folder.path())
            .env("KDP_STORE", "store")
            .env_remove("KDP_DEVICE")
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }

    /// Runs to the end; gives what became of each node.
    fn run(&self) -> Value {
        let line = "run a.kdp --json --jobs 2 --checkpoint 5steps";
        let output = self.command(line).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Runs, and is killed after a time, unless it has ended.
    fn killed(&self, after: Duration) {
        let line = "run a.kdp --json --jobs 2 --checkpoint 5steps";
        let mut child = self.command(line).spawn().unwrap();
        std::thread::sleep(after);
        let _ = child.kill();
        child.wait().unwrap();
    }

    /// The keys of the objects that are there.
    fn objects(&self) -> BTreeSet<String> {
        let shelves = entries(&self.store().join("objects"));
        let objects = shelves.iter().flat_map(|shelf| entries(shelf));
        objects.map(|object| name(&object)).collect()
    }

    /// What a dead run has left in the making.
    fn half_done(&self) -> usize {
        entries(&self.store().join("staging")).len()
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Every node's digest by its id, and the ids of those that ran.
fn told(outcome: &Value) -> (BTreeMap<String, String>, Vec<(String, String)>) {
    let text = |node: &Value, field: &str| node[field].as_str().unwrap_or("none").to_string();
    let nodes = outcome["nodes"].as_array().unwrap();
    let digests = nodes
        .iter()
        .map(|node| (text(node, "id"), text(node, "digest")));
    let ran = nodes.iter().filter(|node| node["status"] == "ran");
    let ran = ran.map(|node| (text(node, "key"), text(node, "id")));
    (digests.collect(), ran.collect())
}

/// Numbers that look random, alike each time.
struct Draws(u64);

impl Draws {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[test]
fn killed_runs_end_as_one_left_alone() {
    let runs = std::env::var("KDP_CHAOS")
        .ok()
        .and_then(|runs| runs.parse().ok());
    let runs = runs.unwrap_or(RUNS);
    let alone = Project::new();
    let begin = Instant::now();
    let (wanted, _) = told(&alone.run());
    let whole = begin.elapsed();

    let mut draws = Draws(7);
    let (mut while_writing, mut twice, mut resumed) = (0, 0, 0);
    for run in 0..runs {
        let project = Project::new();
        let kills = if draws.unit() < 0.4 { 2 } else { 1 };
        for _ in 0..kills {
            project.killed(whole.mul_f64(draws.unit()));
            while_writing += u64::from(project.half_done() > 0);
        }
        twice += u64::from(kills == 2);
        let there = project.objects();
        let milestones = entries(&project.store().join("trails"));
        resumed += u64::from(!milestones.is_empty());

        let (digests, ran) = told(&project.run());
        assert_eq!(digests, wanted, "run {run}");
        for (key, id) in ran {
            assert!(!there.contains(&key), "run {run}: {id} was computed twice");
        }
        project.run();
        assert_eq!(
            project.half_done(),
            0,
            "run {run}: something is left half-done"
        );
        for lock in entries(&project.store().join("locks")) {
            let free = File::open(&lock).unwrap().try_lock();
            assert!(free.is_ok(), "run {run}: {} is still locked", name(&lock));
        }
        for trail in entries(&project.store().join("trails")) {
            for milestone in entries(&trail) {
                assert!(
                    !name(&milestone).starts_with('.'),
                    "{}",
                    milestone.display()
                );
            }
        }
    }
    println!(
        "{runs} runs of {whole:.1?} were killed, {twice} of them twice: {resumed} had saved a state, {while_writing} kills \
         came while something was being written. All ended with the digests of the run left alone."
    );
}

/// A training that takes some seconds.
const LONG: &str = r#"
use std.datasets.digits
use std.archs.mlp
use std.recipes.quick

dataset data = digits()
model big = mlp([48]) { data: data.train, recipe: quick with { length: 60_000 steps } }
"#;

#[test]
fn a_stopped_run_saves_and_the_plan_shows_where_the_next_one_goes_on() {
    let project = Project::new();
    fs::write(project.folder.path().join("a.kdp"), LONG).unwrap();
    let mut before = 0;
    for signal in ["-INT", "-TERM"] {
        let mut child = project.command("run a.kdp --json").spawn().unwrap();
        std::thread::sleep(Duration::from_millis(1500));
        let pid = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        let begin = Instant::now();
        let status = child.wait().unwrap();
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "{:?}",
            begin.elapsed()
        );
        assert_eq!(status.code(), Some(130), "{signal}");

        let plan = project.command("plan a.kdp --json").output().unwrap();
        let plan: Value = serde_json::from_slice(&plan.stdout).unwrap();
        let nodes = plan["nodes"].as_array().unwrap();
        let big = nodes.iter().find(|node| node["id"] == "big").unwrap();
        let from = big["from"].as_u64().unwrap();
        assert!(from > before && from < 60_000, "{signal}: {from}");
        assert_eq!(plan["steps"]["to_run"].as_u64().unwrap(), 60_000 - from);
        before = from;
        let told = project.command("plan a.kdp").output().unwrap();
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(told.contains("resumes at"), "{told}");
    }
}
