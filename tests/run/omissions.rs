//! What a source holds and its data does not is told by every run, whether it read the source or not.

use std::fs;
use std::time::Duration;

use serde_json::json;

use super::project::Project;

/// The engine that computes nothing leaves samples out of a data set of this name.
const FILE: &str = "
use std.datasets.digits
use std.archs.mlp
use std.recipes.quick

dataset damaged = digits()
dataset whole = digits() |> take(train: 200)
model m = mlp([8]) { data: damaged.train, recipe: quick }
model n = mlp([8]) { data: whole.train, recipe: quick }
";

const HEAD: &str = "1,203 samples that cannot be read are left out of `damaged`";

#[test]
fn a_run_tells_what_is_left_out_whether_it_was_cached_or_not() {
    let project = Project::new();
    fs::write(project.path("a.kdp"), FILE).unwrap();
    let told = format!(
        "What was left out\n  {HEAD}\n    train china/b.jpg: it is cut short\n    test x.jpg: it is empty\n    \
         and 1,201 more\n"
    );
    let first = project.kdp("run a.kdp");
    let err = format!("warning: {HEAD}, the first `china/b.jpg` of train: it is cut short");
    assert_eq!(first.ends(0).err.matches(&err).count(), 1, "{}", first.err);
    assert!(first.out.contains(&told), "{}", first.out);
    let page = fs::read_to_string(project.path("runs/latest/index.html")).unwrap();
    assert!(page.contains("china&#x2f;b.jpg") && page.contains("1,201 more"));

    // With nothing to do, twice: the second time nothing is even looked at.
    std::thread::sleep(Duration::from_millis(2100));
    for _ in 0..2 {
        let again = project.kdp("run a.kdp");
        assert!(again.ends(0).out.contains(&told), "{}", again.out);
    }
    let left_out = json!({
        "count": 1203,
        "first": [
            { "split": "train", "sample": "china/b.jpg", "why": "it is cut short" },
            { "split": "test", "sample": "x.jpg", "why": "it is empty" },
        ],
    });
    let stored = project.kdp("run a.kdp --json").ends(0).json();
    let anew = project.kdp("run a.kdp --json --store other").ends(0).json();
    for (outcome, status) in [(stored, "stored"), (anew, "ran")] {
        for node in outcome["nodes"].as_array().unwrap() {
            assert_eq!(node["status"], status);
            match node["id"] == "damaged" {
                true => assert_eq!(node["left_out"], left_out, "{status}"),
                false => assert!(node.get("left_out").is_none(), "{node}"),
            }
        }
    }
    let report = project.kdp("report runs/latest --json").ends(0).json();
    assert_eq!(report["nodes"][0]["left_out"], left_out);
}
