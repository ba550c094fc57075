//! `ARCHITECTURE.md` says which room may use which; this holds the source against it.

// A test that cannot read its files fails, and should.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The rooms of the command, and what each may use besides itself.
const ARROWS: &[(&str, &[&str])] = &[
    ("diag", &[]),
    ("vocabulary", &[]),
    ("spec", &[]),
    ("syntax", &["diag"]),
    ("check", &["diag", "vocabulary", "spec", "syntax"]),
    ("doc", &["diag", "vocabulary", "syntax", "check"]),
    ("plan", &["diag", "vocabulary", "spec", "check", "store"]),
    ("store", &["diag", "plan", "spec"]),
    ("fetch", &["diag", "spec"]),
    ("run", &["diag", "spec", "plan", "store"]),
    (
        "report",
        &[
            "diag",
            "vocabulary",
            "spec",
            "plan",
            "store",
            "run",
            "fetch",
        ],
    ),
    (
        "lsp",
        &[
            "diag",
            "vocabulary",
            "spec",
            "syntax",
            "check",
            "doc",
            "plan",
            "store",
        ],
    ),
    (
        "cli",
        &[
            "diag",
            "vocabulary",
            "spec",
            "syntax",
            "check",
            "doc",
            "plan",
            "store",
            "run",
            "fetch",
            "report",
            "lsp",
        ],
    ),
];

/// What the engine may use of the command.
const ENGINE: &[&str] = &["diag", "plan", "spec", "vocabulary", "store", "run"];

/// Rooms that see of `plan` only what a node is, not how a plan is made; and where that stands.
const ONLY_NODES: &[&str] = &["store"];
const NODES: &[&str] = &["facts", "key", "node"];

/// Rooms that never open a file: what they must know of one, they ask a `World`. One file answers.
const NO_FILES: &[&str] = &["diag", "vocabulary", "spec", "syntax", "check"];
const WORLD: &str = "src/check/modules/disk.rs";

/// Crates that have a home.
const HOMES: &[(&str, &[&str])] = &[
    ("pest", &["syntax"]),
    ("pest_derive", &["syntax"]),
    ("petgraph", &["plan", "run", "report"]),
    ("gen_lsp_types", &["lsp"]),
    ("lsp_server", &["lsp"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("minijinja", &["report"]),
    ("indicatif", &["report"]),
    ("ureq", &["fetch"]),
    ("tar", &["fetch"]),
    ("zip", &["fetch"]),
];

/// Macros that write to the terminal, and the rooms that may.
const WRITERS: &[&str] = &["print", "println", "eprint", "eprintln"];
const MAY_WRITE: &[&str] = &["cli", "report"];

#[test]
fn rooms_use_only_what_lies_above_them() {
    let mut wrong = Vec::new();
    for file in sources("src") {
        let room = file.room();
        for used in file.rooms_used("crate") {
            if is_room(&room) && is_room(&used) && used != room && !may_use(&room, &used) {
                wrong.push(format!("{}: {room} uses {used}", file.name));
            }
        }
    }
    for file in sources("engine/src") {
        for used in file.rooms_used("kdp") {
            if !ENGINE.contains(&used.as_str()) {
                wrong.push(format!("{}: the engine uses {used}", file.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_store_knows_keys_but_not_the_planner() {
    let known = public_names("src/plan", NODES);
    let mut wrong = Vec::new();
    for file in sources("src") {
        if ONLY_NODES.contains(&file.room().as_str()) {
            for name in file.names_used("plan") {
                if !known.contains(&name) && !NODES.contains(&name.as_str()) {
                    wrong.push(format!("{}: plan::{name}", file.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_stay_at_home() {
    let mut wrong = Vec::new();
    for file in sources("src") {
        let room = file.room();
        for (name, homes) in HOMES {
            if !homes.contains(&room.as_str()) && file.paths.iter().any(|path| path[0] == *name) {
                let homes = homes.join(", ");
                wrong.push(format!("{}: {name} belongs to {homes}", file.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_front_opens_no_file() {
    let mut wrong = Vec::new();
    for file in sources("src") {
        if NO_FILES.contains(&file.room().as_str())
            && file.name != WORLD
            && file
                .paths
                .iter()
                .any(|path| path[0] == "std" && path[1] == "fs")
        {
            wrong.push(format!("{}: std::fs", file.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_command_and_the_report_write_to_the_terminal() {
    let mut wrong = Vec::new();
    for file in sources("src") {
        if MAY_WRITE.contains(&file.room().as_str()) {
            continue;
        }
        for name in &file.macros {
            if WRITERS.contains(&name.as_str()) {
                wrong.push(format!("{}: {name}!", file.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The table's first column names folders: `| `src/diag/` | … |`.
#[test]
fn the_map_names_every_room() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let on_the_map: BTreeSet<String> = map
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|cell| cell.contains("src/"))
        .map(|cell| cell.trim_end_matches('/').to_owned())
        .collect();
    let mut there = BTreeSet::new();
    for folder in ["src", "engine/src"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                there.insert(format!("{folder}/{}", entry.file_name().display()));
            }
        }
    }
    assert_eq!(
        on_the_map, there,
        "left: ARCHITECTURE.md, right: the folders"
    );
    for room in there.iter().filter_map(|path| path.strip_prefix("src/")) {
        assert!(is_room(room), "{room} has no arrows");
    }
}

#[test]
fn a_wrong_arrow_is_seen() {
    let file = SourceFile::read(
        "src/syntax/parse/mod.rs".into(),
        "use crate::{check::Program, diag::{Span, closest}};
         // use crate::cli;
         fn f() { super::super::store::open(\"crate::report\"); pest::parse!(); println!() }",
    );
    let used = BTreeSet::from(["check", "diag", "store"].map(String::from));
    assert_eq!(file.rooms_used("crate"), used);
    assert!(file.paths.iter().any(|path| path[0] == "pest"));
    assert!(file.macros.contains("println"));
    assert!(!may_use("syntax", "check"));
}

fn may_use(room: &str, used: &str) -> bool {
    ARROWS
        .iter()
        .any(|(name, uses)| *name == room && uses.contains(&used))
}

fn is_room(name: &str) -> bool {
    ARROWS.iter().any(|(room, _)| *room == name)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A source file: every `a::b::c` in it (the groups of a `use` spread out) and the macros it calls.
struct SourceFile {
    name: String,
    paths: BTreeSet<Vec<String>>,
    macros: BTreeSet<String>,
}

impl SourceFile {
    fn read(name: String, text: &str) -> Self {
        let tokens: TokenStream = match text.parse() {
            Ok(tokens) => tokens,
            Err(error) => panic!("{name}: {error}"),
        };
        let mut file = Self {
            name,
            paths: BTreeSet::new(),
            macros: BTreeSet::new(),
        };
        file.walk(tokens, &[]);
        file
    }

    /// `src/syntax/parse/rules.rs` is the module `[syntax, parse, rules]`.
    fn module(&self) -> Vec<&str> {
        let (_, inside) = self.name.split_once("src/").unwrap_or_default();
        let mut parts: Vec<&str> = inside.trim_end_matches(".rs").split('/').collect();
        if matches!(parts.last(), Some(&("mod" | "lib" | "main"))) {
            parts.pop();
        }
        parts
    }

    /// Empty for `lib.rs` and `main.rs`.
    fn room(&self) -> String {
        self.module()
            .first()
            .map_or_else(String::new, |room| (*room).to_owned())
    }

    /// The paths from the crate's root, whether written with `crate` or with `super` upon `super`.
    fn rooted(&self, krate: &str) -> impl Iterator<Item = &[String]> {
        let depth = self.module().len();
        self.paths.iter().filter_map(move |path| {
            let climbed = path.iter().take_while(|part| *part == "super").count();
            if path[0] == krate {
                Some(&path[1..])
            } else if krate == "crate" && climbed > 0 && climbed >= depth {
                Some(&path[climbed..])
            } else {
                None
            }
        })
    }

    fn rooms_used(&self, krate: &str) -> BTreeSet<String> {
        self.rooted(krate)
            .filter_map(|path| path.first().cloned())
            .collect()
    }

    fn names_used(&self, room: &str) -> BTreeSet<String> {
        self.rooted("crate")
            .filter(|path| path.first().is_some_and(|first| first == room))
            .filter_map(|path| path.get(1).cloned())
            .collect()
    }

    /// Collects paths and macros; `prefix` is what stands before the group of a `use`.
    fn walk(&mut self, tokens: TokenStream, prefix: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(ident) => {
                    let mut path = prefix.to_vec();
                    path.push(ident.to_string());
                    at += 1;
                    while is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':') {
                        match tokens.get(at + 2) {
                            Some(TokenTree::Ident(next)) => path.push(next.to_string()),
                            Some(TokenTree::Group(group))
                                if group.delimiter() == Delimiter::Brace =>
                            {
                                self.walk(group.stream(), &path);
                            }
                            _ => {}
                        }
                        at += 3;
                    }
                    if is_punct(tokens.get(at), '!')
                        && let Some(name) = path.last()
                    {
                        self.macros.insert(name.clone());
                    }
                    if path.len() > 1 {
                        self.paths.insert(path);
                    }
                }
                TokenTree::Group(group) => {
                    self.walk(group.stream(), &[]);
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn sources(folder: &str) -> Vec<SourceFile> {
    let mut folders: Vec<PathBuf> = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                files.push(SourceFile::read(name, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!files.is_empty(), "no source under {folder}");
    files
}

/// The names of the public items of some modules of a folder.
fn public_names(folder: &str, modules: &[&str]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for module in modules {
        let file = root().join(folder).join(module).with_extension("rs");
        for line in fs::read_to_string(file).unwrap().lines() {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            if words.next() == Some("pub") {
                names.extend(words.nth(1).map(str::to_owned));
            }
        }
    }
    names
}
