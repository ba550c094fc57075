//! Where outputs are kept.

use kdp::store::Store;

use super::Form;

/// Where outputs are kept, if anywhere.
#[derive(Clone)]
pub struct Cache(pub(super) Option<Kept>);

/// A store in which outputs are kept.
#[derive(Clone)]
pub(super) struct Kept {
    pub store: Store,
    /// Bytes that blocks of augmented views may take.
    pub limit: u64,
    pub form: Form,
}

impl Cache {
    /// In a store, where blocks of augmented views may take `limit` bytes; 0 keeps nothing.
    pub fn new(store: &Store, limit: u64, form: Form) -> Self {
        Self((limit > 0).then(|| Kept {
            store: store.clone(),
            limit,
            form,
        }))
    }

    /// Nowhere: what is asked for is computed.
    pub fn off() -> Self {
        Self(None)
    }
}

/// Tells the worker's log that something is not kept or not read.
pub(super) fn warn(what: &dyn std::fmt::Display) {
    eprintln!("kdp-engine: {what}; the outputs are computed");
}
