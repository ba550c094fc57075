//! The standard library as files that an editor can open: part of the binary, written to a folder
//! of the cache, not to be changed.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::check::STANDARD;

/// The folder of the standard library's files; the texts decide its name, so that an older kdp's
/// stay as they are. `None` where nothing can be written.
pub fn folder(cache: &Path) -> Option<PathBuf> {
    let mut hasher = blake3::Hasher::new();
    for (name, text) in STANDARD {
        hasher.update(name.as_bytes()).update(text.as_bytes());
    }
    let version = hasher.finalize().to_hex();
    let folder = cache.join("kdp").join(format!("std-{}", &version[..12]));
    for (name, text) in STANDARD {
        write(&folder.join(file_name(name)), text)?;
    }
    folder.canonicalize().ok()
}

/// Where a file of the standard library lies in that folder.
pub fn file_name(file: &str) -> String {
    format!("{file}.kdp")
}

/// Writes a file that nobody has written yet, all at once.
fn write(path: &Path, text: &str) -> Option<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Some(());
    }
    let folder = path.parent()?;
    fs::create_dir_all(folder).ok()?;
    let mut file = tempfile::NamedTempFile::new_in(folder).ok()?;
    file.write_all(text.as_bytes()).ok()?;
    let mut permissions = file.as_file().metadata().ok()?.permissions();
    permissions.set_readonly(true);
    file.as_file().set_permissions(permissions).ok()?;
    file.persist(path).ok()?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_once_and_cannot_be_changed() {
        let cache = tempfile::tempdir().unwrap();
        let made = folder(cache.path()).unwrap();
        assert_eq!(folder(cache.path()), Some(made.clone()));
        for (name, text) in STANDARD {
            let path = made.join(file_name(name));
            assert_eq!(fs::read_to_string(&path).unwrap(), *text);
            assert!(fs::metadata(&path).unwrap().permissions().readonly());
        }
        assert_eq!(folder(Path::new("/dev/null")), None);
    }
}
