//! An object of the store.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::PathBuf;

use super::error::Action::Read;
use super::manifest::FACTS;
use super::{Blob, Manifest, Mapped, Store, StoreError};
use crate::plan::{Digest, Facts, Key};
use crate::spec::from_json;

/// Bytes of a blob that is too large to be hashed whenever it is mapped: seconds of reading.
pub const LARGE: u64 = 1 << 30;

/// An object that is in the store.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its address.
    pub key: Key,
    /// What it says of itself.
    pub manifest: Manifest,
    store: Store,
}

impl Entry {
    pub(super) fn new(store: Store, manifest: Manifest) -> Entry {
        Entry {
            key: manifest.key,
            manifest,
            store,
        }
    }

    /// The bytes of a blob, verified. If they are not those that were written, the object is
    /// moved aside, so that the next lookup misses it. What this process has verified is not hashed again while
    /// its file looks from outside as it did then.
    pub fn read(&self, blob: &str) -> Result<Vec<u8>, StoreError> {
        let whole = |file: &mut File| {
            let mut bytes = vec![];
            file.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        self.or_set_aside(blob, self.opened(blob, whole))
    }

    /// The bytes of a blob where they lie on the disk, verified as [`Entry::read`] does. Of one of [`LARGE`] bytes
    /// and more the store remembers the digest, so that other processes do not hash it again either.
    pub fn map(&self, blob: &str) -> Result<Mapped, StoreError> {
        self.or_set_aside(blob, self.mapped(blob))
    }

    fn or_set_aside<T>(&self, blob: &str, read: Result<T, StoreError>) -> Result<T, StoreError> {
        match read {
            Err(StoreError::Damaged { path, what, .. }) => {
                let aside = self.set_aside_if_damaged(blob).is_ok();
                Err(StoreError::Damaged { path, what, aside })
            }
            result => result,
        }
    }

    /// What its key was made of.
    pub fn facts(&self) -> Result<Facts, StoreError> {
        from_json(&self.read(FACTS)?).map_err(|error| StoreError::Damaged {
            path: self.path(FACTS),
            what: error.to_string(),
            aside: false,
        })
    }

    /// Where a blob lies. What is read from there is not verified.
    pub fn path(&self, blob: &str) -> PathBuf {
        self.store.folder(self.key).join(blob)
    }

    /// Hashes a blob, whatever is remembered of it.
    pub(super) fn verify(&self, blob: &str) -> Result<(), StoreError> {
        let digest = self.blob(blob)?.digest;
        let bytes = self.found(blob, fs::read(self.path(blob)))?;
        self.sound(blob, (Digest::of_bytes(&bytes) == digest).then_some(()))
    }

    fn mapped(&self, blob: &str) -> Result<Mapped, StoreError> {
        let expected = self.blob(blob)?;
        if expected.bytes < LARGE {
            return self.opened(blob, |file| Mapped::of(file));
        }
        let path = self.path(blob);
        let bytes = self.found(blob, Mapped::open(&path))?;
        let digest = self.found(blob, self.store.digest_of_file(&path))?;
        let sound = digest == expected.digest && bytes.len() as u64 == expected.bytes;
        self.sound(blob, sound.then_some(bytes))
    }

    /// What `take` gives of a blob's file, if that holds what was written.
    fn opened<B: AsRef<[u8]>>(
        &self,
        blob: &str,
        take: impl FnOnce(&mut File) -> io::Result<B>,
    ) -> Result<B, StoreError> {
        let digest = self.blob(blob)?.digest;
        let bytes = self.store.verified().open(&self.path(blob), digest, take);
        self.sound(blob, self.found(blob, bytes)?)
    }

    fn blob(&self, blob: &str) -> Result<&Blob, StoreError> {
        let there = self.manifest.blobs.get(blob);
        there.ok_or_else(|| StoreError::NoBlob {
            object: self.store.folder(self.key),
            blob: blob.into(),
        })
    }

    /// What was read of a blob's file; that it is not there is damage.
    fn found<T>(&self, blob: &str, read: io::Result<T>) -> Result<T, StoreError> {
        read.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => self.damaged(blob, "it is missing"),
            _ => StoreError::io(Read, &self.path(blob))(error),
        })
    }

    /// What was read of a blob; that it has another digest is damage.
    fn sound<B>(&self, blob: &str, bytes: Option<B>) -> Result<B, StoreError> {
        bytes.ok_or_else(|| self.damaged(blob, "its digest does not fit"))
    }

    fn damaged(&self, blob: &str, what: &str) -> StoreError {
        StoreError::Damaged {
            path: self.path(blob),
            what: what.into(),
            aside: false,
        }
    }

    /// Looks again under the key's lock: another process may have made the object anew.
    fn set_aside_if_damaged(&self, blob: &str) -> Result<(), StoreError> {
        let _lock = self.store.lock(self.key)?;
        match self.verify(blob) {
            Err(StoreError::Damaged { .. }) if self.store.folder(self.key).exists() => {
                self.store.set_aside(self.key)
            }
            _ => Ok(()),
        }
    }
}
