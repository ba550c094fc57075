//! Spans, sources and diagnostics: what every phase says when something is wrong, and words that all of them use: of
//! counts and of the system's troubles.
//!
//! Knows nothing of the other rooms.

mod codes;
mod count;
mod diagnostic;
mod mend;
mod page;
mod render;
mod source;
mod suggest;
mod trouble;

pub use codes::Coded;
pub(crate) use codes::codes;
pub use count::count;
pub use diagnostic::{Code, Diagnostic, Label, Severity};
pub use mend::{Edit, Mend};
pub use page::{Example, MAIN, Page};
pub use render::{Rendering, render, to_json};
pub use source::{Source, SourceId, Sources, Span};
pub use suggest::closest;
pub use trouble::plainly;
