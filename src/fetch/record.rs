//! What a folder's data set was fetched from: a record beside the files.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{FetchError, STAGING};
use crate::spec::Remote;

/// The record's name in a data set's folder.
pub const RECORD: &str = ".kdp-fetched.json";

/// What was fetched into a folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The name of the set.
    pub set: String,
    /// Each of its files, whole.
    pub files: Vec<Fetched>,
}

/// A file that was fetched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fetched {
    /// From where.
    pub url: String,
    /// `md5 …` or `sha256 …`.
    pub checksum: String,
    /// What stands in the folder of it: path and bytes.
    pub parts: Vec<(PathBuf, u64)>,
}

impl Fetched {
    /// Whether it is the content that is declared, and everything of it is there at its length.
    pub fn is_whole(&self, remote: &Remote, folder: &Path) -> bool {
        let there = |(path, bytes): &(PathBuf, u64)| {
            fs::metadata(folder.join(path)).is_ok_and(|found| found.len() == *bytes)
        };
        self.checksum == remote.checksum.to_string() && self.parts.iter().all(there)
    }

    /// The bytes of all that stands in the folder of it.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|(_, bytes)| bytes).sum()
    }
}

impl Record {
    /// A folder's record; an empty one where there is none.
    pub fn read(folder: &Path) -> Record {
        let text = fs::read(folder.join(RECORD)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// What was fetched of a file, where it is whole.
    pub fn of(&self, remote: &Remote, folder: &Path) -> Option<&Fetched> {
        let mut files = self.files.iter();
        files.find(|fetched| fetched.is_whole(remote, folder))
    }

    /// Puts it into its folder, by way of the one of what is under way.
    pub fn write(&self, folder: &Path) -> Result<(), FetchError> {
        let (path, new) = (folder.join(RECORD), folder.join(STAGING).join(RECORD));
        let wrong = |error| FetchError::writing(&path, error);
        let text = serde_json::to_vec(self).map_err(|error| wrong(error.into()))?;
        let mut file = File::create(&new).map_err(wrong)?;
        file.write_all(&text).map_err(wrong)?;
        file.sync_all().map_err(wrong)?;
        fs::rename(&new, &path).map_err(wrong)?;
        Ok(())
    }
}
