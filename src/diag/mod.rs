//! Spans, sources and diagnostics: what every phase says when something is wrong.
//!
//! Knows nothing of the other rooms.

mod codes;
mod diagnostic;
mod mend;
mod page;
mod render;
mod source;
mod suggest;

pub use codes::Coded;
pub(crate) use codes::codes;
pub use diagnostic::{Code, Diagnostic, Label, Severity};
pub use mend::{Edit, Mend};
pub use page::{Example, MAIN, Page};
pub use render::{Rendering, render, to_json};
pub use source::{Source, SourceId, Sources, Span};
pub use suggest::closest;
