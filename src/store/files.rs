//! Files that are on the disk when the call returns.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::error::Action::{Make, Move, Write as Writing};
use super::error::StoreError;

/// Makes a folder and what leads to it.
pub(super) fn make_folder(path: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(path).map_err(StoreError::io(Make, path))
}

/// Writes a file that is not there yet, down to the disk.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let write = || -> std::io::Result<()> {
        let mut file = File::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(StoreError::io(Writing, path))
}

/// Brings a folder's list of names to the disk.
pub(super) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(StoreError::io(Writing, path))
}

/// Moves a folder to a place that is free, and makes both lists of names durable.
pub(super) fn move_folder(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(StoreError::io(Move, to))?;
    for parent in [to.parent(), from.parent()].into_iter().flatten() {
        sync_folder(parent)?;
    }
    Ok(())
}

/// Replaces a file in one step: a reader sees the old text or the new one. The new one is made in the
/// folder `staging`, under a name that begins with `prefix`.
pub(super) fn replace(
    path: &Path,
    bytes: &[u8],
    staging: &Path,
    prefix: &str,
) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(prefix)
        // As the umask says: a store may be shared.
        .permissions(fs::Permissions::from_mode(0o666))
        .tempfile_in(staging)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
