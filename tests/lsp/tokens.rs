//! Semantic tokens.

use serde_json::{Value, json};

use crate::client::Client;

const TEXT: &str = "/// How \u{1F600}\nparam tau: number = 4.0 // warm\n\
    dataset d = embedded(name: digits) |> take(train: 5)\n\
    recipe r { batch: 3 }\n\
    teacher \u{1F600}t[seed in 0..2] = linear(classes) { data: d.train }\n";

/// Every token: its text, what it is, whether its name is made there.
fn tokens(client: &mut Client, name: &str, text: &str) -> Vec<(String, String, bool)> {
    let capabilities = client.respond(
        "textDocument/semanticTokens/full",
        json!({
            "textDocument": { "uri": client.uri(name) }
        }),
    );
    let legend = [
        "namespace",
        "type",
        "class",
        "function",
        "variable",
        "parameter",
        "property",
        "enumMember",
        "keyword",
        "number",
        "string",
        "comment",
        "operator",
    ];
    let data: Vec<usize> = capabilities["result"]["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_u64().unwrap() as usize)
        .collect();
    let (mut line, mut start) = (0, 0);
    let lines: Vec<Vec<u16>> = text
        .lines()
        .map(|line| line.encode_utf16().collect())
        .collect();
    data.chunks(5)
        .map(|token| {
            start = if token[0] == 0 {
                start + token[1]
            } else {
                token[1]
            };
            line += token[0];
            let units = &lines[line][start..start + token[2]];
            let word = String::from_utf16(units).unwrap();
            (word, legend[token[3]].to_string(), token[4] & 1 == 1)
        })
        .collect()
}

#[test]
fn every_word_is_told_for_what_it_is() {
    let text = TEXT.replace("\u{1F600}t", "t");
    let mut client = Client::start();
    let answer: Value = client.ask("textDocument/semanticTokens/full", "a.kdp");
    assert!(answer.is_null());
    client.open("a.kdp", &text);
    let found = tokens(&mut client, "a.kdp", &text);
    let shown: Vec<String> = found
        .iter()
        .map(|(word, kind, made)| format!("{word}:{kind}{}", if *made { "!" } else { "" }))
        .collect();
    assert_eq!(
        shown.join(" "),
        "/// How \u{1F600}:comment param:keyword tau:variable! number:type =:operator 4.0:number \
         // warm:comment dataset:keyword d:variable! =:operator embedded:function name:parameter \
         digits:enumMember |>:operator take:function train:parameter 5:number recipe:keyword \
         r:variable! batch:property 3:number teacher:keyword t:variable! seed:parameter! in:keyword \
         0:number ..:operator 2:number =:operator linear:class classes:variable data:property \
         d:variable train:property"
    );
}

#[test]
fn a_broken_file_has_them_too() {
    let mut client = Client::start();
    client.open("a.kdp", TEXT);
    assert!(tokens(&mut client, "a.kdp", TEXT).len() > 20);
    let broken = "let a = \"open {b\nteacher t = (";
    client.open("b.kdp", broken);
    assert!(tokens(&mut client, "b.kdp", broken).len() >= 4);
}
