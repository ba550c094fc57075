//! The session itself: how it begins and ends, and what it makes of bad messages.

use serde_json::{Value, json};

use crate::client::Client;

#[test]
fn it_ends_with_0_after_shutdown_and_with_1_without() {
    assert_eq!(Client::start().leave().code(), Some(0));
    let mut hasty = Client::start();
    hasty.notify("exit", Value::Null);
    assert_eq!(hasty.end().code(), Some(1));
    let mut gone = Client::start();
    assert_eq!(gone.end().code(), Some(1));
    let mut before = Client::spawn();
    before.notify("exit", Value::Null);
    assert_eq!(before.end().code(), Some(1));
}

#[test]
fn nothing_is_answered_before_initialize_and_after_shutdown() {
    let mut client = Client::spawn();
    let early = client.respond("textDocument/hover", json!({}));
    assert_eq!(early["error"]["code"], -32002);
    client.request("initialize", json!({ "capabilities": {} }));
    client.request("shutdown", Value::Null);
    let late = client.respond("textDocument/hover", json!({}));
    assert_eq!(late["error"]["code"], -32600);
}

#[test]
fn bad_messages_get_errors_and_the_session_goes_on() {
    let mut client = Client::start();
    let unknown = client.respond("textDocument/fly", json!({}));
    assert_eq!(unknown["error"]["code"], -32601);
    let bare = client.respond("textDocument/formatting", json!({ "textDocument": 3 }));
    assert_eq!(bare["error"]["code"], -32602);
    client.notify("textDocument/didOpen", json!({ "textDocument": null }));
    client.notify("textDocument/didChange", json!([]));
    client.notify("$/whatever", json!({}));
    client.send_raw("{ not json");
    client.send(&json!([1, 2]));
    let told = client.wait(|message| message["method"] == "window/logMessage");
    assert_eq!(told["params"]["type"], 1);
    // A change of a file that was never opened, and a question about one that is not there.
    client.replace("never.kdp", 2, "let a = 1");
    let nothing = client.ask("textDocument/documentSymbol", "never.kdp");
    assert_eq!(nothing, Value::Null);
    client.open("a.kdp", "let a = 1\n");
    assert_eq!(client.diagnostics("a.kdp", 1).len(), 1);
    assert_eq!(client.leave().code(), Some(0));
}

#[test]
fn a_file_that_means_harm_is_answered_too() {
    let mut client = Client::start();
    let deep = format!("let a = {}\n", "(".repeat(100_000));
    client.open("a.kdp", &deep);
    let found = client.diagnostics("a.kdp", 1);
    assert_eq!(found.len(), 1, "{found:?}");
    for question in ["textDocument/hover", "textDocument/completion"] {
        let place = json!({ "line": 0, "character": 99_999 });
        client.ask_with(question, "a.kdp", place, json!({}));
    }
    client.ask("textDocument/semanticTokens/full", "a.kdp");
    client.open("b.kdp", &"x".repeat(200_000));
    client.ask("textDocument/documentSymbol", "b.kdp");
    assert_eq!(client.leave().code(), Some(0));
}
