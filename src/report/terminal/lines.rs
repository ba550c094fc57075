//! Plain lines, for a log file or a pipe.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::omissions::omission;
use super::words::{failure, nothing, numbers};
use crate::diag::count;
use crate::plan::{Key, Node};
use crate::report::number::duration;
use crate::run::{Event, NodeOutcome, Observer, Progress, Status};

/// Between two lines on how far the nodes are.
const PAUSE: Duration = Duration::from_secs(5);

/// Where a node that runs stands.
struct Running {
    id: String,
    begun: Instant,
    /// The first progress, from which the rate is reckoned, and the last.
    first: Option<(Instant, u64)>,
    last: Progress,
}

/// A line when a node ends, and every few seconds one for each node that runs.
pub(super) struct Lines {
    verbose: bool,
    pending: usize,
    ended: usize,
    running: BTreeMap<Key, Running>,
    said: Instant,
}

impl Lines {
    pub fn new(verbose: bool) -> Lines {
        Lines {
            verbose,
            pending: 0,
            ended: 0,
            running: BTreeMap::new(),
            said: Instant::now(),
        }
    }

    fn start(&mut self, node: &Node) {
        let running = Running {
            id: node.id.clone(),
            begun: Instant::now(),
            first: None,
            last: Progress::default(),
        };
        self.running.insert(node.key, running);
    }

    fn go_on(&mut self, key: Key, progress: Progress) {
        if let Some(running) = self.running.get_mut(&key) {
            running.first.get_or_insert((Instant::now(), progress.step));
            running.last = progress;
        }
    }

    fn end(&mut self, outcome: &NodeOutcome) {
        self.running.remove(&outcome.key);
        self.ended += 1;
        // What another run on the store has done meanwhile, or left to do, was not reckoned with.
        let place = format!("{}/{}", self.ended, self.pending.max(self.ended));
        match outcome.status {
            Status::Failed => say(&failure(outcome)),
            Status::Ran => say(&format!(
                "[{place}] {} done in {}",
                outcome.id,
                duration(outcome.seconds)
            )),
            _ => {}
        }
        if let Some(omission) = omission(outcome) {
            say(&warning(&omission));
        }
    }

    fn tell(&mut self) {
        if self.said.elapsed() >= PAUSE {
            self.said = Instant::now();
            self.running
                .values()
                .for_each(|running| say(&running.told()));
        }
    }
}

impl Running {
    fn told(&self) -> String {
        let Progress { step, steps, .. } = self.last;
        if steps == 0 {
            return format!(
                "{}: {} so far",
                self.id,
                duration(self.begun.elapsed().as_secs_f64())
            );
        }
        let mut text = format!("{}: {step}/{steps}", self.id);
        if let Some((since, from)) = self.first
            && step > from
        {
            let rate = (step - from) as f64 / since.elapsed().as_secs_f64();
            let left = steps.saturating_sub(step) as f64 / rate;
            text += &format!(", {rate:.0}/s, {} left", duration(left));
        }
        match numbers(&self.last) {
            numbers if numbers.is_empty() => text,
            numbers => format!("{text}, {numbers}"),
        }
    }
}

fn warning(text: &str) -> String {
    format!("warning: {text}")
}

fn say(line: &str) {
    anstream::eprintln!("{line}");
}

impl Observer for Lines {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Begin { pending, stored } => {
                self.pending = pending;
                say(&match pending {
                    0 => nothing(stored),
                    n => format!("{} to run, {stored} in the store.", count(n, "node")),
                });
            }
            Event::Started(node) => self.start(node),
            Event::Progress(node, progress) => self.go_on(node.key, progress),
            Event::Ended(_, outcome) => self.end(outcome),
            Event::Log(line) if self.verbose => say(line),
            Event::Warning(text) => say(&warning(text)),
            Event::Log(_) | Event::Tick => {}
        }
        self.tell();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_rate_and_time_left() {
        let ago = |seconds| Instant::now() - Duration::from_secs(seconds);
        let running = Running {
            id: "big".into(),
            begun: ago(11),
            first: Some((ago(10), 100)),
            last: Progress {
                step: 600,
                steps: 1600,
                loss: Some(0.5),
                accuracy: Some(0.8125),
            },
        };
        assert_eq!(
            running.told(),
            "big: 600/1600, 50/s, 20 s left, loss 0.500, accuracy 81.2%"
        );
        let waiting = Running {
            first: None,
            last: Progress::default(),
            ..running
        };
        assert_eq!(waiting.told(), "big: 11 s so far");
    }
}
