//! The language server, driven as an editor drives it: the real binary, real messages.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows test functions, not their helpers"
)]

mod client;
mod editing;

mod completion;
mod diagnostics;
mod editors;
mod fixes;
mod hover;
mod names;
mod outline;
mod session;
mod tokens;
mod typing;
