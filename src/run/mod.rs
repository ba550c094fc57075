//! `run(plan, store, options, observer) -> Outcome`: a ready queue, workers and their pipe.
//! Knows no tensors.

mod advice;
mod claims;
mod instead;
mod lease;
mod missing;
mod observer;
mod options;
mod outcome;
mod protocol;
mod queue;
mod resume;
mod scheduler;
mod stop;
mod target;
mod threads;
mod unseen;
mod worker;

pub use claims::judge;
pub use lease::Lease;
pub use observer::{Event, Observer, Progress};
pub use options::{Fetchable, RunOptions, default_jobs};
pub use outcome::{ClaimOutcome, Failure, NodeOutcome, Outcome, Status};
pub use protocol::{Answer, Order, PROTOCOL, Saving};
pub use queue::{Queue, State};
pub use resume::{Ground, resumes, seen, states};
pub use scheduler::{Found, run, survey};
pub use stop::Stop;
pub use target::{all_targets, select};
pub use threads::threads;
pub use unseen::told as unseen_told;
