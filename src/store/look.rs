//! What tells from outside that a file or a folder is as it was.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Store;
use crate::plan::{Digest, Key};

/// A file that changed less than this ago may change again within the clock's grain, with the
/// same size and times: what was seen of it is not remembered.
const SETTLED: Duration = Duration::from_secs(2);

/// What a file looked like from outside when it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Look {
    device: u64,
    inode: u64,
    size: u64,
    /// Modification and status change, in nanoseconds since 1970.
    times: [i128; 2],
}

impl Look {
    pub fn of(metadata: &Metadata) -> Look {
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

    pub fn hash(&self, hasher: &mut blake3::Hasher) {
        for number in [self.device, self.inode, self.size] {
            hasher.update(&number.to_le_bytes());
        }
        for time in self.times {
            hasher.update(&time.to_le_bytes());
        }
    }

    /// Whether it can no longer change without a change of this.
    pub fn is_settled(&self) -> bool {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let Ok(before) = now.map(|now| now.saturating_sub(SETTLED).as_nanos()) else {
            return false;
        };
        self.times.iter().all(|time| *time < before as i128)
    }
}

impl Store {
    /// How the objects of these keys look from outside, as one digest: while it stays the same, nobody
    /// has touched them. `None` where one is not there or could still change unseen.
    pub fn looks(&self, keys: &[Key]) -> Option<Digest> {
        let seen: Option<Vec<[Look; 2]>> = keys.par_iter().map(|key| self.look(*key)).collect();
        let mut hasher = blake3::Hasher::new();
        for (key, looks) in keys.iter().zip(seen?) {
            hasher.update(&key.0);
            looks.iter().for_each(|look| look.hash(&mut hasher));
        }
        Some(Key(*hasher.finalize().as_bytes()))
    }

    /// An object's folder, whose times tell of blobs that come and go, and its manifest.
    fn look(&self, key: Key) -> Option<[Look; 2]> {
        let folder = self.folder(key);
        let looks = [&folder, &folder.join("manifest.json")].map(|path| {
            let look = Look::of(&fs::metadata(path).ok()?);
            look.is_settled().then_some(look)
        });
        let [Some(folder), Some(manifest)] = looks else {
            return None;
        };
        Some([folder, manifest])
    }
}
