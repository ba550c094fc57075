//! The way from a text to its plan, through the public API: keys, schedules, the standard library,
//! and files that mean harm.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows test functions, not their helpers"
)]

mod support;

mod archs;
mod codes;
mod experiments;
mod growth;
mod hostile;
mod imports;
mod keys;
mod mends;
mod paper;
mod schedules;
mod settings;
mod shipped;
mod trunks;
