//! What the tests ask of an editor beside what it says, and how its answers are read.

use std::path::Path;
use std::process::ExitStatus;

use serde_json::{Value, json};

use super::client::{Client, position};

impl Client {
    /// Writes a file into the folder.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Asks about a file.
    pub fn ask(&mut self, method: &str, name: &str) -> Value {
        let document = json!({ "uri": self.uri(name) });
        self.request(method, json!({ "textDocument": document }))
    }

    /// Asks about a place, which is the first of `text` that holds `word`.
    pub fn ask_at(&mut self, method: &str, name: &str, text: &str, word: &str) -> Value {
        let position = position(text, text.find(word).expect(word));
        self.ask_with(method, name, position, json!({}))
    }

    /// The next diagnostics of a file that is not open.
    pub fn diagnostics_of_closed(&mut self, name: &str) -> Vec<Value> {
        let uri = self.uri(name);
        let told = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
        });
        told["params"]["diagnostics"].as_array().unwrap().clone()
    }

    /// Ends the session as an editor does; gives how the server ended.
    pub fn leave(&mut self) -> ExitStatus {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.end()
    }

    /// Closes the server's input; gives how it ended.
    pub fn end(&mut self) -> ExitStatus {
        self.input = None;
        self.child.wait().unwrap()
    }
}

/// The range of a word in a text.
pub fn range(text: &str, word: &str) -> Value {
    let at = text.find(word).expect(word);
    json!({ "start": position(text, at), "end": position(text, at + word.len()) })
}

/// A text with edits made.
pub fn edited(text: &str, edits: &Value) -> String {
    let byte = |place: &Value| {
        let line = place["line"].as_u64().unwrap() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let mut units = place["character"].as_u64().unwrap() as usize;
        let mut at = start;
        for character in text[start..].chars() {
            if units == 0 {
                break;
            }
            units -= character.len_utf16();
            at += character.len_utf8();
        }
        at
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            let text = edit["newText"].as_str().unwrap();
            (byte(&range["start"]), byte(&range["end"]), text)
        })
        .collect();
    edits.sort_by_key(|(start, ..)| std::cmp::Reverse(*start));
    let mut text = text.to_string();
    for (start, end, new) in edits {
        text.replace_range(start..end, new);
    }
    text
}

/// A path that the server gave.
pub fn path_of(uri: &Value) -> &Path {
    Path::new(uri.as_str().unwrap().strip_prefix("file://").unwrap())
}
