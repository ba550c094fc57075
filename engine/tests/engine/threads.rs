//! Whatever a node does in parallel, it does by as many threads as it is ordered to have.

use std::fs;

use super::language::planned;
use super::*;

/// How many threads of a worker are there to decode, resample and tokenise, and how many others it has.
fn threads(worker: &Worker) -> [usize; 2] {
    let tasks = fs::read_dir(format!("/proc/{}/task", worker.id())).expect("Linux lists them");
    let names = tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    let (data, others): (Vec<_>, Vec<_>) = names.partition(|name| name.starts_with("data "));
    [data.len(), others.len()]
}

#[test]
fn images_and_texts_are_read_by_the_threads_of_their_node() {
    let folder = tempfile::tempdir().expect("a folder");
    let photos = images::reference("images/exact").display().to_string();
    let texts = images::reference("texts/json").display().to_string();
    let images =
        format!("image_folder(\"{photos}\", shape: [3, 30, 40], classes: 2, train: 16, test: 2)");
    for (nth, declared) in [
        images.clone(),
        format!("{images} |> resize(20)"),
        format!(
            "json_lines(\"{texts}/train.jsonl\", \"{texts}/test.jsonl.gz\", labels: [\"0\", \"1\", \"2\"], \
             train: 9, test: 5)"
        ),
    ]
    .iter()
    .enumerate()
    {
        let plan = planned(&format!(
            "use std.datasets.json_lines\ndataset some = {declared}\n"
        ));
        let mut worker = Worker::start();
        for count in [3, 1] {
            worker.threads = count;
            // What libtorch has of its own.
            worker.run_all(&[&digits(vec![])], &folder.path().join(format!("{nth}.{count}.digits")));
            let [_, others] = threads(&worker);
            let store = folder.path().join(format!("{nth}.{count}"));
            worker.run_all(&plan.nodes().collect::<Vec<_>>(), &store);
            assert_eq!(threads(&worker), [count, others], "{declared}");
        }
    }
}
