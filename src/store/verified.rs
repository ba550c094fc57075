//! Blobs that this process has verified.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::look::Look;
use crate::plan::Digest;

/// The blobs that this process has verified, by their paths: how their files looked, and their digests. What
/// many nodes open is hashed once, and again only where its file has changed.
#[derive(Debug, Default)]
pub(super) struct Verified(Mutex<HashMap<PathBuf, (Look, Digest)>>);

impl Verified {
    /// What `take` gives of a file; `None` where its bytes have another digest.
    pub fn open<B: AsRef<[u8]>>(
        &self,
        path: &Path,
        digest: Digest,
        take: impl FnOnce(&mut File) -> io::Result<B>,
    ) -> io::Result<Option<B>> {
        let mut file = File::open(path)?;
        let look = Look::of(&file.metadata()?);
        let bytes = take(&mut file)?;
        let is_unchanged = |file: &File| Ok::<_, io::Error>(Look::of(&file.metadata()?) == look);
        let seen = (look.clone(), digest);
        if is_unchanged(&file)? && self.memory().get(path) == Some(&seen) {
            return Ok(Some(bytes));
        }
        if Digest::of_bytes(bytes.as_ref()) != digest {
            return Ok(None);
        }
        // One that changed while it was read is not remembered.
        if look.is_settled() && is_unchanged(&file)? {
            self.memory().insert(path.to_path_buf(), seen);
        }
        Ok(Some(bytes))
    }

    fn memory(&self) -> MutexGuard<'_, HashMap<PathBuf, (Look, Digest)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
