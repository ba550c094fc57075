//! Diagnostics as one types.

use serde_json::json;

use crate::client::Client;
use crate::editing::range;

const TEXT: &str =
    "use std.datasets.digits\n\ndataset d = digits()\nlet wide = len(\"😀\") + wdie\n";

#[test]
fn they_have_the_place_the_code_and_the_help() {
    let mut client = Client::start();
    client.open("a.kdp", TEXT);
    let found = client.diagnostics("a.kdp", 1);
    let unknown = found
        .iter()
        .find(|one| one["code"] == "unknown-name")
        .unwrap();
    assert_eq!(unknown["range"], range(TEXT, "wdie"), "UTF-16 units");
    assert_eq!(unknown["severity"], 1);
    assert_eq!(unknown["source"], "kdp");
    let message = unknown["message"].as_str().unwrap();
    assert!(message.contains("did you mean `wide`?"), "{message}");
}

#[test]
fn an_edit_brings_new_ones_and_takes_old_ones_back() {
    let mut client = Client::start();
    client.open("a.kdp", "let a = 1\nlet b = c + a\n");
    assert_eq!(client.diagnostics("a.kdp", 1)[0]["code"], "unknown-name");
    let place =
        json!({ "start": { "line": 1, "character": 8 }, "end": { "line": 1, "character": 9 } });
    client.change("a.kdp", 2, json!({ "range": place, "text": "2" }));
    let found = client.diagnostics("a.kdp", 2);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["code"], "unused");
    assert_eq!(found[0]["severity"], 2);
    assert_eq!(found[0]["tags"], json!([1]), "shown as unnecessary");
}

#[test]
fn two_places_that_disagree_are_both_told() {
    let mut client = Client::start();
    client.open("a.kdp", "let a = 1\r\nlet a = 2\r\n");
    let found = client.diagnostics("a.kdp", 1);
    let twice = &found[0];
    assert_eq!(twice["code"], "duplicate-name");
    assert_eq!(
        twice["range"]["start"],
        json!({ "line": 1, "character": 4 })
    );
    let first = &twice["relatedInformation"][0];
    assert_eq!(first["message"], "first declared here");
    assert_eq!(first["location"]["uri"], client.uri("a.kdp"));
}

#[test]
fn an_open_buffer_counts_for_those_who_import_it_and_a_closed_file_is_told_too() {
    let mut client = Client::start();
    client.write("ours.kdp", "let width = 3\nlet oops = nothing\n");
    let text = "use \"ours.kdp\" as ours\nlet a = ours.width + ours.depth\n";
    client.open("a.kdp", text);
    let found = client.diagnostics("a.kdp", 1);
    assert!(
        found.iter().any(|one| one["code"] == "unknown-import"),
        "{found:?}"
    );
    let theirs = client.diagnostics_of_closed("ours.kdp");
    assert_eq!(theirs[0]["code"], "unknown-name");
    // Now it has the name, in a buffer that is not saved.
    client.open("ours.kdp", "let width = 3\nlet depth = 2\n");
    let found = client.diagnostics("a.kdp", 1);
    assert!(found.iter().all(|one| one["severity"] == 2), "{found:?}");
    client.diagnostics("ours.kdp", 1);
}

#[test]
fn a_closed_buffer_has_none() {
    let mut client = Client::start();
    client.open("a.kdp", "let a = b\n");
    assert!(!client.diagnostics("a.kdp", 1).is_empty());
    let document = json!({ "uri": client.uri("a.kdp") });
    client.notify("textDocument/didClose", json!({ "textDocument": document }));
    assert!(client.diagnostics_of_closed("a.kdp").is_empty());
}

#[test]
fn a_buffer_without_a_file_is_checked_too() {
    let mut client = Client::start();
    let document = json!({ "uri": "untitled:Untitled-1", "languageId": "kdp", "version": 1, "text": "let a = b\n" });
    client.notify("textDocument/didOpen", json!({ "textDocument": document }));
    let told = client.wait(|message| message["params"]["uri"] == "untitled:Untitled-1");
    assert_eq!(told["params"]["diagnostics"][0]["code"], "unknown-name");
}
