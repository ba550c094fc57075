//! Objectives: the words that are built in, losses of one's own, and mixes that change over a run.

mod formula;
mod objective;
mod objectives;
mod own;

pub(super) use formula::Formula;
pub(super) use objective::Goal;
pub(super) use objectives::in_body;
pub(super) use own::{NO_CHOICE, NO_SOFTMAX, arithmetic};
