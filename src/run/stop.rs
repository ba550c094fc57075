//! Asking a run to stop from elsewhere, such as a signal handler.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded};

/// A request to stop. Its clones are one and the same.
#[derive(Clone, Debug)]
pub struct Stop {
    requests: Arc<AtomicUsize>,
    sender: Sender<()>,
    pub(super) receiver: Receiver<()>,
}

impl Default for Stop {
    fn default() -> Self {
        let (sender, receiver) = bounded(1);
        Stop {
            requests: Arc::default(),
            sender,
            receiver,
        }
    }
}

impl Stop {
    /// Asks the run to stop; how often it was asked, this time counted.
    pub fn request(&self) -> usize {
        let requests = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
        // A full channel holds a request already.
        let _ = self.sender.try_send(());
        requests
    }

    /// Whether the run was asked to stop.
    pub fn requested(&self) -> bool {
        self.requests.load(Ordering::SeqCst) > 0
    }
}
