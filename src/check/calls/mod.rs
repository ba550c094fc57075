//! Calls: arguments held against parameters, words of the vocabulary, uses of experiments.

mod args;
mod blame;
mod call;
mod experiment;

pub(super) use args::{Given, Wanted};
pub(super) use blame::Use;
pub(super) use experiment::{Instance, Trial};
