//! `serve(connection, options) -> exit code`: the language server.
//!
//! Answers come from the text as it is now ([`file`]), and from what the checker last found
//! ([`analysis`]), which works on a thread of its own. Nobody waits for it.

mod analysis;
mod file;
mod place;
mod position;
mod standard;
mod workspace;
mod world;

mod capabilities;
mod session;

mod diagnostics;
mod format;
mod symbols;

pub use session::{Options, serve};
