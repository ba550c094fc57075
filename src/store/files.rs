//! Files that are on the disk when the call returns.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::Blob;
use super::error::Action::{Make, Move, Write as Writing};
use super::error::StoreError;
use crate::plan::Key;

/// Makes a folder and what leads to it.
pub(super) fn make_folder(path: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(path).map_err(StoreError::io(Make, path))
}

/// Writes a file that is not there yet, down to the disk.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let write = || -> io::Result<()> {
        let mut file = File::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(StoreError::io(Writing, path))
}

/// Writes a file that is not there yet, piece by piece, down to the disk.
pub(super) fn stream_new(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Blob, StoreError> {
    let stream = || -> io::Result<Blob> {
        let file = File::create_new(path)?;
        let mut out = BufWriter::with_capacity(PIECE, Hashing::new(&file));
        write(&mut out)?;
        let blob = out.into_inner().map_err(|error| error.into_error())?.blob();
        file.sync_all()?;
        Ok(blob)
    };
    stream().map_err(StoreError::io(Writing, path))
}

/// Bytes that are written and hashed at once.
const PIECE: usize = 1 << 20;

/// A file on its way to the disk, whose digest is made on the way.
struct Hashing<'a> {
    file: &'a File,
    hasher: blake3::Hasher,
}

impl<'a> Hashing<'a> {
    fn new(file: &'a File) -> Self {
        let hasher = blake3::Hasher::new();
        Self { file, hasher }
    }

    fn blob(&self) -> Blob {
        Blob {
            digest: Key(*self.hasher.finalize().as_bytes()),
            bytes: self.hasher.count(),
        }
    }
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
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
pub(super) fn replace(path: &Path, bytes: &[u8], staging: &Path, prefix: &str) -> io::Result<()> {
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
