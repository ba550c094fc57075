//! Verbs that run nothing: what they answer, where, and with which exit code.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use super::project::{Answer, Project};

#[test]
fn fmt_lays_files_out_and_check_only_looks() {
    let project = Project::new();
    fs::write(project.path("b.kdp"), "let   x=1 // one\n").unwrap();
    let answer = project.kdp("fmt --check b.kdp");
    let told = answer.ends(1);
    assert!(
        told.out.contains("-let   x=1 // one\n+let x = 1 // one\n"),
        "{}",
        told.out
    );
    assert!(told.err.contains("1 file would change"), "{}", told.err);
    project.kdp("fmt b.kdp").ends(0);
    assert_eq!(
        fs::read_to_string(project.path("b.kdp")).unwrap(),
        "let x = 1 // one\n"
    );
    let json = project.kdp("fmt --check b.kdp --json").ends(0).json();
    assert_eq!(json["changed"], serde_json::json!([]));

    fs::write(project.path("b.kdp"), "let x = (1\n").unwrap();
    project.kdp("fmt b.kdp").ends(1);
    assert_eq!(
        fs::read_to_string(project.path("b.kdp")).unwrap(),
        "let x = (1\n"
    );
    project.kdp("fmt none.kdp").ends(2);
}

/// An answer to `kdp fmt -` and what stands behind it.
fn piped(project: &Project, flags: &str, text: &str) -> Answer {
    let mut command = project.command(&format!("fmt - {flags}"));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    Answer::of(child.wait_with_output().unwrap())
}

#[test]
fn fmt_of_standard_input_answers_a_text_or_one_document() {
    let project = Project::new();
    let laid_out = piped(&project, "", "let   x=1\n");
    assert_eq!(laid_out.ends(0).out, "let x = 1\n");
    let document = piped(&project, "--json", "let   x=1\n").ends(0).json();
    assert_eq!(document["text"], "let x = 1\n");
    assert_eq!(document["changed"], json!(["-"]));
    let checked = piped(&project, "--check --json", "let x = 1\n")
        .ends(0)
        .json();
    assert_eq!(checked["changed"], json!([]));
    assert_eq!(piped(&project, "", "let x = (\n").ends(1).out, "");
}

#[test]
fn results_stand_on_standard_output_and_the_rest_on_standard_error() {
    let project = Project::new();
    for line in [
        "plan a.kdp",
        "graph a.kdp",
        "graph a.kdp --format svg --collapsed",
        "graph a.kdp --format mermaid",
        "explain a.kdp gap",
        "doc a.kdp",
        "doc a.kdp small",
    ] {
        let answer = project.kdp(line);
        assert!(!answer.ends(0).out.is_empty(), "{line}");
        assert_eq!(answer.err, "", "{line}");
    }
    let checked = project.kdp("check a.kdp");
    assert_eq!(checked.ends(0).out, "");
    assert!(checked.err.contains("all is well"), "{}", checked.err);
}

#[test]
fn every_verb_that_looks_answers_one_document() {
    let project = Project::new();
    fs::write(project.path("wrong.kdp"), "let a = b\n").unwrap();
    fs::write(project.path("unread.kdp"), "let a = (\n").unwrap();
    for (line, field) in [
        ("check a.kdp", "diagnostics"),
        ("plan a.kdp", "nodes"),
        ("plan a.kdp --target gap --detailed-exitcode", "steps"),
        ("graph a.kdp", "boxes"),
        ("graph a.kdp --collapsed", "boxes"),
        ("explain a.kdp small", "nodes"),
        ("explain window", "meaning"),
        ("explain", "codes"),
        ("doc", "sections"),
        ("doc a.kdp", "sections"),
        ("fmt a.kdp", "changed"),
        ("check wrong.kdp", "diagnostics"),
        ("plan wrong.kdp", "diagnostics"),
        ("graph wrong.kdp", "diagnostics"),
        ("explain wrong.kdp a", "diagnostics"),
        ("doc unread.kdp", "diagnostics"),
        ("plan none.kdp", "error"),
        ("plan a.kdp --target none", "error"),
        ("graph a.kdp -o a.svg", "error"),
        ("explain nothing", "error"),
        ("doc nothing", "error"),
        ("check none.kdp", "error"),
    ] {
        let document = project.kdp(&format!("{line} --json")).json();
        assert!(!document[field].is_null(), "{line}: {document}");
    }
}

#[test]
fn exit_codes_tell_what_went_wrong() {
    let project = Project::new();
    fs::write(project.path("wrong.kdp"), "let a = b\n").unwrap();
    fs::write(project.path("idle.kdp"), "let a = 1\n").unwrap();
    fs::write(project.path("file"), "").unwrap();
    for (line, code) in [
        ("plan a.kdp", 0),
        ("plan a.kdp --detailed-exitcode", 2),
        ("check idle.kdp", 0),
        ("check idle.kdp --deny-warnings", 1),
        ("check a.kdp wrong.kdp", 1),
        ("plan wrong.kdp", 1),
        ("graph wrong.kdp", 1),
        ("explain wrong.kdp a", 1),
        ("plan a.kdp --set tau=0", 1),
        ("plan a.kdp --set tua=1", 1),
        ("plan a.kdp --set tau=1 --set tau=2", 1),
        ("plan a.kdp --set tau", 2),
        ("plan a.kdp --target small[seed:9]", 2),
        ("plan a.kdp b.kdp", 2),
        ("plan", 2),
        ("plan none.kdp", 2),
        ("plan .", 2),
        ("graph a.kdp --format png", 2),
        ("graph a.kdp -o a.png", 2),
        ("graph a.kdp -o none/a.svg", 5),
        ("explain a.kdp none", 2),
        ("explain a.kdp", 2),
        ("doc none.kdp", 2),
        ("plan a.kdp --store file", 5),
        ("explain a.kdp gap --store file", 5),
    ] {
        let answer = project.kdp(line);
        assert_eq!(answer.code, code, "{line}\n{}\n{}", answer.out, answer.err);
        assert!(
            code == 0 || line.contains("--detailed") || !answer.err.is_empty(),
            "{line}"
        );
    }
}
