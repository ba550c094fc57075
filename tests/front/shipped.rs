//! Every `.kdp` file that ships with kdp is in canonical layout, checks and plans without a finding.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Memory, Names};
use kdp::check::{Disk, STANDARD, World, declared_name, load, standard_files};
use kdp::diag::{Rendering, SourceId, render};
use kdp::plan::plan;
use kdp::syntax::parse;
use kdp::syntax::tree::ItemKind;

/// The `.kdp` files of a folder.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = kdp_files(&folder);
    assert!(!files.is_empty());
    files
}

fn kdp_files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => kdp_files(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|kind| kind == "kdp"))
        .collect()
}

/// Checks and plans a text that must have no finding, and tells how many nodes it has.
fn nodes(name: &str, text: &str) -> usize {
    let world = Memory(BTreeMap::from([(name.into(), text.to_string())]));
    planned(Path::new(name), &world)
}

/// The same of a file in `pipelines/`.
fn nodes_of(name: &str) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines");
    planned(&folder.join(name), &Disk)
}

fn planned(path: &Path, world: &dyn World) -> usize {
    let loaded = load(path, &[], world);
    let said = render(&loaded.diagnostics, &loaded.sources, Rendering::Plain);
    assert!(loaded.diagnostics.is_empty(), "{said}");
    let program = loaded.program.unwrap();
    let plan = plan(&program, &loaded.sources, &Names);
    let own = plan
        .nodes()
        .filter(|node| !(node.only_watches() || node.is_stretch()));
    own.count()
}

/// A file that lies in `stdlib/` is part of kdp.
#[test]
fn every_file_of_the_standard_library_is_known() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib");
    let mut there: Vec<PathBuf> = files("stdlib");
    let mut known: Vec<PathBuf> = STANDARD
        .iter()
        .map(|(file, _)| root.join(format!("{file}.kdp")))
        .collect();
    there.sort();
    known.sort();
    assert_eq!(there, known);
}

#[test]
fn pipelines_check_and_plan_without_a_finding() {
    for path in files("pipelines") {
        assert!(planned(&path, &Disk) > 3, "{}", path.display());
    }
}

#[test]
fn the_quickstart_is_readable_in_one_look() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/quickstart.kdp");
    assert!(fs::read_to_string(path).unwrap().lines().count() < 40);
}

#[test]
fn the_papers_grid_is_short_and_trains_nothing_twice() {
    let short = |path: &PathBuf| fs::read_to_string(path).unwrap().lines().count() < 60;
    assert!(files("pipelines/paper").iter().all(short));
    // Of 30 settings, 16 teachers and 24 students of the labels differ; each setting has three students of its
    // teacher; all of it three times, by seed.
    let (teachers, one_hot, distilled) = (16 * 3, 24 * 3, 30 * 3 * 3);
    // Judged are the accuracies of the students of labels and of teachers on images, and on both splits what all
    // students of a teacher alone ask for.
    let accuracies = 12 * 3 + 18 * 3 * 3;
    // A student of the labels is held against the teacher of each of its settings, on both splits of images.
    let deviations = (2 * 18 + 12) * 4 * 3;
    // CIFAR-100 is also noisy.
    let data = 9;
    assert_eq!(
        nodes_of("paper/grid.kdp"),
        data + teachers + one_hot + distilled + accuracies + deviations
    );
}

#[test]
fn a_sweep_of_switches_shares_the_students_that_do_not_switch() {
    let (seeds, times) = (2, 3);
    let students = seeds * (2 + 2 * times);
    let teachers = seeds;
    // Each student's accuracy and two deviations, and two accuracies of each teacher.
    let expected = 1 + teachers + students + 3 * students + 2 * teachers;
    assert_eq!(nodes_of("loss_switch.kdp"), expected);
}

#[test]
fn the_standard_experiments_have_the_members_they_tell_of() {
    let text = "use std.datasets.digits\nuse std.archs.mlp\nuse std.recipes.quick\n\
                use std.experiments.distillation\n\
                dataset d = digits()\n\
                trial t = distillation(d, mlp([32]), mlp([8]), quick, seeds: [0, 1])\n\
                claim \"told\" = mean(t.small_acc.top1 - t.base_acc.top1) > 0 and \
                mean(t.gap.slope - t.base_gap.slope) > 0 and mean(t.gap_train.slope) > mean(t.big_acc.top1)\n";
    // Of each seed three models and six measures.
    assert_eq!(nodes("t.kdp", text), 1 + 2 * 9);
}

/// Every data set, network and recipe of the standard library, used once.
#[test]
fn the_standard_library_can_be_used_whole() {
    let names = |module: &str| -> Vec<String> {
        let trees = standard_files(module).map(|(_, text)| parse(SourceId::default(), text).0);
        // A constant is used where a transform or a verb wants it.
        trees
            .flat_map(|tree| tree.items)
            .filter(|item| !matches!(item.kind, ItemKind::Let { .. }))
            .filter_map(|item| declared_name(&item).map(|name| name.text.clone()))
            .collect()
    };
    for dataset in names("datasets") {
        let (arch, arguments) = match dataset.as_str() {
            "digits" | "fashion_mini" => ("mlp", ""),
            "text_file" | "json_lines" => (
                "bag_of_tokens",
                "\"a.csv\", \"b.csv\", labels: [\"no\", \"yes\"], train: 9_000, test: 900",
            ),
            "parquet" => (
                "bag_of_tokens",
                "[\"a.parquet\", \"b.parquet\"], [\"c.parquet\"], labels: [\"0\", \"1\"], train: 9_000, test: 900",
            ),
            "text_folder" => (
                "bag_of_tokens",
                "\"data\", labels: [\"no\", \"yes\"], train: 9_000, test: 900",
            ),
            "mnli" | "qqp" | "ag_news" | "imdb" => ("bag_of_tokens", "\"data\""),
            _ => ("mlp", "\"data\""),
        };
        for recipe in names("recipes") {
            // What is not an image is not augmented.
            let plain = match arch {
                "mlp" => "",
                _ => " with { augment: [] }",
            };
            let text = format!(
                "use std.datasets.{dataset}\nuse std.archs.{arch}\nuse std.recipes.{recipe}\n\
                 dataset d = {dataset}({arguments})\n\
                 model m = {arch}() {{ data: d.train, recipe: {recipe}{plain} }}\n"
            );
            assert_eq!(nodes("use.kdp", &text), 2, "{dataset} {recipe}");
        }
    }
}
