//! The files of a source of data, by role.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::spec::{Call, matches};

/// The files of a source, by role: those in its folder, or those that its arguments name.
pub(super) fn located(
    source: &Call,
    paths: &BTreeMap<String, PathBuf>,
) -> BTreeMap<String, PathBuf> {
    let Some(folder) = paths.get("folder") else {
        return named(paths);
    };
    let classes = source.int("classes").unwrap_or_default();
    let named = roles(&source.name, classes).into_iter();
    let found = named.map(|(role, name)| (role.to_string(), present(folder, name)));
    found.collect()
}

/// Files as arguments name them; those of a list are `train_files 0` and on, and a pattern among them stands for
/// several.
fn named(paths: &BTreeMap<String, PathBuf>) -> BTreeMap<String, PathBuf> {
    let mut files = BTreeMap::new();
    let mut lists: BTreeMap<&str, BTreeMap<usize, &PathBuf>> = BTreeMap::new();
    for (role, path) in paths {
        match member(role) {
            Some((list, nth)) => drop(lists.entry(list).or_default().insert(nth, path)),
            None => drop(files.insert(role.clone(), path.clone())),
        }
    }
    for (list, paths) in lists {
        let found = paths.into_values().flat_map(|path| matching(path));
        files.extend((0..).map(|nth| format!("{list} {nth}")).zip(found));
    }
    files
}

/// The list that a role is of, and its place there.
fn member(role: &str) -> Option<(&str, usize)> {
    let (list, nth) = role.split_once(' ')?;
    Some((list, nth.parse().ok()?))
}

/// The files of a pattern, `data/train-*.parquet`, in the order of their names; the path itself where it is none, or
/// where no file is called so.
fn matching(path: &Path) -> Vec<PathBuf> {
    let itself = || vec![path.to_path_buf()];
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return itself();
    };
    let name = name.to_string_lossy();
    if !name.contains('*') || path.exists() {
        return itself();
    }
    let here = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let entries = here.read_dir().into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut found: Vec<PathBuf> = names
        .filter(|found| !found.starts_with('.') && matches(&name, found))
        .map(|found| folder.join(found))
        .collect();
    if found.is_empty() {
        return itself();
    }
    found.sort();
    found
}

/// What the files of a source are called in its folder, by role: those of CIFAR hang on how many classes they are of, whatever
/// is made of them later.
fn roles(source: &str, classes: i64) -> Vec<(&'static str, &'static str)> {
    match (source, classes) {
        ("idx", _) => vec![
            ("train_images", "train-images-idx3-ubyte"),
            ("train_labels", "train-labels-idx1-ubyte"),
            ("test_images", "t10k-images-idx3-ubyte"),
            ("test_labels", "t10k-labels-idx1-ubyte"),
        ],
        ("image_folder", _) => vec![("train", "train"), ("test", "val")],
        ("cifar_binary", 100) => vec![("train", "train.bin"), ("test", "test.bin")],
        ("cifar_binary", _) => vec![
            ("data_batch_1", "data_batch_1.bin"),
            ("data_batch_2", "data_batch_2.bin"),
            ("data_batch_3", "data_batch_3.bin"),
            ("data_batch_4", "data_batch_4.bin"),
            ("data_batch_5", "data_batch_5.bin"),
            ("test_batch", "test_batch.bin"),
        ],
        ("cifar_python", 10) => vec![
            ("data_batch_1", "data_batch_1"),
            ("data_batch_2", "data_batch_2"),
            ("data_batch_3", "data_batch_3"),
            ("data_batch_4", "data_batch_4"),
            ("data_batch_5", "data_batch_5"),
            ("test_batch", "test_batch"),
        ],
        ("cifar_python", _) => vec![("train", "train"), ("test", "test")],
        _ => vec![],
    }
}

/// The file as it lies there: plain, or gzipped; or the folder of a split, which some call otherwise.
fn present(folder: &Path, name: &str) -> PathBuf {
    let plain = folder.join(name);
    let other = match name {
        "val" => folder.join("test"),
        _ => folder.join(format!("{name}.gz")),
    };
    match !plain.exists() && other.exists() {
        true => other,
        false => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Datum;

    #[test]
    fn the_files_of_cifar_hang_on_what_its_source_says() {
        let source = |classes| Call {
            name: "cifar_python".into(),
            version: 1,
            args: BTreeMap::from([("classes".to_string(), Datum::Int(classes))]),
        };
        let paths = BTreeMap::from([("folder".to_string(), PathBuf::from("cifar"))]);
        let roles = |classes| {
            located(&source(classes), &paths)
                .into_keys()
                .collect::<Vec<_>>()
        };
        assert_eq!(roles(10)[0], "data_batch_1");
        assert_eq!(roles(100), ["test", "train"]);
        assert_eq!(roles(20), ["test", "train"]);
    }

    #[test]
    fn a_pattern_stands_for_the_files_of_such_names_in_their_order() {
        let root = tempfile::tempdir().unwrap();
        for name in ["train-1.parquet", "train-0.parquet", "test.parquet", "a*b"] {
            std::fs::write(root.path().join(name), "").unwrap();
        }
        let found = |paths: &[(&str, &str)]| -> Vec<(String, String)> {
            let paths = paths.iter();
            let paths = paths.map(|(role, name)| (role.to_string(), root.path().join(name)));
            let source = Call {
                name: "image_parquet".into(),
                version: 1,
                args: BTreeMap::new(),
            };
            let found = located(&source, &paths.collect()).into_iter();
            let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
            found.map(|(role, path)| (role, name(path))).collect()
        };
        let wanted = |files: &[(&str, &str)]| -> Vec<(String, String)> {
            let files = files.iter();
            files.map(|(a, b)| (a.to_string(), b.to_string())).collect()
        };
        assert_eq!(
            found(&[
                ("train_files 0", "train-*.parquet"),
                ("train_files 1", "test.parquet"),
                ("test_files 0", "none-*.parquet"),
                ("validation_files 0", "a*b"),
                ("tokens.vocab", "*.parquet"),
            ]),
            wanted(&[
                ("test_files 0", "none-*.parquet"),
                ("tokens.vocab", "*.parquet"),
                ("train_files 0", "train-0.parquet"),
                ("train_files 1", "train-1.parquet"),
                ("train_files 2", "test.parquet"),
                ("validation_files 0", "a*b"),
            ])
        );
    }
}
