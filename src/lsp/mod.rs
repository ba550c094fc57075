//! `serve(connection, options) -> exit code`: the language server.
//!
//! Answers come from the text as it is now ([`mod@file`]), and from what the checker last found
//! ([`analysis`]), which works on a thread of its own. Nobody waits for it.

mod analysis;
mod facts;
mod file;
mod folders;
mod names;
mod place;
mod position;
mod resolve;
mod shift;
mod standard;
mod stored;
mod workspace;
mod world;

mod capabilities;
mod changes;
mod requests;
mod session;
mod transport;

mod actions;
mod completion;
mod definition;
mod diagnostics;
mod format;
mod hints;
mod hover;
mod references;
mod rename;
mod symbols;
mod tokens;

pub use session::{Options, serve};
pub use stored::FindStore;
pub use transport::stdio;
