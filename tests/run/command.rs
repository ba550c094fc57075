//! The command as a user meets it, with the engine that computes nothing.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::project::{Answer, FILE, Project};

fn statuses(answer: &Value) -> Vec<(&str, &str)> {
    let nodes = answer["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| {
            (
                node["id"].as_str().unwrap(),
                node["status"].as_str().unwrap(),
            )
        })
        .collect()
}

#[test]
fn a_run_answers_as_documented_and_the_next_one_runs_nothing() {
    let project = Project::new();
    let plan = project.kdp("plan a.kdp --json").ends(0).json();
    assert!(!project.path("runs").exists(), "a plan changes nothing");
    let pending = statuses(&plan);
    assert_eq!(pending.len(), 7);
    assert!(pending.iter().all(|(_, status)| *status == "pending"));
    let small = plan["nodes"].as_array().unwrap().iter();
    let small = small
        .clone()
        .find(|node| node["id"] == "small[seed: 0]")
        .unwrap();
    assert_eq!(small["kind"], "train");
    assert_eq!(small["inputs"], serde_json::json!(["data", "big[seed: 0]"]));
    let steps = small["steps"].as_u64().unwrap();
    let asked = plan["steps"]["asked"].as_u64().unwrap();
    assert_eq!(asked, 4 * steps);
    assert_eq!(plan["steps"]["to_run"], asked);
    project.kdp("plan a.kdp --detailed-exitcode").ends(2);

    let run = project.kdp("run a.kdp --json").ends(0).json();
    assert!(statuses(&run).iter().all(|(_, status)| *status == "ran"));
    assert_eq!(run["models"]["small[seed: 1]"]["test_accuracy"], 0.75);
    assert_eq!(run["measures"]["gap[seed: 0]"]["slope"], 1.25);
    assert_eq!(run["claims"][0]["holds"], true);
    assert_eq!(run["claims"][1]["holds"], false);
    let folder = run["run"].as_str().unwrap();
    for file in ["outcome.json", "index.html", "summary.txt"] {
        assert!(project.path(folder).join(file).is_file(), "{file}");
    }
    assert!(project.path("runs/latest/outcome.json").is_file());

    project.0.clear_log();
    let begin = Instant::now();
    let again = project.kdp("run a.kdp --json").ends(0).json();
    let time = begin.elapsed();
    assert!(
        statuses(&again)
            .iter()
            .all(|(_, status)| *status == "stored")
    );
    assert!(project.0.log().is_empty(), "a worker was started");
    assert_eq!(again["run"], run["run"], "its page tells all of this");
    assert_eq!(again["measures"], run["measures"]);
    // Without optimisation it may take longer than the 100 ms that a user is promised.
    let limit = if cfg!(debug_assertions) { 1000 } else { 100 };
    assert!(time < Duration::from_millis(limit), "{time:?}");
    project.kdp("plan a.kdp --detailed-exitcode").ends(0);
    project.kdp("run a.kdp --strict").ends(4);
}

#[test]
fn a_page_is_written_anew_when_it_would_tell_something_else() {
    let project = Project::new();
    let folder = |line: &str| project.kdp(line).ends(0).json()["run"].clone();
    let first = folder("run a.kdp --json");
    let page = project.path("runs/latest/index.html");
    fs::remove_file(&page).unwrap();
    let second = folder("run a.kdp --json");
    assert_ne!(second, first, "the page was gone");
    let text = fs::read_to_string(project.path("a.kdp")).unwrap();
    fs::write(project.path("a.kdp"), format!("// A note.\n{text}")).unwrap();
    let third = folder("run a.kdp --json");
    assert_ne!(third, second, "the page shows the file");
    assert_eq!(folder("run a.kdp --json"), third);
}

#[test]
fn what_was_told_is_told_again_until_something_is_touched() {
    let project = Project::new();
    project.kdp("run a.kdp").ends(0);
    // What changed a moment ago might change again unseen.
    std::thread::sleep(Duration::from_millis(2100));
    let looked = project.kdp("run a.kdp");
    let standing = fs::read(project.path("runs/latest/standing.json")).unwrap();
    let standing: Value = serde_json::from_slice(&standing).unwrap();
    assert!(standing["untouched"].is_string(), "{standing}");
    let again = project.kdp("run a.kdp");
    let findings = |answer: &Answer| answer.out.split("\nNodes: ").next().unwrap().to_string();
    assert_eq!(findings(again.ends(0)), findings(looked.ends(0)));
    assert_eq!(again.err, looked.err);
    assert!(
        again.out.contains("Nodes: 7 already in the store."),
        "{}",
        again.out
    );

    let listed = project.kdp("plan a.kdp --json").json();
    let big = listed["nodes"].as_array().unwrap().iter();
    let big = big
        .clone()
        .find(|node| node["id"] == "big[seed: 0]")
        .unwrap();
    let key = big["key"].as_str().unwrap();
    let object = project.path(&format!("store/objects/{}/{key}", &key[..2]));
    let files = fs::read_dir(object).unwrap().map(|file| file.unwrap());
    let blob = files
        .map(|file| file.path())
        .find(|path| !path.ends_with("manifest.json"))
        .unwrap();
    fs::remove_file(&blob).unwrap();
    let mended = project.kdp("run a.kdp");
    assert!(
        mended.ends(0).err.contains("it is missing"),
        "{}",
        mended.err
    );
    assert!(mended.out.contains("Nodes: 1 ran"), "{}", mended.out);
}

#[test]
fn the_summary_is_on_standard_output_and_progress_on_standard_error() {
    let project = Project::new();
    let run = project.kdp("run a.kdp");
    run.ends(0);
    for words in [
        "`big` does best on the test split: 80.0%\u{a0}±\u{a0}0.0% right (`small` 75.0%\u{a0}±\u{a0}0.0%)",
        "`small` exaggerates its teacher `big`",
        "1.25",
        "✓ steep",
        "✗ steeper",
        "80.0%",
        "index.html",
    ] {
        assert!(run.out.contains(words), "{words}:\n{}", run.out);
    }
    assert!(!run.out.contains('\x1b'), "no colours in a pipe");
    assert!(run.err.contains("7 nodes to run"), "{}", run.err);
    assert!(run.err.contains("gap[seed: 1] done"), "{}", run.err);
    let report = project.kdp("report");
    assert_eq!(report.ends(0).out, run.out);
    let coloured = project.kdp("report --color always");
    assert!(!coloured.out.contains('\x1b'), "what was kept is plain");
    let coloured = project.kdp("run a.kdp --color always");
    assert!(coloured.out.contains('\x1b'));
}

#[test]
fn a_node_counts_once_under_all_of_its_names() {
    let project = Project::new();
    let text = r#"
use std.datasets.digits
use std.archs.mlp
use std.recipes.quick

dataset data = digits()

student alike[seed in 0..3] = mlp([8]) { data: data.train, recipe: quick }

experiment pair(tau: number) {
  teacher big = mlp([32]) { data: data.train, recipe: quick }
  student base = mlp([16]) { data: data.train, recipe: quick }
  student small = mlp([16]) { data: data.train, recipe: quick, objective: distill(big, temperature: tau) }
  measure base_gap = deviation(base, big, on: data.test)
  measure gap = deviation(small, big, on: data.test)
  measure gap_train = deviation(small, big, on: data.train)
}

trial t[tau in [1, 4]] = pair(tau)
"#;
    fs::write(project.path("b.kdp"), text).unwrap();
    let run = project.kdp("run b.kdp");
    let out = run.ends(0).out.replace('\u{a0}', " ");
    let cells = |name: &str| {
        let rows = out.lines().filter(|line| line.trim().starts_with(name));
        let rows: Vec<&str> = rows.collect();
        let [row] = rows.as_slice() else {
            panic!("{name} is told {} times:\n{out}", rows.len())
        };
        let rest = row.trim().trim_start_matches(name);
        rest.split_whitespace()
            .map(str::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(cells("alike ")[0], "1", "three names of one run:\n{out}");
    for name in [
        "t.big[tau: 1 and 4]",
        "t.base[tau: 1 and 4]",
        "t.base_gap[tau: 1 and 4]",
    ] {
        assert_eq!(cells(name)[0], "1", "{out}");
    }
    assert_eq!(cells("t.small[tau: 4]")[0], "1", "{out}");
    assert_eq!(
        out.matches("Measured on the train split.").count(),
        2,
        "{out}"
    );
    let stranger = "`t.base[tau: 1 and 4]`, which never saw `t.big[tau: 1 and 4]`, varies";
    assert_eq!(out.matches(stranger).count(), 1, "{out}");
    assert!(
        out.contains("`t.small[tau: 4]` exaggerates its teacher `t.big[tau: 1 and 4]`"),
        "{out}"
    );
}

#[test]
fn another_temperature_runs_the_students_again_and_explain_says_why() {
    let project = Project::new();
    project.kdp("run a.kdp").ends(0);
    let run = project.kdp("run a.kdp --set tau=2 --json").ends(0).json();
    for (id, status) in statuses(&run) {
        let expected = match id.starts_with("small") || id.starts_with("gap") {
            true => "ran",
            false => "stored",
        };
        assert_eq!(status, expected, "{id}");
    }
    let explained = project.kdp("explain a.kdp small[seed:0] --set tau=3");
    explained.ends(0);
    assert!(explained.out.contains("temperature"), "{}", explained.out);
    assert!(explained.out.contains("→ 3"), "{}", explained.out);
    assert!(explained.out.contains("1 field"), "{}", explained.out);
    let stored = project.kdp("explain a.kdp small[seed:0]");
    assert!(
        stored.ends(0).out.contains("is in the store"),
        "{}",
        stored.out
    );
}

#[test]
fn one_target_runs_what_it_needs() {
    let project = Project::new();
    let run = project
        .kdp("run a.kdp --target small[seed:0] --json")
        .ends(0)
        .json();
    let ran: Vec<&str> = statuses(&run)
        .into_iter()
        .filter(|(_, status)| *status == "ran")
        .map(|(id, _)| id)
        .collect();
    assert_eq!(ran, ["data", "big[seed: 0]", "small[seed: 0]"]);
    assert_eq!(run["claims"][0]["holds"], Value::Null);
    let wrong = project.kdp("run a.kdp --target smal");
    assert!(
        wrong.ends(2).err.contains("did you mean `small`?"),
        "{}",
        wrong.err
    );
}

#[test]
fn wrong_files_and_wrong_use_have_their_exit_codes() {
    let project = Project::new();
    fs::write(project.path("bad.kdp"), FILE.replace("digits()", "digit()")).unwrap();
    for verb in ["check", "plan", "run"] {
        let answer = project.kdp(&format!("{verb} bad.kdp"));
        assert!(answer.ends(1).err.contains("digit"), "{}", answer.err);
    }
    let json = project.kdp("check bad.kdp --json").ends(1).json();
    assert_eq!(json["diagnostics"][0]["severity"], "error");
    let json = project.kdp("run bad.kdp --json").ends(1).json();
    assert_eq!(json["diagnostics"][0]["severity"], "error");
    project.kdp("check a.kdp").ends(0);
    project.kdp("check none.kdp").ends(2);
    project.kdp("fly").ends(2);
    project.kdp("run a.kdp --jobs 0").ends(2);
    project.kdp("run a.kdp --device gpu").ends(2);
    project.kdp("run a.kdp --set tau").ends(2);
    project.kdp("run a.kdp --set tau=-1").ends(1);
    fs::write(project.path("kdp.toml"), "devise = 'cpu'").unwrap();
    let wrong = project.kdp("run a.kdp");
    assert!(
        wrong.ends(2).err.contains("did you mean `device`?"),
        "{}",
        wrong.err
    );
}

#[test]
fn failures_have_their_exit_codes() {
    let project = Project::new();
    let text = FILE.replace("small", "fail_small");
    fs::write(project.path("a.kdp"), text).unwrap();
    let answer = project.kdp("run a.kdp");
    assert!(
        answer.ends(3).err.contains("fail_small[seed: 0] cannot be"),
        "{}",
        answer.err
    );
    assert!(answer.out.contains("What failed"), "{}", answer.out);

    let full = FILE.replace("small", "disk_small");
    fs::write(project.path("a.kdp"), full).unwrap();
    let json = project.kdp("run a.kdp --json").ends(5).json();
    assert!(
        json["failure"]["message"]
            .as_str()
            .unwrap()
            .contains("disk_small")
    );

    let mut command = project.command("run a.kdp");
    let answer = Answer::of(command.env("KDP_ENGINE", "/nowhere").output().unwrap());
    assert!(answer.ends(5).err.contains("/nowhere"), "{}", answer.err);
    let mut command = project.command("run a.kdp");
    let answer = Answer::of(command.env("KDP_STORE", "a.kdp/store").output().unwrap());
    assert!(answer.ends(5).err.contains("a.kdp/store"), "{}", answer.err);
}

#[test]
fn missing_data_names_the_file_and_the_declaration() {
    let project = Project::new();
    let text = FILE
        .replace("use std.datasets.digits", "use std.datasets.mnist")
        .replace("digits()", "mnist(\"nowhere\")");
    fs::write(project.path("a.kdp"), text).unwrap();
    project.kdp("check a.kdp").ends(0);
    let answer = project.kdp("run a.kdp");
    answer.ends(3);
    assert!(answer.err.contains("nowhere"), "{}", answer.err);
    assert!(answer.err.contains("a.kdp:9:"), "{}", answer.err);
    let whole = "there is no folder";
    assert!(answer.err.contains(whole), "{}", answer.err);
    assert!(answer.err.contains("\n  help: "), "{}", answer.err);
    assert!(answer.err.contains("`.gz`"), "{}", answer.err);
    let fetch = "`kdp data fetch mnist --to nowhere`";
    assert!(answer.err.contains(fetch), "{}", answer.err);
    assert!(answer.out.contains("What failed"), "{}", answer.out);
    assert!(!answer.out.contains("help: "), "told once: {}", answer.out);
    assert!(!answer.out.contains("goes on from here"), "{}", answer.out);
    assert!(project.0.log().is_empty(), "nothing was started");

    // Of texts, whatever they are cut to.
    let text = "use std.datasets.imdb\nuse std.archs.bag_of_tokens\nuse std.recipes.paper_text\n\
                dataset data = imdb(\"reviews\", length: 99)\n\
                teacher big = bag_of_tokens(8) { data: data.train, recipe: paper_text }\n";
    fs::write(project.path("b.kdp"), text).unwrap();
    let answer = project.kdp("run b.kdp");
    let fetch = "`kdp data fetch imdb --to reviews`";
    assert!(answer.err.contains(fetch), "{}", answer.err);
}

#[test]
fn a_file_without_nodes_is_told_so() {
    let project = Project::new();
    fs::write(project.path("a.kdp"), "param tau: number = 4.0\n").unwrap();
    let answer = project.kdp("run a.kdp");
    let told = answer.ends(0).out.contains("asks for nothing");
    assert!(told, "{}", answer.out);
}

#[test]
fn wrong_use_is_told_with_its_mend() {
    let project = Project::new();
    for (line, told) in [
        ("check .", "`.` cannot be read: it is a folder"),
        ("export a.kdp data -o nodir/x", "no folder `nodir`"),
        ("export a.kdp data -o .", "`.` is a folder"),
        ("run a.kdp --target small[seed:0", "no name of a node"),
        ("run a.kdp --target small[seed:7]", "`small[seed: 0]`"),
        ("graph a.kdp --json -o a.svg", "cannot be given as JSON"),
        ("completions bash --json", "cannot be given as JSON"),
    ] {
        let answer = project.kdp(line);
        assert!(answer.ends(2).err.contains(told), "{line}: {}", answer.err);
    }
}

#[test]
fn an_interrupt_ends_with_130() {
    let project = Project::new();
    fs::write(project.path("a.kdp"), FILE.replace("small", "slow")).unwrap();
    let child = project
        .command("run a.kdp --json")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    while !project.0.log().iter().any(|line| line.starts_with("slow")) {
        assert!(begin.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(10));
    }
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let answer = Answer::of(child.wait_with_output().unwrap());
    let json = answer.ends(130).json();
    assert!(begin.elapsed() < Duration::from_secs(20));
    assert!(statuses(&json).contains(&("slow[seed: 0]", "interrupted")));
    assert!(statuses(&json).contains(&("big[seed: 0]", "ran")));
}

#[test]
fn graphs_are_drawn() {
    let project = Project::new();
    let dot = project.kdp("graph a.kdp");
    assert!(dot.ends(0).out.starts_with("digraph"), "{}", dot.out);
    assert!(dot.out.contains("small[seed: 1]"), "{}", dot.out);
    let svg = project.kdp("graph a.kdp --format svg");
    assert!(
        svg.ends(0).out.trim_start().starts_with("<svg"),
        "{}",
        svg.out
    );
    let mermaid = project.kdp("graph a.kdp --format mermaid --collapsed");
    assert!(mermaid.ends(0).out.contains("small"), "{}", mermaid.out);
    assert_eq!(mermaid.out.matches("-->").count(), 6, "{}", mermaid.out);
    assert!(
        mermaid.out.contains(" ×2<br/>seed: 0, 1"),
        "{}",
        mermaid.out
    );
    let part = project.kdp("graph a.kdp --target small[seed:1] -o part.svg");
    assert_eq!(part.ends(0).out, "");
    let drawn = fs::read_to_string(project.path("part.svg")).unwrap();
    assert!(drawn.contains("small[seed: 1]"), "{drawn}");
    assert!(!drawn.contains("small[seed: 0]"), "{drawn}");
    let boxes = project.kdp("graph a.kdp --collapsed --json").ends(0).json();
    let small = boxes["boxes"].as_array().unwrap();
    let small = small.iter().find(|one| one["name"] == "small").unwrap();
    assert_eq!(small["nodes"][1], "small[seed: 1]");
    assert_eq!(small["indices"][0]["values"][1], "1");
}

#[test]
fn a_large_plan_is_told_by_families() {
    let project = Project::new();
    project.kdp("run a.kdp --target small[seed:0]").ends(0);
    let plan = project.kdp("plan a.kdp --set seeds=0..40");
    let told = "\
 status            family       nodes  kind     steps  needs
 stored            data             1  data
 39 of 40 pending  big[seed]       40  train     7200  data
 39 of 40 pending  small[seed]     40  train     7200  data, big
 pending           gap[seed]       40  measure         data, big, small

118 nodes to run. `--all` tells every member.
asked 14,400 steps, 14,040 to run (0 shared, 360 stored)
";
    fn lines(text: &str) -> Vec<&str> {
        text.lines().map(str::trim).collect()
    }
    assert_eq!(lines(&plan.ends(0).out), lines(told));
    let all = project.kdp("plan a.kdp --set seeds=0..40 --all");
    // Every model has one who watches its training.
    assert_eq!(
        all.ends(0).out.lines().count(),
        1 + 121 + 80 + 3,
        "{}",
        all.out
    );
}

#[test]
fn what_models_have_in_common_is_a_line_of_a_large_plan() {
    const IMAGENET: &str = concat!(
        "plan ",
        env!("CARGO_MANIFEST_DIR"),
        "/pipelines/paper/imagenet.kdp"
    );
    let project = Project::new();
    let plan = project.kdp(IMAGENET);
    let mut lines = plan.ends(0).out.lines();
    let stretches = lines.find(|line| line.contains('@')).unwrap();
    let cells: Vec<&str> = stretches.split_whitespace().collect();
    let wanted = ["pending", "grid.small@…", "15", "train", "845115"];
    assert_eq!(cells[..5], wanted, "{stretches}");
    assert!(!lines.any(|line| line.contains('@')), "{}", plan.out);
}

#[test]
fn a_plan_of_a_target_holds_what_it_needs() {
    let project = Project::new();
    let plan = project.kdp("plan a.kdp --target big[seed:1] --json");
    let plan = plan.ends(0).json();
    let nodes = plan["nodes"].as_array().unwrap();
    let ids: Vec<_> = nodes.iter().map(|node| node["id"].as_str()).collect();
    assert_eq!(ids.last(), Some(&Some("big[seed: 1]")), "{ids:?}");
    assert_eq!(ids.len(), 2, "{ids:?}");
    assert_eq!(plan["steps"]["asked"], plan["steps"]["to_run"]);
}

#[test]
fn a_new_project_runs() {
    let project = Project::new();
    project.kdp("new hello").ends(0);
    assert!(project.path("hello/kdp.toml").is_file());
    project.kdp("check hello/hello.kdp --deny-warnings").ends(0);
    project.kdp("fmt --check hello/hello.kdp").ends(0);
    project.kdp("run hello/hello.kdp").ends(0);
    project.kdp("new hello").ends(2);
    assert!(Path::new(&project.path("hello/.gitignore")).is_file());
}

#[test]
fn doctor_tells_what_is_there_and_what_is_wrong() {
    let project = Project::new();
    let doctor = project.kdp("doctor");
    assert!(
        doctor.ends(0).out.contains("libtorch   2.13.0"),
        "{}",
        doctor.out
    );
    let json = project.kdp("doctor --json").ends(0).json();
    assert_eq!(json["libtorch"]["devices"][0]["name"], "cpu");
    assert_eq!(json["store"]["writable"], true);
    let mut command = project.command("doctor");
    let broken = Answer::of(command.env("KDP_ENGINE", "/bin/false").output().unwrap());
    assert!(broken.ends(5).err.contains("/bin/false"), "{}", broken.err);
}

#[test]
fn every_verb_teaches() {
    let project = Project::new();
    for verb in [
        "run",
        "check",
        "plan",
        "graph",
        "explain",
        "fmt",
        "report",
        "store",
        "export",
        "new",
        "completions",
    ] {
        let help = project.kdp(&format!("{verb} --help"));
        assert!(
            help.ends(0).out.contains("Example"),
            "{verb}:\n{}",
            help.out
        );
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            project
                .kdp(&format!("completions {shell}"))
                .ends(0)
                .out
                .contains("kdp")
        );
    }
    let code = project.kdp("explain unknown-name");
    assert!(code.ends(0).out.contains("declare"), "{}", code.out);
    let code = project.kdp("explain unknown-nam");
    assert!(
        code.ends(2).err.contains("did you mean `unknown-name`?"),
        "{}",
        code.err
    );
}
