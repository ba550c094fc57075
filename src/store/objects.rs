//! The folder: finding, locking, sweeping.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rayon::prelude::*;

use super::digests::Digests;
use super::error::Action::{Lock, Make, Read, Write};
use super::error::StoreError;
use super::verified::Verified;
use super::{Entry, Manifest, Slot, files};
use crate::plan::{Digest, Key};

/// How often a claim is repeated.
const PATIENCE: usize = 25;

/// What a lookup gave.
#[derive(Debug)]
// It is made once for a node and taken apart at once.
#[allow(clippy::large_enum_variant)]
pub enum Lookup {
    /// The object is there.
    Hit(Entry),
    /// It is not; this process, and no other, may make it now.
    Miss(Slot),
}

/// A store of objects by key, in a folder.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    warnings: Mutex<Vec<String>>,
    digests: Mutex<Option<Digests>>,
    verified: Verified,
}

impl Store {
    /// The store in a folder, which need not be there: for looking only, nothing is made.
    pub fn at(root: &Path) -> Store {
        Store {
            inner: Arc::new(Inner {
                root: root.to_path_buf(),
                warnings: Mutex::default(),
                digests: Mutex::default(),
                verified: Verified::default(),
            }),
        }
    }

    /// The store in a folder: makes what is missing of it, and removes what processes that have
    /// died left half-done.
    pub fn open(root: &Path) -> Result<Store, StoreError> {
        files::make_folder(root)?;
        let root = root.canonicalize().map_err(StoreError::io(Make, root))?;
        let store = Store::at(&root);
        for folder in ["objects", "staging", "locks"] {
            files::make_folder(&root.join(folder))?;
        }
        store.sweep();
        Ok(store)
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.inner.root
    }

    /// The folder of an object, whether it is there or not.
    pub fn folder(&self, key: Key) -> PathBuf {
        let hex = key.hex();
        // Made once for each object of a plan, so without a copy for each step on the way.
        let mut folder = PathBuf::with_capacity(self.root().as_os_str().len() + 2 * hex.len());
        folder.extend([
            self.root(),
            "objects".as_ref(),
            hex[..2].as_ref(),
            hex.as_ref(),
        ]);
        folder
    }

    /// The object of a key, if it is whole: its manifest is verified and every blob must be there
    /// in full length. Takes no lock. A damaged object is not found, and a warning is noted.
    pub fn find(&self, key: Key) -> Option<Entry> {
        match self.inspect(key) {
            Ok(entry) => entry,
            Err(error) => {
                self.warn(error.to_string());
                None
            }
        }
    }

    /// The objects of several keys, as [`Store::find`] finds each.
    pub fn find_all(&self, keys: &[Key]) -> HashMap<Key, Entry> {
        // What the folders do not list need not be looked for one by one. Where they cannot be
        // listed, each says why.
        let listed: Option<HashSet<Key>> = self.keys().ok().map(HashSet::from_iter);
        let known = keys
            .par_iter()
            .filter(|key| listed.as_ref().is_none_or(|listed| listed.contains(key)));
        known
            .filter_map(|key| Some((*key, self.find(*key)?)))
            .collect()
    }

    /// The object of a key, or the right to make it. Waits while another process makes it.
    pub fn lookup(&self, key: Key) -> Result<Lookup, StoreError> {
        if let Ok(Some(entry)) = self.inspect(key) {
            return Ok(Lookup::Hit(entry));
        }
        let lock = self.lock(key)?;
        match self.inspect(key) {
            Ok(Some(entry)) => return Ok(Lookup::Hit(entry)),
            Ok(None) => {}
            Err(StoreError::Damaged { path, what, .. }) => {
                self.set_aside(key)?;
                let aside = true;
                self.warn(StoreError::Damaged { path, what, aside }.to_string());
            }
            Err(error) => return Err(error),
        }
        Slot::new(self.clone(), key, lock).map(Lookup::Miss)
    }

    /// The right to make the object of a key; `None` where it is there, damaged, or being made.
    pub fn claim(&self, key: Key) -> Result<Option<Slot>, StoreError> {
        let mut lock = self.try_lock(key)?;
        for _ in 0..PATIENCE {
            if lock.is_some() {
                break;
            }
            // A sweep holds each lock for a moment.
            std::thread::sleep(Duration::from_millis(2));
            lock = self.try_lock(key)?;
        }
        let Some(lock) = lock else {
            return Ok(None);
        };
        match self.inspect(key) {
            Ok(None) => Slot::new(self.clone(), key, lock).map(Some),
            _ => Ok(None),
        }
    }

    /// The keys of all objects, damaged ones too, in order.
    pub fn keys(&self) -> Result<Vec<Key>, StoreError> {
        let mut keys = vec![];
        for shelf in names(&self.root().join("objects"))? {
            let shelf = self.root().join("objects").join(shelf);
            if shelf.is_dir() {
                keys.extend(names(&shelf)?.iter().filter_map(|name| Key::parse(name)));
            }
        }
        keys.sort();
        Ok(keys)
    }

    /// The warnings since they were last taken: each names a damaged file.
    pub fn take_warnings(&self) -> Vec<String> {
        let warnings = &self.inner.warnings;
        let mut taken =
            std::mem::take(&mut *warnings.lock().unwrap_or_else(PoisonError::into_inner));
        // Several threads look things up.
        taken.sort();
        taken
    }

    /// The digest of a file. It is remembered by the file's path, size, times and inode, so that
    /// a large file is read once.
    pub fn digest_of_file(&self, path: &Path) -> io::Result<Digest> {
        let digests = &self.inner.digests;
        let mut digests = digests.lock().unwrap_or_else(PoisonError::into_inner);
        let place = self.root().join("digests.json");
        let digests = digests.get_or_insert_with(|| Digests::load(&place));
        let digest = digests.of_file(path)?;
        if let Some(text) = digests.unsaved() {
            // Forgetting costs a second look at a file: a store that cannot be written is no error.
            let _ = self.replace(&place, &text);
        }
        Ok(digest)
    }

    /// The blobs that were verified since it was opened.
    pub(super) fn verified(&self) -> &Verified {
        &self.inner.verified
    }

    /// Replaces a file of the store in one step.
    pub(super) fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        // While it is locked, no sweep takes what is being written for something left behind.
        let name = Key::of_bytes(path.as_os_str().as_encoded_bytes());
        let _lock = self.lock(name)?;
        let staging = self.root().join("staging");
        files::replace(path, bytes, &staging, &format!("{name}."))
            .map_err(StoreError::io(Write, path))
    }

    pub(super) fn warn(&self, warning: String) {
        let warnings = &self.inner.warnings;
        let mut warnings = warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// The object of a key; `None` where it is not there, an error where it is damaged.
    pub(super) fn inspect(&self, key: Key) -> Result<Option<Entry>, StoreError> {
        let folder = self.folder(key);
        let path = folder.join("manifest.json");
        let damaged = |path: PathBuf, what: String| StoreError::Damaged {
            path,
            what,
            aside: false,
        };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !folder.exists() => {
                return Ok(None);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(damaged(path, "it is missing".into()));
            }
            Err(error) => return Err(StoreError::io(Read, &path)(error)),
        };
        let manifest = Manifest::unseal(&bytes).map_err(|what| damaged(path.clone(), what))?;
        if manifest.key != key {
            return Err(damaged(path, format!("it belongs to {}", manifest.key)));
        }
        for (name, blob) in &manifest.blobs {
            let path = folder.join(name);
            match fs::metadata(&path) {
                Ok(metadata) if metadata.len() == blob.bytes => {}
                Ok(metadata) => {
                    let what = format!("{} bytes long, not {}", metadata.len(), blob.bytes);
                    return Err(damaged(path, what));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(damaged(path, "it is missing".into()));
                }
                Err(error) => return Err(StoreError::io(Read, &path)(error)),
            }
        }
        Ok(Some(Entry::new(self.clone(), manifest)))
    }

    /// Takes the lock of a key, waiting for it.
    pub(super) fn lock(&self, key: Key) -> Result<File, StoreError> {
        let path = self.lock_path(key);
        let lock = || loop {
            let file = open_lock(&path)?;
            file.lock()?;
            if is_at(&file, &path) {
                return Ok(file);
            }
        };
        lock().map_err(StoreError::io(Lock, &path))
    }

    /// Takes the lock of a key, if nobody has it.
    pub(super) fn try_lock(&self, key: Key) -> Result<Option<File>, StoreError> {
        let path = self.lock_path(key);
        let lock = || loop {
            let file = open_lock(&path)?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => return Ok(Some(file)),
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        };
        lock().map_err(StoreError::io(Lock, &path))
    }

    fn lock_path(&self, key: Key) -> PathBuf {
        self.root().join("locks").join(key.hex())
    }

    /// Moves an object out of the way; the caller holds its lock.
    pub(super) fn set_aside(&self, key: Key) -> Result<(), StoreError> {
        let aside = self.root().join("aside");
        files::make_folder(&aside)?;
        let place = tempfile::Builder::new()
            .prefix(&format!("{key}."))
            .tempdir_in(&aside)
            .map_err(StoreError::io(Make, &aside))?;
        files::move_folder(&self.folder(key), &place.keep().join("object"))
    }

    /// Removes the staging folders and the lock files whose makers have died: nobody holds the lock. A
    /// sweep that fails harms nobody and is tried again by the next one.
    fn sweep(&self) {
        let staging = self.root().join("staging");
        let staged = names(&staging).unwrap_or_default();
        let locks = names(&self.root().join("locks")).unwrap_or_default();
        let works = names(&self.root().join("work")).unwrap_or_default();
        let of = |name: &String| name.split('.').next().and_then(Key::parse);
        let keys: HashSet<Key> = staged
            .iter()
            .chain(&locks)
            .chain(&works)
            .filter_map(of)
            .collect();
        for key in keys {
            let Ok(Some(_lock)) = self.try_lock(key) else {
                continue;
            };
            for name in staged.iter().filter(|name| of(name) == Some(key)) {
                let left = staging.join(name);
                let _ = fs::remove_dir_all(&left).or_else(|_| fs::remove_file(&left));
            }
            if self.is_stale_work(key) {
                let _ = self.remove_work(key);
            }
            // Last: who has opened it before sees, once it has the lock, that it is another file.
            let _ = fs::remove_file(self.lock_path(key));
        }
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true).open(path)
}

/// Whether a file is still the one of this path.
fn is_at(file: &File, path: &Path) -> bool {
    let inode = |metadata: io::Result<fs::Metadata>| {
        Some((metadata.as_ref().ok()?.dev(), metadata.ok()?.ino()))
    };
    let own = inode(file.metadata());
    own.is_some() && own == inode(fs::metadata(path))
}

/// The names in a folder; none where it is not there.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, StoreError> {
    let read = || -> io::Result<Vec<String>> {
        fs::read_dir(folder)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    };
    match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(vec![]),
        result => result.map_err(StoreError::io(Read, folder)),
    }
}
