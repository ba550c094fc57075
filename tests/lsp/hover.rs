//! Hovers and inlay hints.

use std::io;
use std::path::Path;

use kdp::check;
use kdp::plan::{self, Digest, Digests, Wanted};
use kdp::store::{About, Lookup, Made, Store};
use serde_json::{Value, json};

use crate::client::{Client, position};

const TEXT: &str = r#"use std.archs.mlp
use std.datasets.digits

/// How warm.
param tau: number = 4.0
let widths = [8, 2 * 4]
dataset d = digits()
recipe short {
  optimizer: sgd(momentum: 0.9)
  batch: 32
  length: 2 epochs
  lr: 0.1
}

/// A small one.
arch small(width: int) {
  let n = width * 2
  conv(width, kernel: 3) -> relu() -> flatten() -> linear(n) -> linear(classes)
}

teacher big[seed in 0..2] = mlp(widths) { data: d.train, recipe: short, seed: seed }
student tiny = small(4) {
  data: d.train
  recipe: short
  seed: 1
  objective: distill(big[0], temperature: tau, view: clean)
}
measure gap = deviation(student: tiny, teacher: big[0], on: d.test)
claim "so" = gap.slope > 1 and sum([i * 2 for i in 0..3]) > 1
"#;

fn editor() -> Client {
    let mut client = Client::start();
    client.open("a.kdp", TEXT);
    assert_eq!(client.diagnostics("a.kdp", 1), Vec::<Value>::new());
    client
}

fn hover(client: &mut Client, word: &str) -> String {
    let found = client.ask_at("textDocument/hover", "a.kdp", TEXT, word);
    let text = found["contents"]["value"].as_str();
    text.unwrap_or_else(|| panic!("{word}: {found}"))
        .to_string()
}

#[test]
fn a_hover_tells_the_signature_the_doc_and_the_value() {
    let mut client = editor();
    for (word, told) in [
        (
            "tau,",
            "```kdp\nparam tau: number = 4.0\n```\n\nHow warm.\n\n= `4`",
        ),
        (
            "widths)",
            "```kdp\nlet widths = [8, 2 * 4]\n```\n\n= `[8, 8]`",
        ),
        ("n) ->", "```kdp\nlet n\n```\n\nconstant of `small`"),
        (
            "width * 2",
            "```kdp\nwidth: int\n```\n\nparameter of `small`",
        ),
        ("seed in", "```kdp\nseed in 0..2\n```\n\nindex of `big`"),
        (
            "temperature",
            "```kdp\ntemperature: schedule = 4.0\n```\n\nτ; above 0. (argument of `distill`)",
        ),
        (
            "slope",
            "least-squares slope of the student's φ on the teacher's, over all samples",
        ),
        (
            "batch: 32",
            "Samples a step; the last batch of an epoch may be smaller. (field of a recipe)",
        ),
        ("objective:", "Its loss; `one_hot` where left out."),
        ("clean", "one of the choices here"),
        ("train, recipe", "The training split."),
        ("number =", "A number; an int or a fraction serves."),
        ("classes", "the classes of the data it is used on"),
        ("sum(", "Their sum."),
        ("i * 2", "goes through a list"),
        ("archs", "```kdp\n// archs\n```"),
    ] {
        let found = hover(&mut client, word);
        assert!(found.contains(told), "{word}: {found}");
    }
    let keyword = client.ask_at("textDocument/hover", "a.kdp", TEXT, "teacher big");
    assert!(keyword.is_null(), "{keyword}");
}

#[test]
fn a_layer_and_an_arch_tell_the_shapes_and_the_parameters() {
    let mut client = editor();
    // 3·3·1·4 + 4; (6·6·4)·8 + 8; and PyTorch's count of the whole.
    assert!(hover(&mut client, "conv(").ends_with("1×8×8 → 4×6×6, 40 parameters"));
    assert!(hover(&mut client, "flatten").ends_with("4×6×6 → 144"));
    assert!(hover(&mut client, "linear(n").ends_with("144 → 8, 1,160 parameters"));
    let used = hover(&mut client, "small(4)");
    assert!(
        used.contains("arch small(width: int)\n```\n\nA small one."),
        "{used}"
    );
    assert!(used.ends_with("1×8×8 → 10, 1,290 parameters"), "{used}");
}

#[test]
fn a_model_tells_its_network_its_length_its_members_and_what_is_stored() {
    let mut client = editor();
    // 1,500 samples of 32: 47 steps an epoch.
    let big = hover(&mut client, "big[seed");
    assert!(
        big.starts_with("```kdp\nteacher big[seed in 0..2] = mlp(widths)\n```"),
        "{big}"
    );
    assert!(big.contains(" → 10, "), "{big}");
    assert!(big.contains(" steps · 2 members"), "{big}");
    assert!(big.ends_with("0 of 2 are in the store."), "{big}");
    let tiny = hover(&mut client, "tiny =");
    assert!(tiny.contains("1×8×8 → 10, 1,290 parameters"), "{tiny}");
    assert!(tiny.ends_with("Not in the store yet."), "{tiny}");
    let data = hover(&mut client, "d = digits");
    assert!(data.contains("samples of 1×8×8 · 10 classes"), "{data}");
}

#[test]
fn text_is_told_in_tokens() {
    let text = "use std.datasets.text_file\nuse std.recipes.quick\n\
                dataset d = text_file(\"a\", \"b\", labels: [\"x\", \"y\"], train: 200, test: 9, length: 64)\n\
                arch mine() = embedding(16) -> mean_tokens() -> linear(classes)\n\
                model m = mine() { data: d.train, recipe: quick }\n";
    let mut client = Client::start();
    client.open("t.kdp", text);
    assert_eq!(client.diagnostics("t.kdp", 1), Vec::<Value>::new());
    for (word, told) in [
        ("d = text", "samples of 64 tokens · 2 classes"),
        ("embedding", "64 tokens → 64×16, 4,112 parameters"),
        ("mean_tokens", "64×16 → 16"),
        ("m = mine", "64 tokens → 2, 4,146 parameters"),
    ] {
        let found = client.ask_at("textDocument/hover", "t.kdp", text, word);
        let found = found["contents"]["value"].as_str().unwrap_or_default();
        assert!(found.contains(told), "{word}: {found}");
    }
}

/// Fills the slots of some nodes of a file, as a run would.
fn store(client: &Client, name: &str, nodes: &[&str]) {
    let loaded = check::load(&client.path(name), &[], &check::Disk);
    let plan = plan::plan(&loaded.program.unwrap(), &loaded.sources, &NoFiles);
    let store = Store::open(&client.path(".kdp/store")).unwrap();
    for node in plan
        .nodes()
        .filter(|node| nodes.contains(&node.id.as_str()))
    {
        let Ok(Lookup::Miss(mut slot)) = store.lookup(node.key) else {
            panic!("{} is there already", node.id);
        };
        slot.write("main.bin", b"").unwrap();
        let made = Made {
            waited: 0.0,
            kdp: "0.1.0".into(),
            libtorch: "2.13.0".into(),
            device: "cpu".into(),
            threads: 1,
            seconds: 0.1,
            at: "2026-01-02T03:04:05Z".into(),
        };
        slot.commit(About {
            kind: node.task.kind().into(),
            summary: Value::Null,
            main: "main.bin".into(),
            facts: plan::facts(&node.task),
            made,
        })
        .unwrap();
    }
}

/// No file is read.
struct NoFiles;

impl Digests for NoFiles {
    fn digest(&self, _: &Path, _: Option<&Wanted>) -> io::Result<Digest> {
        Err(io::ErrorKind::NotFound.into())
    }
}

#[test]
fn what_a_store_has_is_told() {
    let mut client = Client::start();
    client.write("a.kdp", TEXT);
    client.open("a.kdp", TEXT);
    client.diagnostics("a.kdp", 1);
    store(&client, "a.kdp", &["big[seed: 1]", "gap"]);
    assert!(hover(&mut client, "big[seed").ends_with("1 of 2 are in the store."));
    assert!(hover(&mut client, "gap =").ends_with("In the store."));
    // What changes the model makes another node of it.
    let place = position(TEXT, TEXT.find("0.1\n").unwrap());
    let range = json!({ "start": place, "end": place });
    client.change("a.kdp", 2, json!({ "range": range, "text": "1" }));
    client.diagnostics("a.kdp", 2);
    assert!(hover(&mut client, "big[seed").ends_with("0 of 2 are in the store."));
}

#[test]
fn places_above_and_below_an_edit_keep_what_is_known_of_them() {
    let mut client = editor();
    let start = json!({ "line": 4, "character": 0 });
    let place = json!({ "start": start, "end": start });
    // The edit breaks the file; what the checker learnt before still holds around it.
    client.change(
        "a.kdp",
        2,
        json!({ "range": place, "text": "let broken = (\n" }),
    );
    let line = TEXT[..TEXT.find("conv(").unwrap()].matches('\n').count() + 1;
    let place = json!({ "line": line, "character": 3 });
    let found = client.ask_with("textDocument/hover", "a.kdp", place, json!({}));
    let found = found["contents"]["value"].as_str().unwrap();
    assert!(found.contains("40 parameters"), "{found}");
}

#[test]
fn hints_are_the_shapes_behind_the_layers_that_change_them() {
    let mut client = editor();
    let whole = json!({
        "start": { "line": 0, "character": 0 },
        "end": { "line": 99, "character": 0 },
    });
    let params = json!({ "textDocument": { "uri": client.uri("a.kdp") }, "range": whole });
    let hints = client.request("textDocument/inlayHint", params);
    let shown: Vec<(Value, &str)> = hints
        .as_array()
        .unwrap()
        .iter()
        .map(|hint| (hint["position"].clone(), hint["label"].as_str().unwrap()))
        .collect();
    let behind = |word: &str| position(TEXT, TEXT.find(word).unwrap() + word.len());
    assert_eq!(
        shown,
        [
            (behind("conv(width, kernel: 3)"), "→ 4×6×6"),
            (behind("flatten()"), "→ 144"),
            (behind("linear(n)"), "→ 8"),
            (behind("linear(classes)"), "→ 10"),
            (behind("mlp(widths)"), "→ 10"),
            (behind("small(4)"), "→ 10"),
        ]
    );
    assert_eq!(hints[0]["tooltip"], "40 parameters");
}

#[test]
fn hints_are_asked_for_again_when_the_checker_has_been_through() {
    let mut client = Client::spawn();
    let capabilities = json!({ "workspace": { "inlayHint": { "refreshSupport": true } } });
    client.request("initialize", json!({ "capabilities": capabilities }));
    client.notify("initialized", json!({}));
    client.open("a.kdp", TEXT);
    let asked = client.wait(|message| message["method"] == "workspace/inlayHint/refresh");
    client.send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": null }));
    client.leave();
}
