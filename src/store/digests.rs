//! Remembered digests of data files.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::files;
use crate::plan::Digest;

/// A file that changed less than this ago may change again within the clock's grain, with the
/// same size and times: its digest is not remembered.
const SETTLED: Duration = Duration::from_secs(2);

/// What a file looked like from outside when it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Look {
    device: u64,
    inode: u64,
    size: u64,
    /// Modification and status change, in nanoseconds since 1970.
    times: [i128; 2],
}

impl Look {
    fn of(metadata: &Metadata) -> Look {
        let nanoseconds = |s: i64, ns: i64| i128::from(s) * 1_000_000_000 + i128::from(ns);
        Look {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            times: [
                nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
                nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            ],
        }
    }

    fn is_settled(&self) -> bool {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let Ok(before) = now.map(|now| now.saturating_sub(SETTLED).as_nanos()) else {
            return false;
        };
        self.times.iter().all(|time| *time < before as i128)
    }
}

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
    path: PathBuf,
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
            path: path.to_path_buf(),
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
            self.save();
        }
        Ok(digest)
    }

    /// Forgetting costs a second look at a file, so a store that cannot be written is no error.
    fn save(&self) {
        let sealed = Sealed {
            files: self.files.clone(),
            seal: seal(&self.files),
        };
        if let Ok(text) = serde_json::to_vec(&sealed) {
            let _ = files::replace(&self.path, &text);
        }
    }
}

fn seal(files: &BTreeMap<PathBuf, Memory>) -> Option<Digest> {
    serde_json::to_vec(files)
        .ok()
        .map(|bytes| Digest::of_bytes(&bytes))
}
