//! kdp: a small, typed pipeline language for knowledge-distillation research,
//! and the interpreter that runs it.
//!
//! One way through, top to bottom; each room hands one named thing to the next:
//!
//! ```text
//!  cifar.kdp ─► syntax ─► check ─► plan ─► run ─► engine ─► store ─► report
//!    text        tree    program   DAG   events   tensors   results   pages
//! ```
//!
//! `ARCHITECTURE.md` is the map. This package does not link libtorch; the
//! package `kdp-engine` does, and runs as a worker process of its own.

pub mod check;
pub mod cli;
pub mod diag;
pub mod doc;
pub mod fetch;
pub mod lsp;
pub mod plan;
pub mod report;
pub mod run;
pub mod spec;
pub mod store;
pub mod syntax;
pub mod vocabulary;
