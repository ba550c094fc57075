//! What making a data object has to do with: the store, the parts that are done, and who is told how far it is.

use kdp::store::{Slot, Store, Work};

use super::DataError;

/// Told images done of all.
pub type Tell<'a> = &'a mut dyn FnMut(usize, usize);

/// A data object in the making.
pub struct Making<'a> {
    /// Its store.
    pub store: &'a Store,
    slot: &'a Slot,
    tell: Tell<'a>,
    done: usize,
    all: usize,
}

impl<'a> Making<'a> {
    /// Of a slot of a store.
    pub fn new(store: &'a Store, slot: &'a Slot, tell: Tell<'a>) -> Self {
        Self {
            store,
            slot,
            tell,
            done: 0,
            all: 0,
        }
    }

    /// Parts that outlive this process.
    pub fn work(&self) -> Result<Work, DataError> {
        Ok(self.slot.work()?)
    }

    /// So many samples are to be read.
    pub fn expect(&mut self, all: usize) {
        self.all = all;
    }

    /// So many more are done.
    pub fn told(&mut self, more: usize) {
        self.done += more;
        (self.tell)(self.done, self.all.max(self.done));
    }
}
