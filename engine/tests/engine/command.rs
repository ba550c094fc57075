//! The command line of the worker, and its end.

use std::process::Command;

use kdp::store::Store;

use super::*;

fn engine(args: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kdp-engine"));
    command.args(args).env_remove("LD_LIBRARY_PATH");
    command.output().expect("it starts")
}

#[test]
fn the_doctor_says_which_libtorch_and_which_devices() {
    let output = engine(&["doctor", "--json"]);
    assert!(output.status.success());
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(said["libtorch"], "2.13.0");
    assert_eq!(said["devices"][0]["name"], "cpu");
    let folder = std::path::PathBuf::from(said["path"].as_str().expect("a folder"));
    assert!(folder.join("libtorch_cpu.so").is_file());
    let cuda = folder.join("libtorch_cuda.so").exists();
    assert_eq!(said["cuda_built"], cuda);
}

#[test]
fn without_arguments_it_says_what_it_is() {
    let output = engine(&[]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("worker of kdp"));
    assert_eq!(engine(&["wrok"]).status.code(), Some(2));
}

#[test]
fn a_worker_that_nobody_listens_to_ends_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = digits(vec![]);
    let mut worker = Worker::start();
    worker.run_all(&[&data], folder.path());
    let long = train("long", &data, small_cnn(16), one_hot(), 10_000);
    let status = worker.abandon(&long, folder.path()).expect("it ends");
    assert!(!status.success());
    assert!(Store::at(folder.path()).find(long.key).is_none());
}

#[test]
fn a_device_that_is_not_there_is_the_machines_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worker = Worker::start();
    let failed = worker.run_on("cuda:99", &digits(vec![]), folder.path());
    let (message, help) = failed.expect_err("there is none");
    assert!(message.contains("`cuda:99` is not there"), "{message}");
    assert!(help.is_some_and(|help| help.contains("kdp doctor")));
}
