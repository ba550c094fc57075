//! The files of a node: read once, held against what the plan saw of them.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use kdp::plan::{Digest, InputFile};
use kdp::store::{Listed, Listing, Store};

use super::DataError;

/// A node's files by role.
pub struct Files<'a>(pub &'a BTreeMap<String, InputFile>);

impl Files<'_> {
    /// Whether there is a file of that role.
    pub fn has(&self, role: &str) -> bool {
        self.0.contains_key(role)
    }

    fn file(&self, role: &str) -> Result<&InputFile, DataError> {
        let file = self.0.get(role);
        file.ok_or_else(|| DataError::NoRole(role.to_string()))
    }

    /// The folder of a role, and the files that the plan saw in it. What is in them is held against the
    /// listing when they are read.
    pub fn folder(&self, role: &str, store: &Store) -> Result<(PathBuf, Listing), DataError> {
        let folder = self.file(role)?;
        let path = folder.path.clone();
        if !path.is_dir() {
            return Err(DataError::Missing(path));
        }
        let digest = folder.digest;
        if let Some(listing) = digest.and_then(|digest| store.listing(digest)) {
            return Ok((path, listing));
        }
        let read = Listing::read(&path, &|_, _| ());
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
    /// key was made of them.
    pub fn read(&self, role: &str) -> Result<(PathBuf, Vec<u8>), DataError> {
        let file = self.file(role)?;
        let path = file.path.clone();
        let bytes = bytes(&path)?;
        if file.digest != Some(Digest::of_bytes(&bytes)) {
            return Err(DataError::Changed(path));
        }
        Ok((path, bytes))
    }
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
    std::fs::read(path).map_err(|reason| match reason.kind() {
        ErrorKind::NotFound => DataError::Missing(path.to_path_buf()),
        _ => DataError::Unreadable {
            path: path.to_path_buf(),
            reason,
        },
    })
}

/// The bytes inside, if these are gzip (by their first two bytes), else the bytes themselves.
pub fn unpack(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, DataError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut inside = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice())
        .read_to_end(&mut inside)
        .map_err(|reason| DataError::Gzip {
            path: path.to_path_buf(),
            reason,
        })?;
    Ok(inside)
}
