//! The verb: what is typed, and what comes back.

use std::process::{Command, Output};

use kdp::check::{Memory, STANDARD, load};
use kdp::diag::{Rendering, render};

use super::*;

fn kdp(folder: &Path, arguments: &[&str]) -> Output {
    let mut kdp = Command::new(env!("CARGO_BIN_EXE_kdp"));
    kdp.args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A file of one's own that names the file on the host.
fn ours(case: &Case) {
    let url = case.server.url("train.bin");
    let text = format!(
        "/// Numbers in a row.\nlet rows = download(\n  [file(\"{url}\", size: 200_000, sha256: \"{SHA256}\")],\n  \
         terms: \"none\",\n  declare: \"idx(\\\"DIR\\\")\"\n)\n"
    );
    fs::write(case.folder.path().join("ours.kdp"), text).unwrap();
}

#[test]
fn a_set_of_ones_own_is_fetched_by_its_name() {
    let case = Case::new();
    ours(&case);
    let fetched = kdp(
        case.folder.path(),
        &["data", "fetch", "ours.kdp:rows", "--to", "set"],
    );
    let (out, err) = (text(&fetched.stdout), text(&fetched.stderr));
    assert_eq!(fetched.status.code(), Some(0), "{err}");
    assert!(
        out.contains("`rows` is in set, 195.3 KiB\nterms: none\n"),
        "{out}"
    );
    assert!(
        out.contains("in a file: dataset rows = idx(\"set\")"),
        "{out}"
    );
    assert!(err.contains("train.bin: 195.31 KiB"), "{err}");
    assert_eq!(fs::read(case.path("train.bin")).unwrap(), content());

    let again = kdp(
        case.folder.path(),
        &["data", "fetch", "ours.kdp:rows", "--to", "set", "--json"],
    );
    let told: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(told["files"][0]["status"], "there");
    assert_eq!(told["files"][0]["bytes"], 200_000);
    assert_eq!(told["declare"], "idx(\"set\")");
}

#[test]
fn what_goes_wrong_is_told_with_its_mend() {
    let case = Case::new();
    ours(&case);
    let here = case.folder.path();
    let fails = |arguments: &[&str], code: i32, words: &[&str]| {
        let failed = kdp(here, arguments);
        let err = text(&failed.stderr);
        assert_eq!(failed.status.code(), Some(code), "{err}");
        for word in words {
            assert!(err.contains(word), "{word} is not in: {err}");
        }
    };
    fails(
        &["data", "fetch", "cifar01"],
        2,
        &["no data set `cifar01`", "did you mean `cifar10`?"],
    );
    fails(
        &["data", "fetch", "cifar"],
        2,
        &["did you mean `cifar10`, `cifar100`, `cifar10_python` or `cifar100_python`?"],
    );
    fails(
        &["data", "fetch", "ours.kdp:other"],
        2,
        &["no data set `other`", "it has rows"],
    );
    fails(
        &["data", "fetch", "gone.kdp:rows"],
        2,
        &["`gone.kdp` cannot be read"],
    );
    fails(
        &["data", "fetch", "imagenet"],
        2,
        &["cannot be fetched by a program", "image-net.org"],
    );
    case.server.put("train.bin", &[7; 200_000], "\"other\"");
    let fetch = [
        "data",
        "fetch",
        "ours.kdp:rows",
        "--to",
        "set",
        "--tries",
        "1",
    ];
    fails(
        &fetch,
        5,
        &[
            "its checksum is sha256",
            "another file than the one that is declared",
        ],
    );
    case.server.then(&[Act::Say(404)]);
    let failed = kdp(here, &[&fetch[..], &["--json"]].concat());
    let told: serde_json::Value = serde_json::from_slice(&failed.stdout).unwrap();
    assert!(
        told["error"]["message"].as_str().unwrap().contains("404"),
        "{told}"
    );
}

#[test]
fn the_list_has_sizes_and_terms_and_what_is_there() {
    let case = Case::new();
    let listed = kdp(case.folder.path(), &["data", "list", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let sets = told["sets"].as_array().unwrap();
    let names: Vec<&str> = sets
        .iter()
        .map(|set| set["name"].as_str().unwrap())
        .collect();
    for name in [
        "mnist",
        "fashion_mnist",
        "cifar10",
        "cifar100",
        "tiny_imagenet",
        "imagenet",
        "ag_news",
        "imdb",
        "mnli",
        "qqp",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    assert!(
        sets.iter()
            .all(|set| set["path"].is_null() && !set["terms"].as_str().unwrap().is_empty())
    );
    let record = r#"{ "set": "mnist", "files": [] }"#;
    fs::create_dir_all(case.folder.path().join("data/digits")).unwrap();
    fs::write(case.folder.path().join("data/digits").join(RECORD), record).unwrap();
    let listed = kdp(case.folder.path(), &["data", "list"]);
    let out = text(&listed.stdout);
    let line = out
        .lines()
        .find(|line| line.contains(" mnist ") || line.starts_with("mnist"))
        .unwrap();
    assert!(
        line.contains("data/digits") && line.contains("CC BY-SA 3.0"),
        "{line}"
    );
}

#[test]
fn what_is_told_to_declare_is_sound() {
    let check = |text: String| {
        let world = Memory([("it.kdp".into(), text)].into());
        let loaded = load(Path::new("it.kdp"), &[], &world);
        let said = render(&loaded.diagnostics, &loaded.sources, Rendering::Plain);
        loaded.program.unwrap_or_else(|| panic!("{said}"))
    };
    let (_, text) = STANDARD
        .iter()
        .find(|(name, _)| *name == "downloads")
        .unwrap();
    let told: Vec<String> = check(text.to_string())
        .downloads
        .iter()
        .filter_map(|set| set.download.declare.clone())
        .collect();
    assert!(told.len() >= 13, "{told:?}");
    for declare in told {
        let (word, _) = declare.split_once('(').unwrap();
        if ["byte_bpe", "weights"].contains(&word) {
            check(format!("let it = {declare}\n"));
            continue;
        }
        let program = check(format!("use std.datasets.{word}\ndataset it = {declare}\n"));
        assert_eq!(program.datasets.len(), 1, "{declare}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_fetch_says_so_and_is_gone_on_with() {
    let mut case = Case::new();
    ours(&case);
    case.server.then(&[Act::Hush(70_000)]);
    let mut kdp = Command::new(env!("CARGO_BIN_EXE_kdp"));
    let child = kdp
        .args(["data", "fetch", "ours.kdp:rows", "--to", "set"])
        .current_dir(case.folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let part = case.path(STAGING).join("train.bin.part");
    for _ in 0..500 {
        if fs::metadata(&part).is_ok_and(|found| found.len() == 70_000) {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let stopped = child.wait_with_output().unwrap();
    let err = text(&stopped.stderr);
    assert_eq!(stopped.status.code(), Some(130), "{err}");
    assert!(
        err.contains("interrupted") && err.contains("goes on there"),
        "{err}"
    );
    case.comes();
    assert_eq!(case.told.begun, [70_000]);
}
