//! The worker: orders on standard input, answers on standard output, one JSON document a line.

mod answers;
mod error;
mod node;
mod objects;

mod data;
mod measure;
mod model;

pub use error::NodeError;

use std::io::BufRead;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use kdp::run::{Answer, Order, PROTOCOL};
use kdp::spec::from_json;

use crate::errors::cut;
use crate::machine::LIBTORCH;
use answers::{Answers, Teller};

/// Takes orders until the input ends.
pub fn serve(orders: impl BufRead) -> std::io::Result<()> {
    // What a panic says goes into the answer; libtorch's stack helps nobody on the terminal.
    std::panic::set_hook(Box::new(|_| ()));
    let answers = Answers;
    answers.send(&Answer::Hello {
        protocol: PROTOCOL,
        version: env!("CARGO_PKG_VERSION").to_string(),
        libtorch: LIBTORCH.to_string(),
    });
    for line in orders.lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let order = from_json(line.as_bytes())
            .map_err(|error| std::io::Error::other(format!("not an order: {error}")))?;
        answers.send(&obey(order, &answers));
    }
    Ok(())
}

/// Obeys an order. Whatever goes wrong, a panic in a binding included, fails this order alone.
fn obey(order: Order, answers: &Answers) -> Answer {
    let Order::Run {
        node,
        store,
        device,
        threads,
        outputs,
    } = order;
    let started = Instant::now();
    let mut teller = Teller::new(answers, node.key);
    let work = || {
        node::bring(
            &node,
            &store,
            &device,
            threads,
            outputs,
            started,
            &mut teller,
        )
    };
    let outcome = catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(NodeError::Panic(said(panic.as_ref()))));
    match outcome {
        Ok(digest) => Answer::Done {
            key: node.key,
            digest,
            seconds: started.elapsed().as_secs_f64(),
        },
        Err(error) => Answer::Failed {
            key: node.key,
            message: format!("`{}` ({}): {error}", node.id, node.declared),
            help: error.help().map(str::to_string),
            machine: error.machine(),
        },
    }
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    cut(text.unwrap_or("a panic without a word")).to_string()
}
