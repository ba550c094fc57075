//! How long an editor waits for a hover after an edit, in a file of 2,000 lines: the real binary over
//! its standard input and output, from the first byte of the edit to the last of the answer.
//!
//! `cargo bench --bench hover`; ends with an error where the slowest of twenty is above 10 ms.

#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot be taken fails"
)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;

#[path = "../tests/lsp/client.rs"]
mod client;

use client::{Client, position};

/// Lines of the file.
const LINES: usize = 2_000;
/// Edits that are measured.
const EDITS: usize = 200;
/// What 19 of 20 hovers must not need longer than.
const LIMIT: Duration = Duration::from_millis(10);

fn main() -> ExitCode {
    let text = file();
    let mut client = Client::start();
    client.open("long.kdp", &text);
    let found = client.diagnostics("long.kdp", 1);
    assert!(found.is_empty(), "{found:?}");
    let mut slow = false;
    for (what, word) in [
        ("a constant", "width_7"),
        ("a layer", "conv"),
        ("a model", "s_3"),
    ] {
        let (median, most) = measured(&mut client, &text, word);
        println!(
            "hover on {what:<10} after an edit in {LINES} lines: median {median:.1?}, 95 of 100 within {most:.1?}"
        );
        slow |= most > LIMIT;
        client.replace("long.kdp", 1, &text);
        client.diagnostics("long.kdp", 1);
    }
    ExitCode::from(u8::from(slow))
}

/// Types into the middle of the file and asks about a word each time.
fn measured(client: &mut Client, text: &str, word: &str) -> (Duration, Duration) {
    let middle = text.match_indices("// here").next().unwrap().0 + 7;
    let (mut at, asked) = (position(text, middle), text.find(word).unwrap() + 1);
    let asked = position(text, asked);
    let mut times = vec![];
    for version in 2..EDITS as i64 + 2 {
        let change = json!({ "range": { "start": at, "end": at }, "text": "x" });
        let start = Instant::now();
        client.change("long.kdp", version, change);
        let answer = client.ask_with("textDocument/hover", "long.kdp", asked.clone(), json!({}));
        times.push(start.elapsed());
        assert!(!answer.is_null(), "{word}");
        let column = at["character"].as_u64().unwrap() + 1;
        at["character"] = column.into();
        // As fast as a fast writer: the checker works meanwhile.
        std::thread::sleep(Duration::from_millis(30));
    }
    times.sort();
    (times[times.len() / 2], times[times.len() * 95 / 100])
}

/// A file with as many lines, of every kind.
fn file() -> String {
    let mut text = String::from(
        "use std.archs.resnet_cifar\nuse std.datasets.cifar10\n\
         dataset d = cifar10(\"data\")\n\
         arch net(width: int) = conv(16, kernel: 3, padding: 1) as first\n  \
         -> chain([conv(width, kernel: 3, padding: 1) -> batch_norm() -> relu() for i in 0..3])\n  \
         -> global_avg_pool() -> linear(classes) as fc\n\
         recipe r {\n  optimizer: sgd(momentum: 0.9)\n  batch: 128\n  length: 30 epochs\n  \
         lr: 0.1 then 0.01 at 60% over 1 epoch\n}\n\
         teacher big[seed in 0..3] = resnet_cifar(depth: 20) { data: d.train, recipe: r, seed: seed }\n",
    );
    for n in 0.. {
        if text.lines().count() + 20 > LINES {
            break;
        }
        if text.lines().count() > LINES / 2 && !text.contains("// here") {
            text += "// here\n";
        }
        text += &format!(
            "/// Constant {n}.\nlet width_{n} = {w}\nlet half_{n} = width_{n} * 2\n\
             arch net_{n}(depth: int = 2) = net(depth + width_{n})\n\
             student s_{n}[seed in 0..3] = net_{n}(depth: half_{n}) {{\n  data: d.train\n  recipe: r\n  \
             seed: seed\n  objective: 0.5 * distill(big[seed], temperature: 4) + 0.5 * one_hot\n    \
             then one_hot at 60% over 1k steps\n}}\n\
             measure gap_{n}[seed in 0..3] = deviation(student: s_{n}[seed], teacher: big[seed], on: d.test)\n\
             claim \"so {n}\" = mean(gap_{n}.slope) > 1.0\n\n",
            w = n % 7 + 8,
        );
    }
    while text.lines().count() < LINES {
        text += "// the end\n";
    }
    text
}
