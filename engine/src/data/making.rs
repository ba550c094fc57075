//! What making a data object has to do with: the store, the parts that are done, who is told how far it is, and what
//! does not get into it.

use std::ops::Range;

use kdp::plan::{Damaged, LeftOut};
use kdp::store::{Slot, Store};

use super::{DataError, Rows, parts};
use crate::threads;

/// Told samples done of all.
pub type Tell<'a> = &'a mut dyn FnMut(usize, usize);

/// A data object in the making.
pub struct Making<'a> {
    /// Its store.
    pub store: &'a Store,
    slot: &'a Slot,
    tell: Tell<'a>,
    done: usize,
    all: usize,
    /// The transform that is applied, counted from 1; 0 while the source is read.
    transform: usize,
    left_out: LeftOut,
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
            transform: 0,
            left_out: LeftOut::default(),
        }
    }

    /// So many more samples are to be read or made.
    pub fn expect(&mut self, more: usize) {
        self.all += more;
    }

    /// What is made from now on is made by the next transform.
    pub fn next_transform(&mut self) {
        self.transform += 1;
    }

    /// So many rows of a split, made part by part by the node's threads; `make` gives those of a range. No more than a part is
    /// in memory: parts are written down and mapped. They outlive their process: those that are there already are not made
    /// again.
    pub fn rows(
        &mut self,
        split: &str,
        count: usize,
        part: usize,
        make: impl Fn(Range<usize>) -> Result<Vec<Vec<u8>>, DataError> + Sync,
    ) -> Result<Rows, DataError> {
        let mut rows = Rows::default();
        for (nth, start) in (0..count).step_by(part).enumerate() {
            let range = start..count.min(start + part);
            let name = match self.transform {
                0 => format!("{split}.{nth}"),
                transform => format!("{transform}.{split}.{nth}"),
            };
            rows.append(&self.part(&name, range.len(), || make(range.clone()))?);
            self.done += range.len();
            self.tell(self.done, self.all.max(self.done));
        }
        Ok(rows)
    }

    /// So many samples are done of all.
    pub fn tell(&mut self, done: usize, all: usize) {
        (self.tell)(done, all);
    }

    fn part(
        &self,
        name: &str,
        count: usize,
        make: impl FnOnce() -> Result<Vec<Vec<u8>>, DataError> + Send,
    ) -> Result<Rows, DataError> {
        let work = self.slot.work()?;
        let kept = work.find(name)?.and_then(|part| parts::read(part, count));
        if let Some(rows) = kept {
            return Ok(rows);
        }
        let made = threads::within(make)?;
        let part = work.stream(name, |out| parts::write(&made, out))?;
        parts::read(part, count)
            .ok_or_else(|| DataError::Object(format!("its part `{name}` is cut short")))
    }

    /// A sample of a split does not get in. Of the first ones it is asked why.
    pub fn leave_out(
        &mut self,
        split: &str,
        sample: &str,
        why: impl FnOnce() -> Result<String, DataError>,
    ) -> Result<(), DataError> {
        let LeftOut { count, first } = &mut self.left_out;
        *count += 1;
        if first.len() < LeftOut::TOLD {
            first.push(Damaged {
                split: split.to_string(),
                sample: sample.to_string(),
                why: why()?,
            });
        }
        Ok(())
    }

    /// What did not get in.
    pub fn left_out(self) -> Option<LeftOut> {
        Some(self.left_out).filter(|left_out| left_out.count > 0)
    }
}
