//! What models say of samples, computed once for all who ask: [`Cache::split`] for the samples of a
//! split as they are, [`Views`] for augmented ones.
//!
//! ```text
//! <store>/objects/…                             the logits of a split: an object like any other
//!         outputs/<key>/of.json                 whose outputs these are
//!                       <epoch>.blocks          an epoch's blocks, each behind its digest
//!                 room                          locked while a file is made
//! ```
//!
//! Outputs are computed in the same shape whether they are kept or not, so that keeping them changes no
//! bit. Nothing here fails a run that could do without: what cannot be read is computed, what cannot be
//! written is not kept, and the worker's log says so.

mod address;
mod cache;
mod worth;

mod split;

mod blocks;
mod claim;
mod room;
mod shelf;

mod round;
mod sharing;
mod views;

pub use address::{Form, ViewsOf};
pub use cache::Cache;
pub use views::{BLOCK, Views, Wanted};
