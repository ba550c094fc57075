//! Completion, in files that are not whole yet.

use serde_json::{Value, json};

use crate::client::{Client, position};

const ABOVE: &str = r#"use std.archs.mlp
use std.datasets.digits
use "ours.kdp" as ours

/// How warm.
param tau: number = 4.0
dataset d = digits()
recipe short { optimizer: sgd(), batch: 32, length: 2 epochs, lr: 0.1 }
fn half(of: int, by: number = 2) = of / by
arch tall(depth: int) = linear(depth) -> linear(classes)
teacher big[seed in 0..2, way in [1, 2]] = mlp([8]) { data: d.train, recipe: short, seed: seed }
measure gap[seed in 0..2] = deviation(student: big[seed, 1], teacher: big[seed, 2], on: d.test)
experiment grid(net: layers) {
  student s = net { data: d.train, recipe: short, seed: 1 }
}
trial first = grid(mlp([8]))
"#;

/// The words offered behind what is written at the end of a file, `|` being the cursor.
fn offered(client: &mut Client, written: &str) -> Vec<String> {
    items(client, written, None)
        .iter()
        .map(|item| item["label"].as_str().unwrap().to_string())
        .collect()
}

fn items(client: &mut Client, written: &str, typed: Option<&str>) -> Vec<Value> {
    let text = format!("{ABOVE}{written}");
    let at = text
        .find('|')
        .filter(|at| !text[*at..].starts_with("|>"))
        .unwrap();
    let text = text.replacen('|', "", 1);
    client.open("a.kdp", &text);
    let more = match typed {
        Some(typed) => json!({ "context": { "triggerKind": 2, "triggerCharacter": typed } }),
        None => json!({}),
    };
    let found = client.ask_with(
        "textDocument/completion",
        "a.kdp",
        position(&text, at),
        more,
    );
    found.as_array().unwrap().clone()
}

#[test]
fn what_fits_is_offered() {
    let mut client = Client::start();
    client.write("ours.kdp", "recipe fast { batch: 64 }\nlet width = 3\n");
    for (written, wanted, unwanted) in [
        // Words that open declarations.
        (
            "|",
            vec!["teacher", "param", "experiment"],
            vec!["conv", "then"],
        ),
        ("te|", vec!["teacher"], vec!["tau"]),
        ("teacher |", vec![], vec!["conv", "teacher"]),
        // Imports.
        ("use |", vec!["std"], vec!["tau"]),
        (
            "use std.|",
            vec!["archs", "datasets", "recipes"],
            vec!["tau"],
        ),
        (
            "use std.archs.|",
            vec!["mlp", "resnet_cifar"],
            vec!["digits"],
        ),
        ("use std.datasets.{cifar10, |}", vec!["mnist"], vec!["mlp"]),
        // Types.
        (
            "param x: |",
            vec!["int", "fraction", "list"],
            vec!["tau", "conv"],
        ),
        ("fn f(a: |", vec!["number"], vec!["tau"]),
        ("param x: list[|", vec!["int"], vec!["tau"]),
        // Units, and words behind values.
        ("let x = 15 |", vec!["epochs", "steps"], vec!["tau"]),
        ("let x = 15 ep|", vec!["epochs"], vec!["tau"]),
        ("let x = 15|", vec![], vec!["epochs", "tau"]),
        ("let x = tau |", vec!["then", "with"], vec!["tau", "conv"]),
        (
            "let x = 0.1 then 0.2 along |",
            vec!["cosine", "linear"],
            vec!["tau"],
        ),
        // Values.
        (
            "let x = |",
            vec!["tau", "half", "short", "mlp", "len", "true"],
            vec!["teacher", "epochs"],
        ),
        ("let x = ta|", vec!["tau"], vec!["teacher"]),
        ("let x = [i for i in 0..3 if |]", vec!["i", "tau"], vec![]),
        ("let x = \"so {ta|", vec!["tau"], vec![]),
        ("let x = \"so ta|", vec![], vec!["tau"]),
        ("let x = 1 // so ta|", vec![], vec!["tau"]),
        // Members.
        ("let x = d.|", vec!["train", "test"], vec!["tau"]),
        (
            "let x = mean(gap.|)",
            vec!["slope", "kl", "seed"],
            vec!["top1"],
        ),
        ("let x = gap[0].sl|", vec!["slope"], vec!["tau"]),
        ("let x = big[0, 1].|", vec!["at", "best"], vec!["train"]),
        ("let x = ours.|", vec!["fast", "width"], vec!["tau"]),
        ("let x = first.|", vec!["s"], vec!["tau"]),
        // Fields.
        ("recipe r {\n  |\n}", vec!["batch", "lr"], vec!["tau"]),
        ("recipe r {\n  batch: 3\n  |\n}", vec!["lr"], vec!["batch"]),
        (
            "recipe r = short with { | }",
            vec!["weight_decay"],
            vec!["tau"],
        ),
        ("recipe r { optimizer: | }", vec!["sgd", "adamw"], vec![]),
        (
            "student s = mlp([8]) {\n  data: d.train\n  |",
            vec!["recipe", "objective"],
            vec!["data", "tau"],
        ),
        ("student s = mlp([8]) { data: |", vec!["d"], vec!["recipe"]),
        (
            "student s[seed in 0..2] = mlp([8]) { seed: |",
            vec!["seed"],
            vec![],
        ),
        // Arguments and choices.
        ("let x = half(|", vec!["of", "by", "tau"], vec![]),
        ("let x = half(1, b|", vec!["by"], vec![]),
        ("let x = half(by: 1, |", vec!["of"], vec!["by"]),
        (
            "student s = mlp([8]) { objective: distill(big[0, 1], view: |",
            vec!["clean", "same"],
            vec![],
        ),
        (
            "student s = mlp([8]) { objective: distill(big[|",
            vec!["seed", "way"],
            vec![],
        ),
        (
            "arch a(depth: int) = conv(|",
            vec!["kernel", "depth"],
            vec![],
        ),
        (
            "arch a(depth: int) {\n  let n = 3\n  |",
            vec!["let", "require", "conv", "n", "depth"],
            vec![],
        ),
        (
            "experiment e(x: int) {\n  |\n}",
            vec!["teacher"],
            vec!["tau"],
        ),
    ] {
        let found = offered(&mut client, written);
        for word in wanted {
            assert!(
                found.iter().any(|one| one == word),
                "`{written}` lacks {word}: {found:?}"
            );
        }
        for word in unwanted {
            assert!(
                found.iter().all(|one| one != word),
                "`{written}` has {word}"
            );
        }
    }
}

#[test]
fn words_come_with_what_they_mean_and_what_fits_comes_first() {
    let mut client = Client::start();
    let found = items(&mut client, "recipe r { optimizer: |", None);
    let best = found
        .iter()
        .min_by_key(|item| item["sortText"].as_str().unwrap().to_string());
    assert!(["adamw", "sgd"].contains(&best.unwrap()["label"].as_str().unwrap()));
    let tau = found.iter().find(|item| item["label"] == "tau").unwrap();
    assert_eq!(tau["detail"], "param tau: number = 4.0");
    assert_eq!(tau["documentation"]["value"], "How warm.");
    let found = items(&mut client, "let x = conv(|", None);
    let kernel = found.iter().find(|item| item["label"] == "kernel").unwrap();
    assert_eq!(kernel["detail"], "kernel: int");
    assert_eq!(kernel["insertText"], "kernel: ");
}

#[test]
fn a_blank_brings_up_only_what_can_hardly_be_meant_otherwise() {
    let mut client = Client::start();
    let labels = |items: Vec<Value>| items.len();
    assert!(labels(items(&mut client, "let x = 15 |", Some(" "))) > 0);
    assert!(labels(items(&mut client, "recipe r { optimizer: |", Some(" "))) > 0);
    assert_eq!(labels(items(&mut client, "let x = |", Some(" "))), 0);
    assert_eq!(labels(items(&mut client, "let x = tau |", Some(" "))), 0);
}
