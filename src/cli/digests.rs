//! Digests of data, for plans.

use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::console::{Console, bytes};
use crate::plan::{Digest, Digests};
use crate::spec::Wanted;
use crate::store::Store;

/// How long a folder may be read before it is told, and between two words on how far that is.
const PAUSE: Duration = Duration::from_secs(2);

/// Digests of data files and folders, remembered by the store. Reading a large folder for the first time takes
/// long: how far it is, is told.
pub(super) struct Remembered<'a> {
    pub store: &'a Store,
    pub console: &'a Console,
}

impl Digests for Remembered<'_> {
    fn digest(&self, path: &Path, wanted: Option<&Wanted>) -> io::Result<Digest> {
        let Some(wanted) = wanted.filter(|_| path.is_dir()) else {
            return self.store.digest_of_file(path);
        };
        let last = Mutex::new(Instant::now());
        self.store.digest_of_folder(path, wanted, &|done, all| {
            // Several threads read; who finds the lock taken leaves the word to the other.
            let Ok(mut last) = last.try_lock() else {
                return;
            };
            if last.elapsed() >= PAUSE {
                *last = Instant::now();
                let (path, done, all) = (path.display(), bytes(done), bytes(all));
                self.console.note(&format!(
                    "reading `{path}` for the first time: {done} of {all}"
                ));
            }
        })
    }
}
