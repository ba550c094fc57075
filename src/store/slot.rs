//! The right to make an object.

use std::collections::BTreeMap;
use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path};

use tempfile::TempDir;

use super::error::Action::Make;
use super::manifest::FACTS;
use super::{About, Blob, Entry, FORMAT, Manifest, Store, StoreError, files};
use crate::plan::{Digest, Facts, Key};
use crate::spec::from_json;

/// The right to make the object of a key. While it lives no other process makes it; dropped
/// without a commit, it leaves nothing behind.
#[derive(Debug)]
pub struct Slot {
    store: Store,
    key: Key,
    staging: TempDir,
    blobs: BTreeMap<String, Blob>,
    // Last, so that the staging folder is gone before another process may begin.
    _lock: File,
}

impl Slot {
    pub(super) fn new(store: Store, key: Key, lock: File) -> Result<Slot, StoreError> {
        let folder = store.root().join("staging");
        files::make_folder(&folder)?;
        let staging = tempfile::Builder::new()
            .prefix(&format!("{key}."))
            // As the umask says: a store may be shared.
            .permissions(Permissions::from_mode(0o777))
            .tempdir_in(&folder)
            .map_err(StoreError::io(Make, &folder))?;
        Ok(Slot {
            store,
            key,
            staging,
            blobs: BTreeMap::new(),
            _lock: lock,
        })
    }

    /// The key.
    pub fn key(&self) -> Key {
        self.key
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Writes a blob down to the disk; a name can be written once.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<Digest, StoreError> {
        self.stream(name, |out| out.write_all(bytes))
    }

    /// Writes a blob down to the disk as it is made, so that it is never whole in memory; a name can be
    /// written once.
    pub fn stream(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Digest, StoreError> {
        let mut parts = Path::new(name).components();
        let plain = matches!(
            (parts.next(), parts.next()),
            (Some(Component::Normal(_)), None)
        );
        if !plain || name == "manifest.json" || name == FACTS {
            return Err(self.refused(format!("`{name}` is no name for a blob")));
        }
        self.put(name, write)
    }

    fn put(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Digest, StoreError> {
        let blob = files::stream_new(&self.staging.path().join(name), write)?;
        let digest = blob.digest;
        self.blobs.insert(name.into(), blob);
        Ok(digest)
    }

    /// Makes the object visible, whole, in one step.
    pub fn commit(mut self, about: About) -> Result<Entry, StoreError> {
        if !self.blobs.contains_key(&about.main) {
            let why = format!("its main blob `{}` was not written", about.main);
            return Err(self.refused(why));
        }
        let facts = json_of(&about.facts)
            .map_err(|why| self.refused(format!("its facts are not JSON: {why}")))?;
        self.put(FACTS, |out| out.write_all(&facts))?;
        let manifest = Manifest {
            format: FORMAT,
            key: self.key,
            kind: about.kind,
            blobs: self.blobs.clone(),
            main: about.main,
            summary: about.summary,
            made: about.made,
        };
        let text = manifest
            .clone()
            .seal()
            .map_err(|why| self.refused(format!("its manifest is not JSON: {why}")))?;
        files::write_new(&self.staging.path().join("manifest.json"), text.as_bytes())?;
        files::sync_folder(self.staging.path())?;

        let folder = self.store.folder(self.key);
        if let Some(shelf) = folder.parent().filter(|shelf| !shelf.exists()) {
            files::make_folder(shelf)?;
            files::sync_folder(&self.store.root().join("objects"))?;
        }
        files::move_folder(self.staging.path(), &folder)?;
        // The object is there: what could not be removed now goes with the next sweep.
        let _ = self.store.remove_work(self.key);
        Ok(Entry::new(self.store.clone(), manifest))
    }

    fn refused(&self, why: String) -> StoreError {
        StoreError::Refused {
            object: self.store.folder(self.key),
            why,
        }
    }
}

/// Facts as JSON. They are read back once: what JSON cannot hold (a NaN) must not reach the disk,
/// where it would count as damaged for ever.
fn json_of(facts: &Facts) -> serde_json::Result<Vec<u8>> {
    let bytes = serde_json::to_vec(facts)?;
    from_json::<Facts>(&bytes)?;
    Ok(bytes)
}
