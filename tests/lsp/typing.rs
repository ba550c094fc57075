//! Typing a whole file, character by character: every question is answered at every step.

use serde_json::json;

use crate::client::{Client, position};

const TEXT: &str = r#"//! Does it work? 😀
use std.archs.{mlp, resnet_cifar as net}
/// Warm.
param tau: number = 4.0 where tau > 0
dataset d = embedded(digits, shape: [1, 8, 8], classes: 10, train: 1500, test: 297) |> take(train: 100)
arch small(width: int = 8) {
  require width > 0, "so {width}"
  let n = width * 2
  chain([linear(n) as "a.b" for i in 0..2 if i % 2 == 0]) -> linear(classes)
}
recipe r { batch: 32, lr: 0.1 then 0.01 at 60% over 1k steps along cosine, length: 2 epochs }
teacher big[seed in 0..2, way in { kd: 1, plain: 2 }] = small() { data: d.train, recipe: r scaled to 3 epochs }
student s = if 1 == 2 { mlp([8]) } else { small(width: 4) } {
  objective: distill(big[seed: 0, way: kd], temperature: tau, view: clean) then one_hot
}
measure gap = deviation(student: s, teacher: big[0, kd], on: d.test)
claim "over {tau}" = mean(gap.slope) > 1.0 and not false
"#;

const QUESTIONS: [&str; 5] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/documentHighlight",
    "textDocument/prepareRename",
];

#[test]
fn every_question_is_answered_while_a_file_is_typed() {
    let mut client = Client::start();
    client.open("a.kdp", "");
    let mut version = 1;
    for (at, character) in TEXT.char_indices() {
        version += 1;
        let here = position(TEXT, at);
        let range = json!({ "start": here, "end": here });
        let change = json!({ "range": range, "text": character.to_string() });
        client.change("a.kdp", version, change);
        let end = position(TEXT, at + character.len_utf8());
        // `ask_with` fails on an answer that is an error.
        client.ask_with(
            QUESTIONS[at % QUESTIONS.len()],
            "a.kdp",
            end.clone(),
            json!({}),
        );
        client.ask_with("textDocument/completion", "a.kdp", end, json!({}));
        if character == '\n' {
            client.ask("textDocument/semanticTokens/full", "a.kdp");
            client.ask("textDocument/documentSymbol", "a.kdp");
        }
    }
    let found = client.diagnostics("a.kdp", version);
    let codes: Vec<&str> = found
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    assert!(
        !codes.contains(&"unexpected-token"),
        "typed wrong: {found:?}"
    );
}

#[test]
fn every_question_is_answered_at_every_place_of_broken_files() {
    let mut client = Client::start();
    let broken = [
        TEXT.replace(['(', '{'], ""),
        TEXT.replace([')', ']'], ""),
        TEXT.replace('"', ""),
        TEXT.replace('\n', "\r\n"),
        TEXT.replace('=', "."),
        TEXT.chars().rev().collect(),
    ];
    for (version, text) in broken.iter().enumerate() {
        match version {
            0 => client.open("a.kdp", text),
            _ => client.replace("a.kdp", version as i64 + 1, text),
        }
        for (nth, (at, _)) in text.char_indices().enumerate().step_by(7) {
            let place = position(text, at);
            let question = QUESTIONS[nth % QUESTIONS.len()];
            client.ask_with(question, "a.kdp", place.clone(), json!({}));
            client.ask_with("textDocument/completion", "a.kdp", place, json!({}));
        }
        client.ask("textDocument/semanticTokens/full", "a.kdp");
    }
    assert_eq!(client.leave().code(), Some(0));
}
