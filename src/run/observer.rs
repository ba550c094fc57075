//! What a run tells while it goes.

use crate::plan::Node;

use super::NodeOutcome;

/// How far a node is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Steps done (or samples, for data and measures).
    pub step: u64,
    /// Of how many.
    pub steps: u64,
    /// Training loss.
    pub loss: Option<f64>,
    /// Training accuracy.
    pub accuracy: Option<f64>,
}

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The run begins.
    Begin {
        /// Nodes that have to be computed.
        pending: usize,
        /// Nodes that are in the store.
        stored: usize,
    },
    /// A worker began a node.
    Started(&'a Node),
    /// A node goes on.
    Progress(&'a Node, Progress),
    /// A node ended.
    Ended(&'a Node, &'a NodeOutcome),
    /// A line that a worker wrote to its standard error.
    Log(&'a str),
    /// Something is not as it should be, and the run goes on.
    Warning(&'a str),
    /// Some time has passed.
    Tick,
}

/// Somebody who is told.
pub trait Observer {
    /// Something happened.
    fn event(&mut self, event: Event<'_>);
}

/// Nobody listens.
impl Observer for () {
    fn event(&mut self, _: Event<'_>) {}
}
