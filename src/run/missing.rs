//! What is wrong with a node whose input files cannot be read.

use std::fs::File;
use std::io::{Error, ErrorKind};
use std::path::Path;

use super::advice::{advice, advice_by_name};
use super::options::Fetchable;
use crate::diag::plainly;
use crate::plan::{Call, DataFrom, DataTask, Node, Task};
use crate::spec::Wanted;
use crate::store::Listing;

/// Where the path of an input file comes from.
const ORIGIN: &str = "the path stands in the declaration, relative to the folder of the `.kdp` file, or in a \
                      param that it uses (`--set`), relative to the current folder";

/// What is wrong, and the mend, where a file of the node was not there when it was planned.
///
/// What only watches a training lacks what the training lacks, which is told there.
pub(super) fn missing_files(node: &Node, fetchable: &[Fetchable]) -> Option<(String, String)> {
    if node.only_watches() {
        return None;
    }
    let (role, file) = node.files.iter().find(|(_, file)| file.digest.is_none())?;
    let source = source(&node.task);
    let word = source.map_or("", |source| source.name.as_str());
    let (kind, reason) = match source.and_then(Wanted::of) {
        Some(wanted) => ("folder", reason_of_folder(&file.path, &wanted)),
        None => ("file", reason(&file.path)),
    };
    let what = format!("its {kind} `{}` ({role}) {reason}", file.path.display());
    let mut help = match word {
        "idx" => format!("{ORIGIN}; a file may be gzipped (`.gz`) or not"),
        "image_folder" => {
            format!("{ORIGIN}; it holds `train/CLASS/NAME.jpg` and `val/CLASS/NAME.jpg`")
        }
        _ => ORIGIN.into(),
    };
    if let Some(there) = there(word, &file.path) {
        return Some((what, format!("{there}; {help}")));
    }
    let fetched = source.and_then(|source| advice(source, role, &file.path, fetchable));
    if let Some(fetched) = fetched.or_else(|| advice_by_name(&file.path, fetchable)) {
        help = format!("{fetched}; {help}");
    }
    Some((what, help))
}

/// What is there in place of a file or folder, where that tells the mend.
fn there(word: &str, path: &Path) -> Option<String> {
    let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
    let is_there = |name: &str| folder.join(name).is_file();
    match word {
        "cifar_binary" if is_there(name.strip_suffix(".bin")?) => {
            return Some("the files of the Python version are there: declare them with `cifar10_python` or `cifar100_python`".into());
        }
        "cifar_python" if is_there(&format!("{name}.bin")) => {
            return Some("the files of the binary version are there: declare them with `cifar10` or `cifar100`".into());
        }
        _ => {}
    }
    let mut folders: Vec<String> = folder
        .read_dir()
        .ok()?
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    folders.sort();
    if let Some(inner) = folders
        .iter()
        .find(|inner| folder.join(inner).join(name).exists())
    {
        let inner = folder.join(inner);
        return Some(format!("it lies in `{0}`: declare `{0}`", inner.display()));
    }
    let named = |folders: &[String]| {
        folders
            .iter()
            .map(|one| format!("`{one}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match word {
        "image_folder" | "folder_text" if (1..=8).contains(&folders.len()) => {
            Some(format!("there are the folders {}", named(&folders)))
        }
        _ => None,
    }
}

/// The source that a node decodes.
fn source(task: &Task) -> Option<&Call> {
    match task {
        Task::Data(DataTask {
            from: DataFrom::Source { source, .. },
            ..
        }) => Some(source),
        _ => None,
    }
}

/// Whether a folder of data is missing, or something in it cannot be read.
fn reason_of_folder(path: &Path, wanted: &Wanted) -> String {
    match Listing::look(path, wanted) {
        _ if !path.is_dir() => reason(path),
        Ok(()) => "could not be read when the run was planned: run again".into(),
        Err(error) => format!("cannot be read: {}", plainly(&error)),
    }
}

/// Whether the folder, the file or the right to read it is missing.
fn reason(path: &Path) -> String {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    if let Some(folder) = folder
        && let Err(error) = folder.metadata()
    {
        let folder = folder.display();
        return match error.kind() {
            ErrorKind::NotFound => format!("is missing: there is no folder `{folder}`"),
            _ => format!(
                "cannot be reached: the folder `{folder}`: {}",
                plainly(&error)
            ),
        };
    }
    if let Some(file) = folder.filter(|folder| folder.is_file()) {
        let file = file.display();
        return format!("is missing: `{file}` is a file, and the folder that it lies in is wanted");
    }
    let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(Error::from(ErrorKind::IsADirectory)),
        false => Ok(()),
    });
    match opened {
        Ok(()) => "could not be read when the run was planned: run again".into(),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            "is missing, its folder is there".into()
        }
        Err(error) => format!("cannot be read: {}", plainly(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::{reason, there};

    #[test]
    fn what_lies_there_instead_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let told = |word: &str, name: &str| there(word, &path(name)).unwrap_or_default();
        std::fs::write(path("data_batch_1"), "").unwrap();
        assert!(told("cifar_binary", "data_batch_1.bin").contains("`cifar10_python`"));
        assert_eq!(told("cifar_python", "test_batch"), "");
        std::fs::write(path("test.bin"), "").unwrap();
        assert!(told("cifar_python", "test").contains("`cifar100`"));
        for name in ["train", "validation", "inner/meta"] {
            std::fs::create_dir_all(path(name)).unwrap();
        }
        assert_eq!(
            told("image_folder", "val"),
            "there are the folders `inner`, `train`, `validation`"
        );
        assert!(told("image_folder", "meta").starts_with("it lies in `"));
        assert_eq!(told("idx", "val"), "");
    }

    #[test]
    fn folder_and_file_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let told = |name: &str| reason(&folder.path().join(name));
        assert!(told("none/a").contains("there is no folder"));
        assert!(told("a").contains("its folder is there"));
        std::fs::create_dir(folder.path().join("b")).unwrap();
        assert_eq!(told("b"), "cannot be read: it is a folder");
        std::fs::write(folder.path().join("c"), "").unwrap();
        assert!(told("c/a").contains("/c` is a file"), "{}", told("c/a"));
    }
}
