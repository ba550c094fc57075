//! The editors' files: read as they are meant, and with the words of the language.

use std::fs;
use std::path::Path;

use kdp::vocabulary::{DECLARATIONS, TYPES};
use serde_json::Value;

fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors");
    fs::read_to_string(folder.join(name)).unwrap()
}

fn json(name: &str) -> Value {
    serde_json::from_str(&read(name)).unwrap()
}

#[test]
fn the_grammar_of_vs_code_has_the_words_of_the_language() {
    let grammar = json("vscode/syntaxes/kdp.tmLanguage.json");
    let has = |part: &str, word: &str| {
        let text = grammar["repository"][part].to_string();
        let mut words = text.split(|c: char| !c.is_ascii_alphabetic());
        assert!(words.any(|one| one == word), "`{part}` lacks `{word}`");
    };
    for (word, _) in DECLARATIONS {
        has(
            if *word == "use" {
                "import"
            } else {
                "declaration"
            },
            word,
        );
    }
    for (word, _) in TYPES {
        has("field", word);
    }
    for word in ["then", "at", "over", "until", "along", "if", "for", "with"] {
        has("word", word);
    }
    assert_eq!(grammar["scopeName"], "source.kdp");
}

#[test]
fn what_the_extension_names_is_there() {
    let package = json("vscode/package.json");
    let contributed = &package["contributes"];
    assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
    for file in [
        &package["main"],
        &contributed["languages"][0]["configuration"],
        &contributed["grammars"][0]["path"],
    ] {
        read(&format!("vscode/{}", file.as_str().unwrap()));
    }
    json("vscode/language-configuration.json");
}

#[test]
fn every_editor_starts_the_server_for_kdp_files() {
    let helix: toml::Table = read("helix/languages.toml").parse().unwrap();
    assert_eq!(helix["language"][0]["file-types"][0].as_str(), Some("kdp"));
    let server = &helix["language-server"]["kdp"];
    assert_eq!(server["command"].as_str(), Some("kdp"));
    assert_eq!(server["args"][0].as_str(), Some("lsp"));
    assert!(read("neovim/lsp/kdp.lua").contains(r#"cmd = { "kdp", "lsp" }"#));
    assert!(read("vscode/extension.js").contains(r#"args: ["lsp"]"#));
}
