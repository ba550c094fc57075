//! `run(plan, store, workers, observer)`: a ready queue, workers and their pipe. Knows no tensors.

mod outcome;
mod protocol;

pub use outcome::{ClaimOutcome, NodeOutcome, Outcome, Status};
pub use protocol::{Answer, Order, PROTOCOL};
