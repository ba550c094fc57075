//! Where outputs lie: what led to them, as a key.

use kdp::plan::{Call, Facts, Key, SplitRef, facts};
use kdp::run::Lease;
use serde::Serialize;

use super::BLOCK;
use crate::machine::{self, LIBTORCH};

/// Raise it when the same address gives other bits.
const VERSION: u32 = 1;

/// How outputs are computed, as far as bits can hang on it. A training whose device or threads differ
/// says so in its manifest; a cache that is to change nothing must not hit there.
#[derive(Clone, Debug, Serialize)]
pub struct Form {
    /// `cpu`, `cuda`, `mps`.
    pub device: String,
    /// Threads of one operation.
    pub threads: usize,
    /// The processor, which decides on the kernels.
    pub processor: String,
    /// The version of libtorch.
    pub libtorch: &'static str,
}

impl Form {
    /// On this machine, on a device such as `cuda:0`.
    pub fn of(device: &str, threads: usize) -> Self {
        let kind = Lease(device).kinds().next().unwrap_or(device);
        Self {
            device: kind.to_string(),
            threads,
            processor: machine::processor(),
            libtorch: LIBTORCH,
        }
    }
}

/// What a model is shown of augmented samples.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ViewsOf<'a> {
    /// The model.
    pub model: Key,
    /// The samples.
    pub on: &'a SplitRef,
    /// The seed of their order and of what is drawn for each of them.
    pub seed: i64,
    /// What is done to them.
    pub augment: &'a [Call],
}

/// What led to some outputs. A task is a record of other names, so that no node has such a key.
#[derive(Debug, Serialize)]
pub(super) struct Address<'a> {
    version: u32,
    outputs: Outputs<'a>,
    /// How the model computes.
    computed: String,
    form: &'a Form,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outputs<'a> {
    Split { model: Key, on: &'a SplitRef },
    Views { of: ViewsOf<'a>, block: usize },
}

impl<'a> Address<'a> {
    /// Of the logits of a split.
    pub fn split(model: Key, on: &'a SplitRef, computed: String, form: &'a Form) -> Self {
        Self::new(Outputs::Split { model, on }, computed, form)
    }

    /// Of the logits of augmented views.
    pub fn views(of: ViewsOf<'a>, computed: String, form: &'a Form) -> Self {
        Self::new(Outputs::Views { of, block: BLOCK }, computed, form)
    }

    fn new(outputs: Outputs<'a>, computed: String, form: &'a Form) -> Self {
        Self {
            version: VERSION,
            outputs,
            computed,
            form,
        }
    }

    /// The key.
    pub fn key(&self) -> Key {
        Key::of(self)
    }

    /// What the key is made of.
    pub fn facts(&self) -> Facts {
        facts(self)
    }
}

#[cfg(test)]
mod tests {
    use kdp::plan::{Datum, Split};

    use super::*;

    #[test]
    fn whatever_can_change_an_output_gives_another_key() {
        let form = Form::of("cpu", 1);
        let train = |data: u8| SplitRef {
            data: Key([data; 32]),
            split: Split::Train,
        };
        let crop = |padding: i64| Call {
            name: "pad_crop".to_string(),
            version: 1,
            args: [("padding".to_string(), Datum::Int(padding))].into(),
        };
        let key = |model: u8, on: SplitRef, seed, augment: &[Call], computed: &str, form: &Form| {
            let of = ViewsOf {
                model: Key([model; 32]),
                on: &on,
                seed,
                augment,
            };
            Address::views(of, computed.to_string(), form).key()
        };
        let test = SplitRef {
            split: Split::Test,
            ..train(2)
        };
        let mut threads = form.clone();
        threads.threads = 2;
        let first = key(1, train(2), 3, &[crop(4)], "fp32", &form);
        assert_eq!(first, key(1, train(2), 3, &[crop(4)], "fp32", &form));
        for other in [
            key(9, train(2), 3, &[crop(4)], "fp32", &form),
            key(1, train(9), 3, &[crop(4)], "fp32", &form),
            key(1, test, 3, &[crop(4)], "fp32", &form),
            key(1, train(2), 9, &[crop(4)], "fp32", &form),
            key(1, train(2), 3, &[crop(9)], "fp32", &form),
            key(1, train(2), 3, &[], "fp32", &form),
            key(1, train(2), 3, &[crop(4)], "bf16", &form),
            key(1, train(2), 3, &[crop(4)], "fp32", &threads),
        ] {
            assert_ne!(first, other);
        }
    }
}
