//! Files of a file system: written whole or not at all, with an eye to the room that is left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::FetchError;

/// Makes a folder with all above it.
pub fn make_folder(folder: &Path) -> Result<(), FetchError> {
    match folder.is_file() {
        true => Err(FetchError::NoFolder(folder.to_path_buf())),
        false => fs::create_dir_all(folder).map_err(|error| FetchError::writing(folder, error)),
    }
}

/// A folder and those above it that are not there, the innermost first.
pub fn missing(folder: &Path) -> Vec<PathBuf> {
    let named = folder.ancestors().filter(|one| *one != Path::new(""));
    let missing = named.take_while(|one| one.symlink_metadata().is_err());
    missing.map(Path::to_path_buf).collect()
}

/// Takes a file or folder away; one that is not there is no error.
pub fn remove(path: &Path) -> Result<(), FetchError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(FetchError::writing(path, error))
        }
        _ => Ok(()),
    }
}

/// Gives a file or folder its final name. What is there already is replaced only by force.
pub fn settle(from: &Path, to: &Path, force: bool) -> Result<(), FetchError> {
    if to.symlink_metadata().is_ok() {
        match force {
            true => remove(to)?,
            false => return Err(FetchError::Occupied(to.to_path_buf())),
        }
    }
    fs::rename(from, to).map_err(|error| FetchError::writing(to, error))
}

/// The length of a file; 0 where there is none.
pub fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}

/// Refuses to begin what the disk has no room for.
pub fn hold_room(folder: &Path, needed: u64) -> Result<(), FetchError> {
    match rustix::fs::statvfs(folder) {
        Ok(disk) => room(folder, disk.f_bavail.saturating_mul(disk.f_frsize), needed),
        // What is not known is found out.
        Err(_) => Ok(()),
    }
}

fn room(folder: &Path, free: u64, needed: u64) -> Result<(), FetchError> {
    match free < needed {
        true => Err(FetchError::NoRoom {
            folder: folder.to_path_buf(),
            free,
            needed,
        }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_not_begun() {
        assert!(room(Path::new("data"), 100, 100).is_ok());
        let error = room(Path::new("data"), 99, 100).expect_err("too little");
        assert!(error.to_string().contains("99"), "{error}");
        assert!(hold_room(Path::new("."), u64::MAX).is_err());
    }
}
