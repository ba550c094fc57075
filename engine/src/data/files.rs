//! The files of a node: read once, held against what the plan saw of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use kdp::plan::{Digest, InputFile, Wanted};
use kdp::store::{Listed, Listing, Store};

use super::DataError;
use crate::threads;

/// A node's files by role.
pub struct Files<'a>(pub &'a BTreeMap<String, InputFile>);

impl Files<'_> {
    /// Whether there is a file of that role.
    pub fn has(&self, role: &str) -> bool {
        self.0.contains_key(role)
    }

    /// The roles of the files of a list, in order.
    pub fn listed(&self, list: &str) -> Vec<String> {
        let roles = (0..).map(|nth| format!("{list} {nth}"));
        roles.take_while(|role| self.has(role)).collect()
    }

    fn file(&self, role: &str) -> Result<&InputFile, DataError> {
        let file = self.0.get(role);
        file.ok_or_else(|| DataError::NoRole(role.to_string()))
    }

    /// The folder of a role, and the files that the plan saw in it, those that are wanted. What is in them is held
    /// against the listing when they are read.
    pub fn folder(
        &self,
        role: &str,
        wanted: &Wanted,
        store: &Store,
    ) -> Result<(PathBuf, Listing), DataError> {
        let folder = self.file(role)?;
        let path = folder.path.clone();
        if !path.is_dir() {
            return Err(DataError::Missing(path));
        }
        let digest = folder.digest;
        if let Some(listing) = digest.and_then(|digest| store.listing(digest)) {
            return Ok((path, listing));
        }
        let read = threads::within(|| Listing::read(&path, wanted, &|_, _| ()));
        let listing = read.map_err(|reason| DataError::Unreadable {
            path: path.clone(),
            reason,
        })?;
        match Some(listing.digest()) == digest {
            true => Ok((path, listing)),
            false => Err(DataError::ChangedFolder(path)),
        }
    }

    /// The path and the bytes of a file. Its bytes must be those that the plan saw: the node's
    /// key was made of them. The file is read once, and what is decoded is what was held: it may change meanwhile.
    pub fn read(&self, role: &str) -> Result<(PathBuf, Vec<u8>), DataError> {
        let file = self.file(role)?;
        let path = file.path.clone();
        let bytes = bytes(&path)?;
        if file.digest != Some(Digest::of_bytes(&bytes)) {
            return Err(DataError::Changed(path));
        }
        Ok((path, bytes))
    }

    /// The path of a file, and the file, to be read piece by piece. What is read is what the plan saw where it is held
    /// against that afterwards.
    pub fn open(&self, role: &str, store: &Store) -> Result<(PathBuf, File), DataError> {
        let path = self.file(role)?.path.clone();
        let file = File::open(&path).map_err(|reason| DataError::of_reading(&path, reason))?;
        self.hold(role, store)?;
        Ok((path, file))
    }

    /// Holds a file against what the plan saw of it. The store remembers a file by its look: one that is as it was is not
    /// read for that.
    pub fn hold(&self, role: &str, store: &Store) -> Result<(), DataError> {
        let file = self.file(role)?;
        let digest = store.digest_of_file(&file.path);
        match Some(digest.map_err(|reason| DataError::of_reading(&file.path, reason))?)
            == file.digest
        {
            true => Ok(()),
            false => Err(DataError::Changed(file.path.clone())),
        }
    }
}

/// The names of the folders in a folder, in order, but for hidden ones.
pub fn folders(folder: &Path) -> Vec<String> {
    let there = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let there = there.filter(|entry| entry.path().is_dir());
    let names = there.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

/// The bytes of a file of a folder, which must be those that were listed.
pub fn listed(folder: &Path, file: &Listed) -> Result<Vec<u8>, DataError> {
    let path = folder.join(&file.path);
    let bytes = bytes(&path)?;
    match Digest::of_bytes(&bytes) == file.digest {
        true => Ok(bytes),
        false => Err(DataError::Changed(path)),
    }
}

/// The bytes of a file.
fn bytes(path: &Path) -> Result<Vec<u8>, DataError> {
    std::fs::read(path).map_err(|reason| DataError::of_reading(path, reason))
}
