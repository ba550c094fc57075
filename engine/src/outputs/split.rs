//! The logits of a split as it is: an object of the store.

use std::time::Instant;

use kdp::plan::{Key, SplitRef};
use kdp::store::{About, Entry, Lookup, Made, OUTPUTS, OutputsOf, Slot, StoreError};
use safetensors::SafeTensors;
use tch::{Device, Tensor};

use super::address::Address;
use super::cache::{Cache, Kept, warn};
use super::worth;
use crate::blob::{Blob, read_tensor};
use crate::data::Loaded;
use crate::nets::{Model, NetError};

const LOGITS: &str = "logits.safetensors";
const NAME: &str = "logits";

impl Cache {
    /// A model's logits of a split, n×classes: computed by whoever asks first, while others wait.
    /// `done` is told how many samples are done.
    pub fn split(
        &self,
        key: Key,
        model: &dyn Model,
        on: &SplitRef,
        data: &Loaded,
        done: &mut dyn FnMut(usize),
    ) -> Result<Tensor, NetError> {
        let mut compute = || model.logits(&data.samples, &data.feeder, done);
        let Some(kept) = &self.0 else {
            return Ok(compute()?);
        };
        let address = Address::split(key, on, model.form(), &kept.form);
        match kept.find(&address, data) {
            Ok(Found::Logits(logits)) => Ok(logits),
            Ok(Found::Slot(slot)) => {
                let started = Instant::now();
                let logits = compute()?;
                let seconds = started.elapsed().as_secs_f64();
                if worth::is_worth(seconds, 4 * logits.numel(), worth::OBJECT) {
                    let of = OutputsOf {
                        model: key,
                        on: on.clone(),
                    };
                    if let Err(error) = kept.keep(slot, &logits, &address, &of, seconds) {
                        warn(&error);
                    }
                }
                Ok(logits)
            }
            Err(error) => {
                warn(&error);
                Ok(compute()?)
            }
        }
    }
}

/// What is found at an address.
// It is made once for a split and taken apart at once.
#[allow(clippy::large_enum_variant)]
enum Found {
    Logits(Tensor),
    /// The right to put them there.
    Slot(Slot),
}

impl Kept {
    fn find(&self, address: &Address, data: &Loaded) -> Result<Found, StoreError> {
        // An object whose blob is damaged was moved aside when it was read.
        for _ in 0..2 {
            let entry = match self.store.lookup(address.key())? {
                Lookup::Hit(entry) => entry,
                Lookup::Miss(slot) => return Ok(Found::Slot(slot)),
            };
            match read(&entry, data.samples.len(), data.feeder.device()) {
                Ok(logits) => return Ok(Found::Logits(logits)),
                Err(error) => warn(&error),
            }
        }
        Err(StoreError::Refused {
            object: self.store.folder(address.key()),
            why: "it is damaged again and again".to_string(),
        })
    }

    fn keep(
        &self,
        mut slot: Slot,
        logits: &Tensor,
        address: &Address,
        of: &OutputsOf,
        seconds: f64,
    ) -> Result<(), KeepError> {
        let mut blob = Blob::default();
        blob.tensor(NAME, logits).map_err(NetError::from)?;
        slot.write(LOGITS, &blob.bytes()?)?;
        slot.commit(About {
            kind: OUTPUTS.to_string(),
            facts: address.facts(),
            main: LOGITS.to_string(),
            summary: serde_json::to_value(of)?,
            made: Made {
                waited: 0.0,
                kdp: env!("CARGO_PKG_VERSION").to_string(),
                libtorch: self.form.libtorch.to_string(),
                device: self.form.device.clone(),
                threads: self.form.threads,
                seconds,
                at: jiff::Timestamp::now().to_string(),
            },
        })?;
        Ok(())
    }
}

/// Why logits were not kept.
#[derive(Debug, thiserror::Error)]
enum KeepError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Net(#[from] NetError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Why logits were not read.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the outputs in `{0}` are not sound")]
    Unsound(String),
}

fn read(entry: &Entry, samples: usize, device: Device) -> Result<Tensor, ReadError> {
    let bytes = entry.read(LOGITS)?;
    let logits = || -> Option<Tensor> {
        let tensors = SafeTensors::deserialize(&bytes).ok()?;
        let logits = read_tensor(&tensors.tensor(NAME).ok()?)?.ok()?;
        let fits = logits.size().first() == Some(&(samples as i64));
        logits.f_to_device(device).ok().filter(|_| fits)
    };
    logits().ok_or_else(|| ReadError::Unsound(entry.path(LOGITS).display().to_string()))
}
