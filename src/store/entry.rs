//! An object of the store.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::error::Action::Read;
use super::manifest::FACTS;
use super::{Manifest, Store, StoreError};
use crate::plan::{Digest, Facts, Key};
use crate::spec::from_json;

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
    /// moved aside, so that the next lookup misses it.
    pub fn read(&self, blob: &str) -> Result<Vec<u8>, StoreError> {
        match self.verified(blob) {
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

    pub(super) fn verified(&self, blob: &str) -> Result<Vec<u8>, StoreError> {
        let path = self.path(blob);
        let Some(expected) = self.manifest.blobs.get(blob) else {
            return Err(StoreError::NoBlob {
                object: self.store.folder(self.key),
                blob: blob.into(),
            });
        };
        let damaged = |what: &str| StoreError::Damaged {
            path: path.clone(),
            what: what.into(),
            aside: false,
        };
        match fs::read(&path) {
            Ok(bytes) if Digest::of_bytes(&bytes) == expected.digest => Ok(bytes),
            Ok(_) => Err(damaged("its digest does not fit")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(damaged("it is missing")),
            Err(error) => Err(StoreError::io(Read, &path)(error)),
        }
    }

    /// Looks again under the key's lock: another process may have made the object anew.
    fn set_aside_if_damaged(&self, blob: &str) -> Result<(), StoreError> {
        let _lock = self.store.lock(self.key)?;
        match self.verified(blob) {
            Err(StoreError::Damaged { .. }) if self.store.folder(self.key).exists() => {
                self.store.set_aside(self.key)
            }
            _ => Ok(()),
        }
    }
}
