//! What the documentation shows is what happens. The `console` blocks of `README.md` and `docs/` are
//! run in a folder that holds `pipelines/` and every block that opens with ```` ```kdp NAME.kdp ````;
//! those blocks are whole files and must be in canonical layout, other `kdp` blocks are fragments, and
//! all of them must be sound. A block that opens with ```` ```kdp NAME.kdp wrong ```` shows mistakes, and
//! must have some.
//!
//! `TRYCMD=overwrite` rewrites what commands print, `BLESS=1` the reference of the standard library.

// A test that cannot read its files fails, and should.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use kdp::check::{Loaded, World, look};
use kdp::diag::{Rendering, render};
use tempfile::TempDir;
use trycmd::TestCases;

const KDP: &str = env!("CARGO_BIN_EXE_kdp");

#[test]
fn console_blocks_run_as_shown() {
    let engine = Path::new(KDP).with_file_name("kdp-engine");
    assert!(
        engine.is_file() || std::env::var_os("KDP_ENGINE").is_some(),
        "build the engine first: cargo build -p kdp-engine"
    );
    let folder = workplace();
    // trycmd runs commands in the process's folder; no other test here hangs on it.
    std::env::set_current_dir(folder.path()).unwrap();
    let cases = TestCases::new();
    cases
        .register_bin("kdp", Path::new(KDP))
        .env("NO_COLOR", "1");
    for document in documents() {
        cases.case(document);
    }
    cases.run();
}

#[test]
fn whole_files_are_in_canonical_layout() {
    let folder = workplace();
    let files: Vec<String> = blocks()
        .into_iter()
        .filter(|block| !block.wrong)
        .filter_map(|block| block.file)
        .collect();
    let output = Command::new(KDP)
        .args(["fmt", "--check"])
        .args(&files)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn files_and_fragments_are_sound() {
    let mut wrong = String::new();
    for block in blocks() {
        let Loaded {
            sources,
            mut diagnostics,
            ..
        } = look(Path::new(&block.place), &[], &block);
        // A fragment may declare what it does not go on to use.
        diagnostics.retain(|found| block.file.is_some() || found.code.0 != "unused");
        if block.wrong {
            let errors = diagnostics.iter().any(|found| found.is_error());
            assert!(errors, "{} is not wrong", block.place);
            continue;
        }
        wrong += &render(&diagnostics, &sources, Rendering::Plain);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_standard_library_is_described_as_it_is() {
    let path = root().join("docs/standard-library.md");
    let output = Command::new(KDP).arg("doc").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, told).unwrap();
        return;
    }
    let committed = fs::read_to_string(&path).unwrap();
    assert!(
        committed == told,
        "docs/standard-library.md is stale: `kdp doc -o docs/standard-library.md`"
    );
}

/// A `kdp` block of the documentation.
struct Block {
    /// `docs/language.md:41`.
    place: String,
    /// The name it is saved under, where it is a whole file.
    file: Option<String>,
    /// Whether it shows mistakes.
    wrong: bool,
    text: String,
}

impl World for Block {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match path == Path::new(&self.place) {
            true => Ok(self.text.clone().into_bytes()),
            false => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    for document in documents() {
        let shown = document.strip_prefix(root()).unwrap().display();
        let text = fs::read_to_string(&document).unwrap();
        let mut lines = text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            let Some(info) = line.strip_prefix("```kdp") else {
                continue;
            };
            let inside = lines.by_ref().map(|(_, line)| line);
            let inside = inside.take_while(|line| *line != "```");
            let mut words = info.split_whitespace();
            blocks.push(Block {
                place: format!("{shown}:{}", at + 1),
                file: words.next().map(str::to_owned),
                wrong: words.next() == Some("wrong"),
                text: inside.map(|line| format!("{line}\n")).collect(),
            });
        }
    }
    blocks
}

/// A folder with what the documents' commands may use.
fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for part in ["pipelines", "pipelines/paper", "pipelines/real"] {
        fs::create_dir(folder.path().join(part)).unwrap();
        let entries = fs::read_dir(root().join(part)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        for path in paths.filter(|path| path.is_file()) {
            let copy = folder.path().join(part).join(path.file_name().unwrap());
            fs::copy(&path, copy).unwrap();
        }
    }
    for block in blocks() {
        if let Some(name) = block.file {
            let path = folder.path().join(&name);
            assert!(!path.exists(), "{}: a second {name}", block.place);
            fs::write(path, block.text).unwrap();
        }
    }
    folder
}

fn documents() -> Vec<PathBuf> {
    let mut documents = vec![root().join("README.md")];
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            documents.push(path);
        }
    }
    documents.sort();
    documents
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
