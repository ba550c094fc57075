//! Every `.kdp` file that ships with kdp is in canonical layout, checks and plans without a finding.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Memory, Names};
use kdp::check::{STANDARD, declared_name, load};
use kdp::diag::{Rendering, SourceId, render};
use kdp::plan::plan;
use kdp::syntax::{format, parse};

/// The `.kdp` files of a folder.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|kind| kind == "kdp"))
        .collect();
    assert!(!files.is_empty());
    files
}

/// Checks and plans a text that must have no finding, and tells how many nodes it has.
fn nodes(name: &str, text: &str) -> usize {
    let world = Memory(BTreeMap::from([(name.into(), text.to_string())]));
    let loaded = load(Path::new(name), &[], &world);
    let said = render(&loaded.diagnostics, &loaded.sources, Rendering::Plain);
    assert!(loaded.diagnostics.is_empty(), "{said}");
    let program = loaded.program.unwrap();
    plan(&program, &loaded.sources, &Names).graph.node_count()
}

#[test]
fn shipped_files_are_in_canonical_layout() {
    for path in files("stdlib").into_iter().chain(files("pipelines")) {
        let text = fs::read_to_string(&path).unwrap();
        let (tree, errors) = parse(SourceId::default(), &text);
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        assert_eq!(format(&tree, &text), text, "{}", path.display());
    }
}

#[test]
fn pipelines_check_and_plan_without_a_finding() {
    for path in files("pipelines") {
        let text = fs::read_to_string(&path).unwrap();
        assert!(nodes(&path.display().to_string(), &text) > 3);
    }
}

#[test]
fn the_quickstart_is_readable_in_one_look() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/quickstart.kdp");
    assert!(fs::read_to_string(path).unwrap().lines().count() < 40);
}

/// Every data set, network and recipe of the standard library, used once.
#[test]
fn the_standard_library_can_be_used_whole() {
    let names = |module: &str| -> Vec<String> {
        let (_, text) = STANDARD.iter().find(|(name, _)| *name == module).unwrap();
        let (tree, _) = parse(SourceId::default(), text);
        tree.items
            .iter()
            .filter_map(declared_name)
            .map(|name| name.text.clone())
            .collect()
    };
    for dataset in names("datasets") {
        let folder = if ["digits", "fashion_mini"].contains(&dataset.as_str()) {
            ""
        } else {
            "\"data\""
        };
        for recipe in names("recipes") {
            let text = format!(
                "use std.datasets.{dataset}\nuse std.archs.mlp\nuse std.recipes.{recipe}\n\
                 dataset d = {dataset}({folder})\nmodel m = mlp() {{ data: d.train, recipe: {recipe} }}\n"
            );
            assert_eq!(nodes("use.kdp", &text), 2, "{dataset} {recipe}");
        }
    }
}
