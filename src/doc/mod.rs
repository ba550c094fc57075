//! `standard() -> [Section]`, `of_file(…) -> Section`: what names mean, for readers, taken from
//! doc comments and the vocabulary. Knows nothing of plans, the store, or where it is shown.

mod declared;
mod entry;
mod find;
mod markdown;
mod sizes;
mod source;
mod standard;
mod words;

pub use declared::{declaration, of_file};
pub use entry::{Entry, Parameter, Part, Parts, Section, Size};
pub use find::{Found, find};
pub use markdown::{page, reference, thousands};
pub use sizes::USUAL;
pub use standard::standard;
