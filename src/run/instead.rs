//! What lies in place of a file or folder that is missing.

use std::path::Path;

/// Where the data is, if not where it was looked for: in the other form of CIFAR, or one folder further in.
pub(super) fn found(word: &str, path: &Path) -> Option<String> {
    let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
    let is_there = |name: &str| folder.join(name).is_file();
    let python = || name.strip_suffix(".bin").is_some_and(is_there);
    let binary = || is_there(&format!("{name}.bin"));
    match word {
        "cifar_binary" if python() => Some("the files of the Python version are there: declare them with `cifar10_python` or `cifar100_python`".into()),
        "cifar_python" if binary() => Some("the files of the binary version are there: declare them with `cifar10` or `cifar100`".into()),
        _ => {
            let mut within = inner(folder).into_iter().map(|inner| folder.join(inner));
            let within = within.find(|inner| inner.join(name).exists())?;
            Some(format!("it lies in the folder `{}`", within.display()))
        }
    }
}

/// The folders there are beside one of a split or a class, if they are not many.
pub(super) fn folders(word: &str, path: &Path) -> Option<String> {
    const MOST: usize = 8;
    let is_of_folders = matches!(word, "image_folder" | "folder_text");
    let folders = inner(path.parent().filter(|_| is_of_folders)?);
    let named: Vec<String> = folders.iter().map(|one| format!("`{one}`")).collect();
    let few = (1..=MOST).contains(&named.len());
    few.then(|| format!("there are the folders {}", named.join(", ")))
}

/// The folders in a folder, in order.
fn inner(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    let names = folders.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_there_instead_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let told = |word: &str, name: &str| found(word, &path(name)).unwrap_or_default();
        std::fs::write(path("data_batch_1"), "").unwrap();
        assert!(told("cifar_binary", "data_batch_1.bin").contains("`cifar10_python`"));
        assert_eq!(told("cifar_python", "test_batch"), "");
        std::fs::write(path("test.bin"), "").unwrap();
        assert!(told("cifar_python", "test").contains("`cifar100`"));
        for name in ["train", "validation", "inner/meta"] {
            std::fs::create_dir_all(path(name)).unwrap();
        }
        assert_eq!(
            folders("image_folder", &path("val")).as_deref(),
            Some("there are the folders `inner`, `train`, `validation`")
        );
        assert_eq!(folders("idx", &path("val")), None);
        assert!(told("image_folder", "meta").starts_with("it lies in the folder `"));
        assert_eq!(told("idx", "val"), "");
    }
}
