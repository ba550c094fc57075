//! The store: `lookup(key) -> Hit(Entry) | Miss(Slot)`; a slot's `commit` is the only writer.
//! Knows nothing of what the bytes mean.
//!
//! ```text
//! <root>/objects/<2 hex>/<key>/manifest.json   what the object is, and the digest of each blob
//!                              facts.json      what its key was made of
//!                              <blob>
//!        staging/<key>.<random>/               an object in the making
//!        aside/<key>.<random>/                 objects that were found damaged
//!        trails/<lineage>/<step>.<key>         which states of trainings that begin alike there are
//!        locks/<key>                           held by the one process that makes the object
//!        work/<key>/                           finished parts of an object in the making
//!        digests.json                          remembered digests of data files
//!        listings/<digest>                     what is in folders of data
//!        outputs/<key>/                        outputs of models on augmented views
//!        users                                 folders of runs that refer to objects here
//! ```
//!
//! An object appears by one `rename` of a folder whose files are already on the disk, so a
//! process that is killed at any instant leaves either the whole object or none. Locks are the
//! operating system's and die with their process.

mod digests;
mod entry;
mod error;
mod files;
mod folders;
mod look;
mod manifest;
mod mapped;
mod objects;
mod outputs;
mod slot;
mod tidy;
mod trail;
mod users;
mod verified;
mod work;

pub use entry::Entry;
pub use error::{Action, StoreError};
pub use folders::{Listed, Listing, Reading};
pub use manifest::{About, Blob, FORMAT, Made, Manifest};
pub use mapped::Mapped;
pub use objects::{Lookup, Store};
pub use outputs::{OUTPUTS, OutputsOf, Views};
pub use slot::Slot;
pub use trail::{Milestone, Passing};
pub use work::Work;
