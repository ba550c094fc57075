//! Quick fixes.

use serde_json::{Value, json};

use crate::client::Client;
use crate::editing::{edited, range};

/// The fixes at a word, with the texts that they make.
fn fixes(client: &mut Client, text: &str, word: &str) -> Vec<(String, String)> {
    let found = client.diagnostics("a.kdp", 1);
    let params = json!({
        "textDocument": { "uri": client.uri("a.kdp") },
        "range": range(text, word),
        "context": { "diagnostics": found },
    });
    let actions = client.request("textDocument/codeAction", params);
    let actions = actions.as_array().unwrap().iter();
    actions
        .map(|action| {
            assert_eq!(action["kind"], "quickfix");
            assert_eq!(action["diagnostics"][0]["range"], range(text, word));
            let edits = &action["edit"]["changes"][client.uri("a.kdp")];
            let title = action["title"].as_str().unwrap();
            (title.to_string(), edited(text, edits))
        })
        .collect()
}

#[test]
fn a_close_name_a_unit_and_an_import_are_one_stroke_away() {
    for (text, word, title, wanted) in [
        (
            "let width = 3\nlet b = wdith\n",
            "wdith",
            "Change to `width`",
            "let width = 3\nlet b = width\n",
        ),
        (
            "dataset d = digits()\n",
            "digits",
            "Add `use std.datasets.digits`",
            "use std.datasets.digits\ndataset d = digits()\n",
        ),
        (
            "modle m = 3\n",
            "modle",
            "Change to `model`",
            "model m = 3\n",
        ),
        (
            "recipe r { bach: 3 }\n",
            "bach",
            "Change to `batch`",
            "recipe r { batch: 3 }\n",
        ),
    ] {
        let mut client = Client::start();
        client.open("a.kdp", text);
        let found = fixes(&mut client, text, word);
        assert_eq!(found, [(title.to_string(), wanted.to_string())]);
    }
}

#[test]
fn where_two_mends_are_offered_both_can_be_taken() {
    let text = "recipe r { length: 15 }\n";
    let mut client = Client::start();
    client.open("a.kdp", text);
    let found = fixes(&mut client, text, "15");
    let titles: Vec<&str> = found.iter().map(|(title, _)| title.as_str()).collect();
    assert_eq!(titles, ["Change to `15 epochs`", "Change to `15 steps`"]);
    assert_eq!(found[0].1, "recipe r { length: 15 epochs }\n");
}

#[test]
fn there_are_none_elsewhere() {
    let text = "let width = 3\nlet b = wdith\n";
    let mut client = Client::start();
    client.open("a.kdp", text);
    client.diagnostics("a.kdp", 1);
    let params = json!({
        "textDocument": { "uri": client.uri("a.kdp") },
        "range": range(text, "width"),
        "context": { "diagnostics": [] },
    });
    assert_eq!(client.request("textDocument/codeAction", params), json!([]));
    let _: Value = client.ask("textDocument/documentSymbol", "a.kdp");
}
