//! What needs the text alone: the outline, and the canonical layout.

use serde_json::{Value, json};

use crate::client::Client;
use crate::editing::{edited, range};

#[test]
fn the_outline_has_every_declaration_and_the_insides_of_experiments() {
    let text = "param tau: number = 4.0\narch net(depth: int) = relu()\n\
        experiment grid(net: layers) {\n  let a = 1\n  student s[seed in 0..3] = net\n}\n\
        claim \"it works\" = true\nlet half = (\n";
    let mut client = Client::start();
    client.open("a.kdp", text);
    let symbols = client.ask("textDocument/documentSymbol", "a.kdp");
    let names = |symbols: &Value| -> Vec<(String, String)> {
        let shown = |value: &Value| value.as_str().unwrap().to_string();
        let symbols = symbols.as_array().unwrap().iter();
        symbols
            .map(|one| (shown(&one["name"]), shown(&one["detail"])))
            .collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(a, b)| (a.to_string(), b.to_string()))
            .collect()
    };
    assert_eq!(
        names(&symbols),
        pairs(&[
            ("tau", "param: number"),
            ("net", "arch(depth: int)"),
            ("grid", "experiment(net: layers)"),
            ("\"it works\"", "claim"),
            ("half", "let"),
        ])
    );
    assert_eq!(
        names(&symbols[2]["children"]),
        pairs(&[("a", "let"), ("s", "student[seed]")])
    );
    assert_eq!(symbols[0]["selectionRange"], range(text, "tau"));
}

#[test]
fn format_gives_the_canonical_layout_and_leaves_a_broken_file_alone() {
    let mut client = Client::start();
    let text = "let   é =  \"ü\"\r\nlet b=[1,2]\n";
    let text = text.replace('é', "e");
    client.open("a.kdp", &text);
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let uri = client.uri("a.kdp");
    let params = json!({ "textDocument": { "uri": uri }, "options": options });
    let edits = client.request("textDocument/formatting", params.clone());
    assert_eq!(edits.as_array().unwrap().len(), 1);
    let formatted = edited(&text, &edits);
    assert_eq!(
        formatted.replace('\r', ""),
        "let e = \"ü\"\nlet b = [1, 2]\n"
    );
    client.replace("a.kdp", 2, &formatted);
    assert_eq!(
        client.request("textDocument/formatting", params.clone()),
        json!([])
    );
    client.replace("a.kdp", 3, "let   a = (\n");
    assert_eq!(client.request("textDocument/formatting", params), json!([]));
}
