//! Which devices workers get, and that no two of them get one.

use std::collections::{BTreeMap, BTreeSet};

use kdp::plan::Plan;
use kdp::run::Status;

use super::fake::Bench;
use super::scheduler::{plan, statuses};

fn bench(devices: &[&str], jobs: usize) -> Bench {
    let mut bench = Bench::new();
    bench.options.devices = devices.iter().map(|device| device.to_string()).collect();
    bench.options.jobs = jobs;
    bench
}

/// So many nodes that need nothing of each other.
fn wide(word: &str, count: usize) -> Plan {
    let ids: Vec<String> = (0..count).map(|index| format!("{word}{index}")).collect();
    let shape: Vec<(&str, &[&str])> = ids.iter().map(|id| (id.as_str(), &[] as &[&str])).collect();
    plan(&shape)
}

/// The device of each node.
fn devices(bench: &Bench) -> BTreeMap<String, String> {
    let place = |line: String| {
        let (node, rest) = line.split_once(" on ")?;
        let (device, _) = rest.split_once(" with ")?;
        Some((node.to_string(), device.to_string()))
    };
    bench.log().into_iter().filter_map(place).collect()
}

/// Fails where two nodes were on a device at a time.
fn hold_apart(bench: &Bench) {
    let mut taken = BTreeSet::new();
    for line in bench.log() {
        if let Some((_, rest)) = line.split_once(" on ") {
            let device = rest.split(' ').next().unwrap().to_string();
            assert!(taken.insert(device), "two on one: {:?}", bench.log());
        } else if let Some((_, device)) = line.split_once(" leaves ") {
            assert!(taken.remove(device));
        }
    }
}

fn workers(bench: &Bench) -> usize {
    bench.log().iter().filter(|line| *line == "start").count()
}

#[test]
fn two_nodes_run_at_a_time_on_two_devices() {
    let bench = bench(&["cpu:0", "cpu:1"], 2);
    let outcome = bench.run(&wide("meet", 2));
    assert_eq!(outcome.exit_code(false), 0);
    let devices: BTreeSet<String> = devices(&bench).into_values().collect();
    assert_eq!(devices, ["cpu:0", "cpu:1"].map(String::from).into());
}

#[test]
fn jobs_beyond_the_devices_do_not_share_one() {
    for jobs in [2, 5] {
        let bench = bench(&["cpu:0", "cpu:1"], jobs);
        let outcome = bench.run(&wide("dwell", 12));
        assert_eq!(outcome.exit_code(false), 0);
        assert_eq!(devices(&bench).len(), 12);
        assert_eq!(workers(&bench), 2);
        hold_apart(&bench);
    }
}

#[test]
fn one_job_uses_one_device() {
    let bench = bench(&["cpu:0", "cpu:1"], 1);
    let outcome = bench.run(&wide("dwell", 5));
    assert_eq!(outcome.exit_code(false), 0);
    assert!(devices(&bench).values().all(|device| device == "cpu:0"));
    assert_eq!(workers(&bench), 1);
    hold_apart(&bench);
}

#[test]
fn jobs_bound_the_workers_where_there_are_more_devices() {
    let bench = bench(&["cpu:0", "cpu:1", "cpu:2"], 2);
    let outcome = bench.run(&wide("dwell", 8));
    assert_eq!(outcome.exit_code(false), 0);
    assert_eq!(workers(&bench), 2);
    hold_apart(&bench);
}

#[test]
fn a_worker_that_dies_gives_its_device_back() {
    for word in ["exit", "abort"] {
        let bench = bench(&["cpu:0"], 1);
        let shape: Vec<(String, &[&str])> = (0..3)
            .flat_map(|index| [format!("{word}{index}"), format!("good{index}")])
            .map(|id| (id, &[] as &[&str]))
            .collect();
        let shape: Vec<(&str, &[&str])> = shape.iter().map(|(id, none)| (&**id, *none)).collect();
        let outcome = bench.run(&plan(&shape));
        for (id, status) in statuses(&outcome) {
            let wanted = match id.starts_with("good") {
                true => Status::Ran,
                false => Status::Failed,
            };
            assert_eq!(status, wanted, "{id}");
        }
        assert_eq!(devices(&bench).len(), 6);
        assert_eq!(workers(&bench), 4);
    }
}

#[test]
fn a_lease_of_several_devices_goes_to_one_worker() {
    let bench = bench(&["cpu:0+cpu:1", "cpu:2+cpu:3"], 4);
    let outcome = bench.run(&wide("dwell", 8));
    assert_eq!(outcome.exit_code(false), 0);
    assert_eq!(workers(&bench), 2);
    let devices: BTreeSet<String> = devices(&bench).into_values().collect();
    let leases = ["cpu:0+cpu:1", "cpu:2+cpu:3"].map(String::from);
    assert_eq!(devices, leases.into());
    hold_apart(&bench);
}

#[test]
fn the_cpu_is_for_all() {
    let bench = bench(&["cpu"], 2);
    let outcome = bench.run(&wide("meet", 2));
    assert_eq!(outcome.exit_code(false), 0);
    assert!(devices(&bench).values().all(|device| device == "cpu"));
}
