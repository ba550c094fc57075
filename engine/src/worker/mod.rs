//! The worker: orders on standard input, answers on standard output, one JSON document a line.

mod answers;
mod error;
mod node;
mod objects;
mod stop;

mod data;
mod measure;
mod milestones;
mod model;
mod train;

pub use error::NodeError;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::BufRead;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use kdp::run::{Answer, Order, PROTOCOL};
use kdp::spec::from_json;
use kdp::store::{Store, StoreError};

use crate::errors::cut;
use crate::machine::LIBTORCH;
use answers::{Answers, Teller};
use node::Job;
use stop::Stop;

/// Takes orders until the input ends.
pub fn serve(orders: impl BufRead + Send + 'static) -> std::io::Result<()> {
    // What a panic says goes into the answer; libtorch's stack helps nobody on the terminal.
    std::panic::set_hook(Box::new(|_| ()));
    let answers = Answers;
    answers.send(&Answer::Hello {
        protocol: PROTOCOL,
        version: env!("CARGO_PKG_VERSION").to_string(),
        libtorch: LIBTORCH.to_string(),
    });
    let stop = Stop::default();
    let mut stores = Stores::default();
    for order in listen(orders, stop.clone()) {
        if let Order::Run { .. } = &order {
            answers.send(&obey(&order, &mut stores, &stop, &answers)?);
        }
    }
    Ok(())
}

/// The stores that were opened: each is swept once.
#[derive(Default)]
struct Stores(BTreeMap<PathBuf, Store>);

impl Stores {
    fn open(&mut self, root: &Path) -> Result<&Store, StoreError> {
        Ok(match self.0.entry(root.to_path_buf()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(Store::open(root)?),
        })
    }
}

/// The orders as they come. A request to stop is heard while another order is obeyed.
fn listen(orders: impl BufRead + Send + 'static, stop: Stop) -> Receiver<Order> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in orders.lines().map_while(Result::ok) {
            match from_json(line.as_bytes()) {
                Ok(Order::Stop) => stop.request(),
                Ok(order) => {
                    if sender.send(order).is_err() {
                        return;
                    }
                }
                Err(_) if line.trim().is_empty() => {}
                Err(error) => {
                    eprintln!("kdp-engine: not an order: {error}");
                    std::process::exit(1);
                }
            }
        }
    });
    receiver
}

/// Obeys an order. Whatever goes wrong, a panic in a binding included, fails this order alone.
fn obey(
    order: &Order,
    stores: &mut Stores,
    stop: &Stop,
    answers: &Answers,
) -> std::io::Result<Answer> {
    let Order::Run {
        node,
        along,
        store,
        device,
        threads,
        outputs,
        saving,
        across,
    } = order
    else {
        return Err(std::io::Error::other("not an order to run a node"));
    };
    let started = Instant::now();
    let mut teller = Teller::new(answers, node.key);
    let work = || {
        let job = Job {
            store: stores.open(store)?,
            threads: *threads,
            outputs: *outputs,
            saving: *saving,
            across: *across,
            node,
            along,
            device,
            stop,
            started,
        };
        node::bring(&job, &mut teller)
    };
    let outcome = catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(NodeError::Panic(said(panic.as_ref()))));
    Ok(match outcome {
        Ok((digest, along)) => Answer::Done {
            key: node.key,
            digest,
            along,
            seconds: started.elapsed().as_secs_f64(),
        },
        Err(NodeError::Stopped(step)) => Answer::Saved {
            key: node.key,
            step,
        },
        Err(error) => Answer::Failed {
            key: node.key,
            message: format!("`{}` ({}): {error}", node.id, node.declared),
            help: error.help().map(Cow::into_owned),
            machine: error.machine(),
        },
    })
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    cut(text.unwrap_or("a panic without a word")).to_string()
}
