//! Every "did you mean" carries the edit that it speaks of, and the edit mends the finding.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kdp::check::{Loaded, load};
use kdp::diag::{Diagnostic, Edit};

use crate::support::Memory;

#[test]
fn every_close_name_can_be_taken_at_once() {
    let mut tried = 0;
    for text in inputs() {
        for diagnostic in offering(&checked(&text)) {
            assert!(!diagnostic.edits.is_empty(), "{diagnostic:?} has no edit");
            for edit in &diagnostic.edits {
                let mended = apply(&text, edit);
                let still = offering(&checked(&mended)).iter().any(|other| {
                    other.message == diagnostic.message
                        && other.labels[0].span.start == diagnostic.labels[0].span.start
                });
                assert!(!still, "{} stays in\n{mended}", diagnostic.message);
                tried += 1;
            }
        }
    }
    assert!(tried >= 15, "only {tried} edits were tried");
}

#[test]
fn a_name_of_the_standard_library_is_imported_below_the_files_own_comments() {
    let text = "//! A file.\n\n/// Wide.\nlet width = 3\ndataset d = digits()\n";
    let loaded = checked(text);
    let found = loaded.diagnostics.iter().find(|d| !d.edits.is_empty());
    let mended = apply(text, &found.unwrap().edits[0]);
    assert!(
        mended.starts_with("//! A file.\n\nuse std.datasets.digits\n/// Wide.\n"),
        "{mended}"
    );
    let errors = |loaded: Loaded| loaded.diagnostics.iter().any(Diagnostic::is_error);
    assert!(!errors(checked(&mended)), "{mended}");
}

#[test]
fn a_model_is_given_the_seed_that_it_does_not_use() {
    let head =
        "use std.datasets.digits\nuse std.archs.mlp\nuse std.recipes.quick\ndataset d = digits()\n";
    for (fields, mended) in [
        (
            "{ data: d.train, recipe: quick }",
            "{ data: d.train, recipe: quick, seed: seed }",
        ),
        (
            "{\n  data: d.train\n  recipe: quick\n}",
            "{\n  data: d.train\n  recipe: quick\n  seed: seed\n}",
        ),
        (
            "{ data: d.train, seed: 1, recipe: quick }",
            "{ data: d.train, seed: seed, recipe: quick }",
        ),
    ] {
        let text = format!("{head}student s[seed in 0..3] = mlp() {fields}\n");
        let found = checked(&text).diagnostics;
        assert_eq!(found[0].code.0, "unused-index");
        let text = apply(&text, &found[0].edits[0]);
        assert!(text.contains(mended), "{text}");
        assert!(checked(&text).diagnostics.is_empty(), "{text}");
    }
}

/// The inputs of the golden tests.
fn inputs() -> Vec<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let cases = ["check", "syntax"]
        .iter()
        .flat_map(|folder| fs::read_dir(tests.join(folder)).unwrap());
    let files = cases.map(|case| case.unwrap().path().join("input.kdp"));
    files
        .filter_map(|file| fs::read_to_string(file).ok())
        .collect()
}

fn checked(text: &str) -> Loaded {
    let file = PathBuf::from("input.kdp");
    let world = Memory(BTreeMap::from([(file.clone(), text.to_string())]));
    load(&file, &[], &world)
}

fn offering(loaded: &Loaded) -> Vec<Diagnostic> {
    let offers = |diagnostic: &&Diagnostic| {
        let help = diagnostic.help.as_deref().unwrap_or_default();
        help.starts_with("did you mean")
    };
    loaded.diagnostics.iter().filter(offers).cloned().collect()
}

fn apply(text: &str, edit: &Edit) -> String {
    let mut text = text.to_string();
    text.replace_range(edit.span.range(), &edit.text);
    text
}
