//! Names: where they are made, where they are used, and other names for them.

use serde_json::{Value, json};

use crate::client::{Client, position};
use crate::editing::{edited, path_of, range};

const TEXT: &str = r#"use std.archs.{mlp as net, resnet_cifar}
use std.datasets.digits
use "ours.kdp" as ours

param seeds: list[int] = [0, 1]
dataset d = digits()
recipe short = ours.fast with { batch: 32 }
fn half(of: int, by: number = 2 where by > 0) = of / by
arch tall(depth: int) {
  let n = half(depth, by: 2)
  chain([linear(8) for i in 0..n]) -> linear(classes)
}

teacher big[seed in seeds] = tall(depth: 4) { data: d.train, recipe: short, seed: seed }
student small[seed in seeds] = net([8]) {
  data: d.train
  recipe: short
  seed: seed
  objective: distill(big[seed: seed], temperature: 2)
}
measure gap[seed in seeds] = deviation(student: small[seed], teacher: big[seed], on: d.test)
claim "over {half(4)} it holds" = mean(gap.slope) > 1
"#;

const OURS: &str = "recipe fast { batch: 64 }\n";

/// An editor with the files open.
fn editor() -> Client {
    let mut client = Client::start();
    client.write("ours.kdp", OURS);
    client.open("a.kdp", TEXT);
    client
}

/// The name at which the definition of the `nth` place of a word is, with its file's name.
fn definition(client: &mut Client, word: &str, nth: usize) -> Option<(String, String)> {
    let (at, _) = TEXT.match_indices(word).nth(nth).unwrap();
    let place = position(TEXT, at + 1);
    let found = client.ask_with("textDocument/definition", "a.kdp", place, json!({}));
    if found.is_null() {
        return None;
    }
    let path = path_of(&found["uri"]);
    let text = match path.ends_with("a.kdp") {
        true => TEXT.to_string(),
        false => std::fs::read_to_string(path).unwrap(),
    };
    let line = text
        .lines()
        .nth(found["range"]["start"]["line"].as_u64().unwrap() as usize);
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    Some((name, line.unwrap().to_string()))
}

#[test]
fn definitions_are_found_in_the_file_in_others_and_in_the_standard_library() {
    let mut client = editor();
    let mut leads = |word: &str, nth, file: &str, line: &str| {
        let found = definition(&mut client, word, nth);
        let (name, text) = found.unwrap_or_else(|| panic!("{word} {nth}"));
        assert_eq!(
            (name.as_str(), text.starts_with(line)),
            (file, true),
            "{word} {nth}: {text}"
        );
    };
    leads("seeds", 1, "a.kdp", "param seeds");
    leads("d.train", 0, "a.kdp", "dataset d");
    leads("big[seed: seed]", 0, "a.kdp", "teacher big");
    leads("seed: seed]", 0, "a.kdp", "teacher big");
    leads("seed], on", 0, "a.kdp", "measure gap");
    leads("half(4)", 0, "a.kdp", "fn half");
    leads("by: 2", 0, "a.kdp", "fn half");
    leads("n]) ->", 0, "a.kdp", "  let n");
    leads("depth: 4", 0, "a.kdp", "arch tall");
    leads("net([", 0, "mlp.kdp", "arch mlp");
    leads("mlp as", 0, "mlp.kdp", "arch mlp");
    leads("digits()", 0, "images.kdp", "fn digits");
    leads("archs.", 0, "archs.kdp", "");
    leads("ours.fast", 0, "ours.kdp", "");
    leads("fast with", 0, "ours.kdp", "recipe fast");
    leads("\"ours.kdp\"", 0, "ours.kdp", "");
    for (word, nth) in [("linear(8)", 0), ("slope", 0), ("train", 0), ("classes", 0)] {
        assert_eq!(definition(&mut client, word, nth), None, "{word}");
    }
}

#[test]
fn a_file_of_the_standard_library_cannot_be_changed_and_has_no_findings() {
    let mut client = editor();
    let at = position(TEXT, TEXT.find("net([").unwrap());
    let found = client.ask_with("textDocument/definition", "a.kdp", at, json!({}));
    let path = path_of(&found["uri"]).to_path_buf();
    assert!(std::fs::metadata(&path).unwrap().permissions().readonly());
    // Opened there, its own names lead on.
    let text = std::fs::read_to_string(&path).unwrap();
    let document = json!({ "uri": found["uri"], "languageId": "kdp", "version": 1, "text": text });
    client.notify("textDocument/didOpen", json!({ "textDocument": document }));
    let place = position(&text, text.find("hidden_layer(width) for").unwrap());
    let params = json!({ "textDocument": { "uri": found["uri"] }, "position": place });
    let inner = client.request("textDocument/definition", params);
    assert_eq!(inner["uri"], found["uri"]);
}

/// `resnet_cifar.kdp` makes its networks of what `resnet.kdp` declares: both are `std.archs`.
#[test]
fn names_of_another_file_of_the_module_lead_there() {
    let mut client = Client::start();
    let text = "use std.archs.resnet_cifar\n";
    client.open("a.kdp", text);
    let at = position(text, text.find("resnet_cifar").unwrap());
    let found = client.ask_with("textDocument/definition", "a.kdp", at, json!({}));
    let path = path_of(&found["uri"]).to_path_buf();
    assert!(path.ends_with("archs/resnet_cifar.kdp"), "{path:?}");
    let text = std::fs::read_to_string(&path).unwrap();
    let document = json!({ "uri": found["uri"], "languageId": "kdp", "version": 1, "text": text });
    client.notify("textDocument/didOpen", json!({ "textDocument": document }));
    let place = position(&text, text.find("conv3x3(16)").unwrap());
    let params = json!({ "textDocument": { "uri": found["uri"] }, "position": place });
    let inner = client.request("textDocument/definition", params);
    assert_eq!(
        path_of(&inner["uri"]).to_path_buf(),
        path.with_file_name("resnet.kdp")
    );
}

#[test]
fn references_are_the_uses_in_every_file() {
    let mut client = editor();
    client.write(
        "other.kdp",
        "use \"ours.kdp\" as theirs\nrecipe slow = theirs.fast\n",
    );
    let more = json!({ "context": { "includeDeclaration": true } });
    let place = position(TEXT, TEXT.find("fast with").unwrap());
    let found = client.ask_with("textDocument/references", "a.kdp", place.clone(), more);
    let mut files: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            path_of(&one["uri"])
                .file_name()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    files.sort();
    assert_eq!(files, ["a.kdp", "other.kdp", "ours.kdp"]);
    let less = json!({ "context": { "includeDeclaration": false } });
    let found = client.ask_with("textDocument/references", "a.kdp", place, less);
    assert_eq!(found.as_array().unwrap().len(), 2);
    // `seed` of `big` is not `seed` of `small`.
    let place = position(TEXT, TEXT.find("seed in seeds] = tall").unwrap());
    let more = json!({ "context": { "includeDeclaration": true } });
    let found = client.ask_with("textDocument/references", "a.kdp", place, more);
    assert_eq!(found.as_array().unwrap().len(), 3, "{found}");
}

#[test]
fn highlights_are_the_uses_in_the_file() {
    let mut client = editor();
    let found = client.ask_at("textDocument/documentHighlight", "a.kdp", TEXT, "d.train");
    let starts: Vec<&Value> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["range"]["start"])
        .collect();
    let uses = ["d = digits", "d.train, recipe", "d.train\n", "d.test"];
    let wanted = uses.map(|word| position(TEXT, TEXT.find(word).unwrap()));
    assert_eq!(starts, wanted.iter().collect::<Vec<_>>());
}

/// The text after the name at a word was changed.
fn renamed(client: &mut Client, word: &str, name: &str) -> Value {
    let place = position(TEXT, TEXT.find(word).unwrap());
    let params = json!({ "textDocument": { "uri": client.uri("a.kdp") }, "position": place, "newName": name });
    client.respond("textDocument/rename", params)
}

#[test]
fn a_new_name_stands_everywhere_and_the_file_stays_right() {
    let mut client = editor();
    let answer = renamed(&mut client, "half(of", "part");
    let changed = edited(TEXT, &answer["result"]["changes"][client.uri("a.kdp")]);
    assert_eq!(changed, TEXT.replace("half", "part"));
    let answer = renamed(&mut client, "by: number", "through");
    let changed = edited(TEXT, &answer["result"]["changes"][client.uri("a.kdp")]);
    let wanted = TEXT
        .replace("by: number", "through: number")
        .replace("where by", "where through")
        .replace("of / by", "of / through")
        .replace("by: 2", "through: 2");
    assert_eq!(changed, wanted);
    let answer = renamed(&mut client, "fast with", "quick");
    let changes = &answer["result"]["changes"];
    let changed = edited(TEXT, &changes[client.uri("a.kdp")]);
    assert_eq!(changed, TEXT.replace("ours.fast", "ours.quick"));
    let theirs = edited(OURS, &changes[client.uri("ours.kdp")]);
    assert_eq!(theirs, "recipe quick { batch: 64 }\n");
    // What an import is called here: its alias, which is made where there is none.
    let answer = renamed(&mut client, "net([", "plain");
    let changed = edited(TEXT, &answer["result"]["changes"][client.uri("a.kdp")]);
    assert_eq!(
        changed,
        TEXT.replace("as net", "as plain")
            .replace("net([8])", "plain([8])")
    );
    let answer = renamed(&mut client, "digits()", "tens");
    let changed = edited(TEXT, &answer["result"]["changes"][client.uri("a.kdp")]);
    let wanted = TEXT.replace("datasets.digits", "datasets.digits as tens");
    assert_eq!(changed, wanted.replace("digits()", "tens()"));
}

#[test]
fn what_cannot_have_the_name_says_why() {
    let mut client = editor();
    let mut why = |word: &str, name: &str| {
        let answer = renamed(&mut client, word, name);
        answer["error"]["message"].as_str().unwrap().to_string()
    };
    assert!(why("half(of", "then").contains("cannot be a name"));
    assert!(why("half(of", "Big Name").contains("cannot be a name"));
    assert!(why("half(of", "tall").contains("there already"));
    assert!(why("linear(8)", "dense").contains("keep their names"));
    assert!(why("slope", "slant").contains("keep their names"));
    assert!(why("= 2 where", "two").contains("no name here"));
    let prepared = client.ask_at("textDocument/prepareRename", "a.kdp", TEXT, "half(of");
    assert_eq!(prepared, range(TEXT, "half"));
    let prepared = client.ask_at("textDocument/prepareRename", "a.kdp", TEXT, "linear(8)");
    assert!(prepared.is_null());
}

#[test]
fn trials_lead_into_their_experiment_and_states_to_their_model() {
    let text = r#"use std.datasets.digits
use std.archs.mlp
dataset d = digits()
recipe r { optimizer: sgd(), batch: 32, length: 2 epochs, lr: 0.1 }
experiment grid(net: layers, n: int = 2) {
  teacher big[i in 0..n] = net { data: d.train, recipe: r, seed: i }
  student s = net { data: d.train, recipe: r, seed: 1, objective: distill(big[0]) }
  measure gap = deviation(student: s, teacher: big[0], on: d.test)
}
trial first[w in [8, 16]] = grid(mlp([w]), n: 3)
model both = ensemble([first[8].s, first[w: 16].s], of: probabilities)
student late = mlp([8]) {
  data: d.train
  recipe: r
  seed: 1
  objective: distill(first[8].big[i: 0].at(1 epoch))
}
claim "so" = mean(first.gap.slope) > 1
"#;
    let mut client = Client::start();
    client.open("a.kdp", text);
    let errors = client.diagnostics("a.kdp", 1);
    assert!(errors.is_empty(), "{errors:?}");
    for (word, into, wanted) in [
        (".s, first[w", 1, "s = net"),
        ("[w: 16]", 1, "w in [8"),
        ("[i: 0]", 1, "i in 0..n"),
        (".big[i", 1, "big[i in"),
        ("first.gap", 6, "gap = dev"),
        ("n: 3", 0, "n: int"),
        ("big[0])", 0, "big[i in"),
    ] {
        let at = position(text, text.find(word).unwrap() + into);
        let found = client.ask_with("textDocument/definition", "a.kdp", at, json!({}));
        let start = position(text, text.find(wanted).unwrap());
        assert_eq!(found["range"]["start"], start, "{word}");
    }
    for (word, told) in [
        ("at(1", "at("),
        ("slope", "least-squares slope"),
        ("first[w in", "trial first"),
        ("s = net", "1×8×8 → 10"),
    ] {
        let found = client.ask_at("textDocument/hover", "a.kdp", text, word);
        let found = found["contents"]["value"].as_str().unwrap();
        assert!(found.contains(told), "{word}: {found}");
    }
}
