//! Room for one more file, within the limit.

use std::cmp::Reverse;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How the file of an epoch ends.
const ENDING: &str = "blocks";

/// The file of an epoch among those of its views.
pub fn path(folder: &Path, epoch: u64) -> PathBuf {
    folder.join(format!("{epoch}.{ENDING}"))
}

/// The right to make a file, in the folder of all outputs.
pub fn lock(outputs: &Path) -> io::Result<File> {
    fs::create_dir_all(outputs)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(outputs.join("room"))?;
    file.lock()?;
    Ok(file)
}

/// Removes files until one of so many bytes fits under the limit, if it does at all. The caller holds
/// the [`lock`].
///
/// The files of other views go first, the least recently used before the others. Of these views' own,
/// which runs read in the order of epochs, the latest goes first: so that the next run finds the
/// beginning.
pub fn make(outputs: &Path, limit: u64, bytes: u64, folder: &Path) -> io::Result<()> {
    let mut kept = files(outputs)?;
    let mut taken: u64 = kept.iter().map(|file| file.bytes).sum();
    // The last is the first to go.
    kept.sort_by_key(|file| match file.path.parent() == Some(folder) {
        true => (false, Reverse(SystemTime::UNIX_EPOCH), file.epoch),
        false => (true, Reverse(file.used), 0),
    });
    while taken + bytes > limit
        && let Some(file) = kept.pop()
    {
        fs::remove_file(&file.path)?;
        taken -= file.bytes;
    }
    Ok(())
}

struct Kept {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
    epoch: u64,
}

fn files(outputs: &Path) -> io::Result<Vec<Kept>> {
    let mut files = vec![];
    for folder in fs::read_dir(outputs)? {
        let folder = folder?.path();
        if !folder.is_dir() {
            continue;
        }
        for file in fs::read_dir(&folder)? {
            let (file, path) = file.map(|file| (file.metadata(), file.path()))?;
            if path.extension().is_none_or(|ending| ending != ENDING) {
                continue;
            }
            let name = path.file_stem().and_then(|name| name.to_str());
            let file = file?;
            files.push(Kept {
                bytes: file.len(),
                used: file.modified()?,
                epoch: name.and_then(|name| name.parse().ok()).unwrap_or(u64::MAX),
                path,
            });
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_least_recently_used_go_first_and_the_beginning_of_these_views_last() {
        let folder = tempfile::tempdir().expect("a folder");
        let outputs = folder.path();
        let (own, other) = (outputs.join("own"), outputs.join("other"));
        let put = |folder: &Path, epoch, age| {
            fs::create_dir_all(folder).expect("a folder");
            let file = File::create(path(folder, epoch)).expect("a file");
            file.set_len(100).expect("its length");
            let used = SystemTime::now() - Duration::from_secs(age);
            file.set_modified(used).expect("its time");
        };
        for (epoch, age) in [(0, 10), (1, 30), (10, 20)] {
            put(&own, epoch, age);
            put(&other, epoch, age);
        }
        fs::write(own.join("of.json"), "{}").expect("written");
        let there = || {
            let mut names: Vec<String> = files(outputs)
                .expect("files")
                .iter()
                .map(|file| file.path.strip_prefix(outputs).expect("inside"))
                .map(|path| path.with_extension("").display().to_string())
                .collect();
            names.sort();
            names.join(" ")
        };
        make(outputs, 700, 100, &own).expect("no error");
        assert_eq!(there(), "other/0 other/1 other/10 own/0 own/1 own/10");
        make(outputs, 600, 100, &own).expect("no error");
        assert_eq!(there(), "other/0 other/10 own/0 own/1 own/10");
        make(outputs, 250, 100, &own).expect("no error");
        assert_eq!(there(), "own/0");
        assert!(own.join("of.json").exists());
    }
}
