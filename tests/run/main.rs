//! Runs with a worker that computes nothing: the scheduler, and the command around it.

mod command;
mod fake;
mod scheduler;
