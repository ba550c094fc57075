//! Who uses the store: the folders of runs, one a line in `users`.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::Action::{Read, Write as Writing};
use super::{Store, StoreError};

impl Store {
    /// Notes that what lies in a folder refers to objects of this store.
    pub fn note_user(&self, folder: &Path) -> Result<(), StoreError> {
        let path = self.root().join("users");
        let line = format!("{}\n", folder.display());
        let append = || -> io::Result<()> {
            let mut file = File::options().create(true).append(true).open(&path)?;
            // One write: lines of several processes do not mix.
            file.write_all(line.as_bytes())
        };
        append().map_err(StoreError::io(Writing, &path))
    }

    /// The folders that were noted, in order.
    pub fn users(&self) -> Result<Vec<PathBuf>, StoreError> {
        let path = self.root().join("users");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.lines().map(PathBuf::from).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(vec![]),
            Err(error) => Err(StoreError::io(Read, &path)(error)),
        }
    }
}
