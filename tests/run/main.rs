//! Runs with a worker that computes nothing: the scheduler, and the command around it.

// A test may fail where it stands.
#![allow(clippy::unwrap_used)]

mod command;
mod fake;
mod leases;
mod looking;
mod omissions;
mod project;
mod scheduler;
mod storing;
mod watchers;
