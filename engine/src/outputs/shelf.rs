//! The files of some views, epoch by epoch.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kdp::plan::Key;
use kdp::store::OutputsOf;

use super::blocks::{Blocks, Layout};
use super::cache::Kept;
use super::room;

/// The files of some views.
pub struct Shelf {
    outputs: PathBuf,
    folder: PathBuf,
    limit: u64,
    of: OutputsOf,
    layout: Layout,
    /// Those at hand.
    open: BTreeMap<u64, Blocks>,
}

impl Shelf {
    /// Of the views of a key, in a store; `None` where the limit has no room for an epoch.
    pub fn new(
        kept: &Kept,
        key: Key,
        of: OutputsOf,
        blocks: usize,
        numbers: usize,
    ) -> Option<Self> {
        let layout = Layout {
            key,
            blocks,
            numbers,
        };
        let outputs = kept.store.outputs();
        (layout.bytes() <= kept.limit).then(|| Self {
            folder: outputs.join(key.hex()),
            outputs,
            limit: kept.limit,
            of,
            layout,
            open: BTreeMap::new(),
        })
    }

    /// Whether there are any: somebody found them worth being kept.
    pub fn is_there(&self) -> bool {
        self.folder.is_dir()
    }

    /// Closes the files of epochs before one.
    pub fn forget_before(&mut self, epoch: u64) {
        self.open = self.open.split_off(&epoch);
    }

    /// The file of an epoch, made if it is not there.
    pub fn file(&mut self, epoch: u64) -> io::Result<&Blocks> {
        if !self.open.contains_key(&epoch) {
            let path = room::path(&self.folder, epoch);
            let blocks = match Blocks::open(&path, self.layout, epoch)? {
                Some(blocks) => blocks,
                None => self.make(&path, epoch)?,
            };
            self.open.insert(epoch, blocks);
        }
        Ok(&self.open[&epoch])
    }

    /// Makes the file of an epoch, unless somebody else just did.
    fn make(&self, path: &Path, epoch: u64) -> io::Result<Blocks> {
        let _lock = room::lock(&self.outputs)?;
        if let Some(blocks) = Blocks::open(path, self.layout, epoch)? {
            return Ok(blocks);
        }
        if path.exists() {
            // Of another length: it is damaged.
            fs::remove_file(path)?;
        }
        room::make(&self.outputs, self.limit, self.layout.bytes(), &self.folder)?;
        fs::create_dir_all(&self.folder)?;
        self.of.write(&self.folder)?;
        Blocks::make(path, self.layout)?;
        let made = Blocks::open(path, self.layout, epoch)?;
        made.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}
