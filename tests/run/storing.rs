//! What runs have stored: listed, verified, cleaned and exported.

use std::fs;

use super::project::Project;

#[test]
fn the_store_is_listed_verified_and_cleaned() {
    let project = Project::new();
    project.kdp("run a.kdp").ends(0);
    let list = project.kdp("store ls --json").ends(0).json();
    // Four trainings are watched.
    assert_eq!(list["objects"].as_array().unwrap().len(), 11);
    assert!(project.kdp("store ls").ends(0).out.contains("11 objects"));
    let path = project.kdp("store path");
    assert_eq!(path.ends(0).out, "store\n");
    project.kdp("store verify").ends(0);

    // Another temperature, whose run is then forgotten: two students, their curves and two measurements go.
    let run = project.kdp("run a.kdp --set tau=2 --json").ends(0).json();
    assert!(
        project
            .kdp("store gc --dry-run")
            .ends(0)
            .out
            .starts_with("0 objects")
    );
    fs::remove_dir_all(project.path(run["run"].as_str().unwrap())).unwrap();
    let dry = project.kdp("store gc --dry-run --json").ends(0).json();
    assert_eq!(dry["keys"].as_array().unwrap().len(), 6);
    project.kdp("store gc").ends(0);
    let list = project.kdp("store ls --json").ends(0).json();
    assert_eq!(list["objects"].as_array().unwrap().len(), 11);
    project.kdp("plan a.kdp --detailed-exitcode").ends(0);

    let key = list["objects"][0]["key"].as_str().unwrap();
    let blob = project
        .path("store/objects")
        .join(&key[..2])
        .join(key)
        .join("result.json");
    fs::write(blob, "[]").unwrap();
    let verified = project.kdp("store verify");
    assert!(verified.ends(5).err.contains(key), "{}", verified.err);
    assert!(
        project
            .kdp("store verify")
            .ends(0)
            .out
            .contains("10 objects")
    );
}

#[test]
fn runs_that_fail_do_not_push_others_out_of_the_store() {
    let project = Project::new();
    project.kdp("run a.kdp").ends(0);
    let text = fs::read_to_string(project.path("a.kdp")).unwrap();
    let missing = text.replace("digits()", "mnist(\"nowhere\")");
    let missing = missing.replace("std.datasets.digits", "std.datasets.mnist");
    fs::write(project.path("b.kdp"), missing).unwrap();
    for _ in 0..3 {
        project.kdp("run b.kdp").ends(3);
    }
    let dry = project
        .kdp("store gc --dry-run --keep 1 --json")
        .ends(0)
        .json();
    assert_eq!(dry["keys"].as_array().unwrap().len(), 0, "{dry}");
}

#[test]
fn gc_of_a_store_that_no_known_run_uses_removes_nothing() {
    let project = Project::new();
    project.kdp("run a.kdp").ends(0);
    fs::remove_dir_all(project.path("runs")).unwrap();
    project.kdp("store gc").ends(2);
    assert!(project.kdp("store ls").out.contains("11 objects"));
    project.kdp("store gc --keep 0").ends(0);
    assert!(project.kdp("store ls").out.contains("0 objects"));
}

#[test]
fn export_writes_a_verified_blob() {
    let project = Project::new();
    let early = project.kdp("export a.kdp gap[seed:0] -o gap.json");
    assert!(early.ends(2).err.contains("--target"), "{}", early.err);
    project.kdp("run a.kdp").ends(0);
    project.kdp("export a.kdp gap[seed:0] -o gap.json").ends(0);
    assert_eq!(fs::read(project.path("gap.json")).unwrap(), b"{}");
    let family = project.kdp("export a.kdp gap -o gap.json");
    assert!(
        family.ends(2).err.contains("`gap[seed: 1]`"),
        "{}",
        family.err
    );
    project.kdp("export a.kdp gap[seed:0] -o gap.bin").ends(2);
}
