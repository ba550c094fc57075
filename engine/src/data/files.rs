//! The files of a node: read once, held against what the plan saw of them.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use kdp::plan::{Digest, InputFile};

use super::DataError;

/// A node's files by role.
pub struct Files<'a>(pub &'a BTreeMap<String, InputFile>);

impl Files<'_> {
    /// Whether there is a file of that role.
    pub fn has(&self, role: &str) -> bool {
        self.0.contains_key(role)
    }

    /// The path of a role.
    pub fn path(&self, role: &str) -> Result<&Path, DataError> {
        let file = self.0.get(role);
        let path = file.map(|file| file.path.as_path());
        path.ok_or_else(|| DataError::NoRole(role.to_string()))
    }

    /// The path and the bytes of a file. Its bytes must be those that the plan saw: the node's
    /// key was made of them.
    pub fn read(&self, role: &str) -> Result<(PathBuf, Vec<u8>), DataError> {
        let file = self
            .0
            .get(role)
            .ok_or_else(|| DataError::NoRole(role.to_string()))?;
        let path = file.path.clone();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(reason) if reason.kind() == ErrorKind::NotFound => {
                return Err(DataError::Missing(path));
            }
            Err(reason) => return Err(DataError::Unreadable { path, reason }),
        };
        if file.digest != Some(Digest::of_bytes(&bytes)) {
            return Err(DataError::Changed(path));
        }
        Ok((path, bytes))
    }
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
