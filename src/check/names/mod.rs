//! Names: what they mean, what they may have been meant to be, and which nothing uses.

mod lookup;
mod scope;
mod synonyms;
mod unused;
mod unused_indices;

pub(super) use lookup::standard_module;
pub use lookup::{Kind, WORDS, word};
pub(super) use scope::{Env, Scope};
pub(super) use synonyms::meant;
