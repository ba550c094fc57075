//! The checker on a thread of its own: newer edits take the place of older ones.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::file::Read;
use super::world::{Buffers, Overlay};
use crate::check::{self, Index};
use crate::diag::{Diagnostic, Sources};

/// How long the keyboard must rest before a file is checked, and how long it may go on.
const REST: Duration = Duration::from_millis(20);
const PATIENCE: u32 = 10;

/// The stack of a thread that checks: as large as a main thread's.
pub const STACK: usize = 8 << 20;

/// A file to check, as it is now.
#[derive(Clone, Debug)]
pub struct Order {
    /// The file.
    pub root: PathBuf,
    /// The open buffers.
    pub buffers: Arc<Buffers>,
    /// Counts the edits.
    pub edition: u64,
}

/// What the checker found.
#[derive(Debug)]
pub struct Analysis {
    /// The file.
    pub root: PathBuf,
    /// Which of its editions was read.
    pub edition: u64,
    /// Every text that was read.
    pub sources: Sources,
    /// Everything that was found.
    pub diagnostics: Vec<Diagnostic>,
    /// What was learnt of places.
    pub index: Index,
    /// The file's text, and what was read of it, for whoever asks next; taken once.
    pub read: Option<(Arc<str>, Read)>,
}

/// The thread; it ends when this is dropped.
pub struct Analyst {
    orders: Sender<Order>,
    /// What it found.
    pub analyses: Receiver<Analysis>,
}

impl Analyst {
    /// Starts the thread.
    pub fn start() -> std::io::Result<Analyst> {
        let (orders, taken) = unbounded();
        let (found, analyses) = unbounded();
        std::thread::Builder::new()
            .name("check".into())
            .stack_size(STACK)
            .spawn(move || work(&taken, &found))?;
        Ok(Analyst { orders, analyses })
    }

    /// Asks for a file to be checked.
    pub fn check(&self, order: Order) {
        // The thread lives as long as this does.
        let _ = self.orders.send(order);
    }
}

fn work(orders: &Receiver<Order>, found: &Sender<Analysis>) {
    let mut waiting: Vec<Order> = vec![];
    loop {
        if waiting.is_empty() {
            match orders.recv() {
                Ok(order) => waiting.push(order),
                Err(_) => return,
            }
        }
        for _ in 0..PATIENCE {
            match orders.recv_timeout(REST) {
                Ok(order) => {
                    waiting.retain(|other| other.root != order.root);
                    waiting.push(order);
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        let order = waiting.remove(0);
        // What fails on one text may well do on the next.
        let analysis = catch_unwind(AssertUnwindSafe(|| checked(order)));
        if let Ok(analysis) = analysis
            && found.send(analysis).is_err()
        {
            return;
        }
    }
}

fn checked(order: Order) -> Analysis {
    let (loaded, index) = check::study(&order.root, &Overlay(&order.buffers));
    let text = order.buffers.get(&order.root);
    let read = text.map(|text| (text.clone(), Read::of(text)));
    Analysis {
        read,
        root: order.root,
        edition: order.edition,
        sources: loaded.sources,
        diagnostics: loaded.diagnostics,
        index,
    }
}
