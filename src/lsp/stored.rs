//! What of a file is in the store, found on a thread of its own: planning may read data files.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::analysis::{Order, STACK};
use super::world::Overlay;
use crate::check;
use crate::plan::{self, Digest, Digests, Task};
use crate::spec::Wanted;
use crate::store::Store;

/// Finds the store of a file.
pub type FindStore = Box<dyn Fn(&Path) -> Option<Store> + Send>;

/// The nodes of a file, and which of them the store has.
#[derive(Debug)]
pub struct Stored {
    /// The file.
    pub root: PathBuf,
    /// Which of its editions was planned.
    pub edition: u64,
    at: Instant,
    /// Data sets, models and measurements by every name they have.
    nodes: Vec<(String, bool)>,
}

/// How long a word of the store holds: runs fill it.
const FRESH: Duration = Duration::from_secs(2);

impl Stored {
    /// Whether the store was asked just now.
    pub fn is_fresh(&self) -> bool {
        self.at.elapsed() < FRESH
    }

    /// How many nodes a declaration has (a family has many), and how many the store has of them.
    pub fn count(&self, name: &str) -> Option<(usize, usize)> {
        let is_of = |id: &str| {
            let rest = id.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
        };
        let own = self.nodes.iter().filter(|(id, _)| is_of(id));
        let (all, stored) = own.fold((0, 0), |(all, there), (_, stored)| {
            (all + 1, there + usize::from(*stored))
        });
        (all > 0).then_some((all, stored))
    }
}

/// The thread; it ends when this is dropped.
pub struct Planner {
    orders: Sender<Order>,
    /// What it found.
    pub found: Receiver<Stored>,
}

impl Planner {
    /// Starts the thread.
    pub fn start(store: FindStore) -> io::Result<Planner> {
        let (orders, taken) = unbounded::<Order>();
        let (sender, found) = unbounded();
        std::thread::Builder::new()
            .name("plan".into())
            .stack_size(STACK)
            .spawn(move || {
                for order in taken {
                    let store = store(&order.root);
                    let planned = AssertUnwindSafe(|| planned(order, &store?));
                    let found = catch_unwind(planned).ok().flatten();
                    if let Some(found) = found
                        && sender.send(found).is_err()
                    {
                        break;
                    }
                }
            })?;
        Ok(Planner { orders, found })
    }

    /// Asks what of a file is in the store.
    pub fn plan(&self, order: Order) {
        // The thread lives as long as this does.
        let _ = self.orders.send(order);
    }
}

fn planned(order: Order, store: &Store) -> Option<Stored> {
    let loaded = check::look(&order.root, &[], &Overlay(&order.buffers));
    let plan = plan::plan(&loaded.program?, &loaded.sources, &Remembered(store));
    let is_stored = |node| {
        let node: Option<&plan::Node> = plan.graph.node_weight(node);
        node.is_some_and(|node| store.find(node.key).is_some())
    };
    let named = plan.models.iter().chain(&plan.measures);
    let named = named.map(|(name, node)| (name.clone(), is_stored(*node)));
    let data = plan.graph.node_indices().filter_map(|at| {
        let node = plan.graph.node_weight(at)?;
        matches!(node.task, Task::Data(_)).then(|| (node.id.clone(), is_stored(at)))
    });
    Some(Stored {
        root: order.root,
        edition: order.edition,
        at: Instant::now(),
        nodes: named.chain(data).collect(),
    })
}

/// Digests of data files, remembered by the store.
struct Remembered<'a>(&'a Store);

impl Digests for Remembered<'_> {
    fn digest(&self, path: &Path, wanted: Option<&Wanted>) -> io::Result<Digest> {
        match wanted.filter(|_| path.is_dir()) {
            // A folder may hold millions of files: nobody waits for that while they write.
            Some(wanted) => self.0.remembered_folder(path, wanted),
            None => self.0.digest_of_file(path),
        }
    }
}
