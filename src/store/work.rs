//! Work that is worth keeping where its process is killed: parts of an object in the making.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::error::Action::{Read, Remove};
use super::{Mapped, Slot, Store, StoreError, files};
use crate::plan::Key;

/// How long parts that nobody goes on with are kept.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Finished parts of an object in the making, by name. They outlive their process: whoever makes the object
/// next goes on with them. They go when the object is there, or when nobody came for a week.
#[derive(Clone, Debug)]
pub struct Work(PathBuf);

impl Slot {
    /// The parts of the object that is made here.
    pub fn work(&self) -> Result<Work, StoreError> {
        let folder = self.store().work_folder(self.key());
        files::make_folder(&folder)?;
        Ok(Work(folder))
    }
}

impl Work {
    /// A part, where it is finished.
    pub fn find(&self, name: &str) -> Result<Option<Mapped>, StoreError> {
        let path = self.0.join(name);
        match Mapped::open(&path) {
            Ok(part) => Ok(Some(part)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io(Read, &path)(error)),
        }
    }

    /// Writes a part down to the disk, in place of one of that name: bytes that `write` gives one after the other. It is
    /// there whole or not at all.
    pub fn stream(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Mapped, StoreError> {
        let unfinished = self.0.join(format!("{name}.unfinished"));
        let _ = fs::remove_file(&unfinished);
        files::stream_new(&unfinished, write)?;
        let path = self.0.join(name);
        fs::rename(&unfinished, &path).map_err(StoreError::io(super::Action::Move, &path))?;
        Mapped::open(&path).map_err(StoreError::io(Read, &path))
    }
}

impl Store {
    pub(super) fn work_folder(&self, key: Key) -> PathBuf {
        self.root().join("work").join(key.hex())
    }

    /// Removes the parts of an object that is there, or given up.
    pub(super) fn remove_work(&self, key: Key) -> Result<(), StoreError> {
        let folder = self.work_folder(key);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::io(Remove, &folder)(error))
            }
            _ => Ok(()),
        }
    }

    /// Whether parts are of no use any more: their object is there, or nobody came for them.
    pub(super) fn is_stale_work(&self, key: Key) -> bool {
        self.folder(key).exists() || is_old(&self.work_folder(key))
    }
}

fn is_old(folder: &Path) -> bool {
    let changed = fs::metadata(folder).and_then(|metadata| metadata.modified());
    let age = changed.map(|changed| SystemTime::now().duration_since(changed));
    matches!(age, Ok(Ok(age)) if age > KEPT)
}
