//! Remembered digests of data files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::look::Look;
use crate::plan::Digest;

/// A remembered file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Memory {
    look: Look,
    digest: Digest,
}

/// `digests.json`: the files by absolute path, and the digest of that list. A damaged file is an
/// empty one.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Sealed {
    files: BTreeMap<PathBuf, Memory>,
    seal: Option<Digest>,
}

/// The remembered digests of a store.
#[derive(Debug)]
pub(super) struct Digests {
    changed: bool,
    files: BTreeMap<PathBuf, Memory>,
}

impl Digests {
    pub(super) fn load(path: &Path) -> Digests {
        let sealed = fs::read(path)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Sealed>(&bytes).ok())
            .filter(|sealed| sealed.seal == seal(&sealed.files))
            .unwrap_or_default();
        Digests {
            changed: false,
            files: sealed.files,
        }
    }

    pub(super) fn of_file(&mut self, path: &Path) -> io::Result<Digest> {
        let name = path.canonicalize()?;
        let mut file = File::open(&name)?;
        let look = Look::of(&file.metadata()?);
        if let Some(memory) = self.files.get(&name)
            && memory.look == look
        {
            return Ok(memory.digest);
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(&mut file)?;
        let digest = crate::plan::Key(*hasher.finalize().as_bytes());
        // A file that changed while it was read is not remembered either.
        if look.is_settled() && look == Look::of(&file.metadata()?) {
            self.files.insert(name, Memory { look, digest });
            self.changed = true;
        }
        Ok(digest)
    }

    /// What is to be written, where that has changed.
    pub(super) fn unsaved(&mut self) -> Option<Vec<u8>> {
        let sealed = Sealed {
            files: self.files.clone(),
            seal: seal(&self.files),
        };
        std::mem::take(&mut self.changed)
            .then(|| serde_json::to_vec(&sealed).ok())
            .flatten()
    }
}

fn seal(files: &BTreeMap<PathBuf, Memory>) -> Option<Digest> {
    serde_json::to_vec(files)
        .ok()
        .map(|bytes| Digest::of_bytes(&bytes))
}
