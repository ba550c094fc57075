//! What is wrong with a node whose input files cannot be read.

use std::fs::File;
use std::io::{Error, ErrorKind};
use std::path::Path;

use super::advice::{advice, advice_by_name};
use super::instead;
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
    if let Some(folders) = instead::folders(word, &file.path) {
        help = format!("{folders}; {help}");
    }
    let found = instead::found(word, &file.path);
    let fetched = || source.and_then(|source| advice(source, role, &file.path, fetchable));
    let mend = found.or_else(fetched);
    if let Some(mend) = mend.or_else(|| advice_by_name(&file.path, fetchable)) {
        help = format!("{mend}; {help}");
    }
    Some((what, help))
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
    use super::reason;

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
