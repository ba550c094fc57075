//! Looking after the store: sizes, verification, removal.

use std::collections::BTreeSet;
use std::fs;

use super::error::Action::Remove;
use super::objects::names;
use super::{OutputsOf, Store, StoreError, Views, files};
use crate::plan::Key;

impl Store {
    /// Reads every byte of an object; an error where it is damaged. Moves nothing.
    pub fn verify(&self, key: Key) -> Result<(), StoreError> {
        if let Some(entry) = self.inspect(key)? {
            for blob in entry.manifest.blobs.keys() {
                entry.verify(blob)?;
            }
        }
        Ok(())
    }

    /// Moves an object out of the way, so that the next lookup misses it.
    pub fn move_aside(&self, key: Key) -> Result<(), StoreError> {
        let _lock = self.lock(key)?;
        self.set_aside(key)
    }

    /// Bytes of an object's files, as far as they can be read.
    pub fn bytes(&self, key: Key) -> u64 {
        let files = fs::read_dir(self.folder(key)).into_iter().flatten();
        files
            .flatten()
            .filter_map(|file| file.metadata().ok())
            .map(|metadata| metadata.len())
            .sum()
    }

    /// Removes an object. It leaves its place in one step, so that no reader sees half of it.
    pub fn remove(&self, key: Key) -> Result<(), StoreError> {
        let _lock = self.lock(key)?;
        let staging = self.root().join("staging").join(format!("{key}.removed"));
        files::move_folder(&self.folder(key), &staging)?;
        fs::remove_dir_all(&staging).map_err(StoreError::io(Remove, &staging))
    }

    /// Objects that no key of `kept` names, that were not saved on the way to one, and that are no outputs
    /// of a model and on data that are kept.
    pub fn unreached(&self, kept: &BTreeSet<Key>) -> Result<Vec<Key>, StoreError> {
        let mut keys = self.keys()?;
        let passing = self.on_the_way_to(kept);
        keys.retain(|key| !kept.contains(key) && !passing.contains(key));
        keys.retain(|key| !self.are_outputs_of(*key, kept));
        Ok(keys)
    }

    fn are_outputs_of(&self, key: Key, kept: &BTreeSet<Key>) -> bool {
        let entry = self.inspect(key).ok().flatten();
        let of = entry.as_ref().and_then(OutputsOf::object);
        of.is_some_and(|of| of.is_reached(kept))
    }

    /// Outputs on augmented views whose model or data is not kept.
    pub fn unreached_views(&self, kept: &BTreeSet<Key>) -> Result<Vec<Views>, StoreError> {
        let mut views = self.views()?;
        views.retain(|views| !views.of.as_ref().is_some_and(|of| of.is_reached(kept)));
        Ok(views)
    }

    /// How many damaged objects lie aside.
    pub fn aside(&self) -> Result<usize, StoreError> {
        Ok(names(&self.root().join("aside"))?.len())
    }

    /// Removes the parts of objects that nobody makes at the moment.
    pub fn clear_work(&self) -> Result<(), StoreError> {
        for name in names(&self.root().join("work"))? {
            if let Some(key) = Key::parse(&name)
                && let Some(_lock) = self.try_lock(key)?
            {
                self.remove_work(key)?;
            }
        }
        Ok(())
    }

    /// Removes the damaged objects that lie aside.
    pub fn clear_aside(&self) -> Result<(), StoreError> {
        let aside = self.root().join("aside");
        if !aside.exists() {
            return Ok(());
        }
        fs::remove_dir_all(&aside).map_err(StoreError::io(Remove, &aside))
    }
}
