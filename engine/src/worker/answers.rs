//! What the worker says on its standard output.

use std::io::Write;
use std::time::{Duration, Instant};

use kdp::plan::Key;
use kdp::run::Answer;

use crate::train::Recent;

/// Between two words on how far a node is.
const PAUSE: Duration = Duration::from_millis(100);

/// The worker's standard output.
pub struct Answers;

impl Answers {
    /// Says an answer. Where nobody listens any more, the process ends: `kdp` is gone, and what is
    /// being made here would be waited for by its next run.
    pub fn send(&self, answer: &Answer) {
        let mut out = std::io::stdout().lock();
        let said = serde_json::to_writer(&mut out, answer)
            .map_err(std::io::Error::from)
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush());
        if said.is_err() {
            std::process::exit(1);
        }
    }
}

/// Tells how far a node is, not too often.
pub struct Teller<'a> {
    answers: &'a Answers,
    key: Key,
    last: Instant,
}

impl<'a> Teller<'a> {
    /// For a node.
    pub fn new(answers: &'a Answers, key: Key) -> Self {
        Self {
            answers,
            key,
            last: Instant::now(),
        }
    }
}

impl Teller<'_> {
    /// Tells samples done of all, if it is time to.
    pub fn count(&mut self, done: usize, all: usize) {
        if self.is_due() {
            self.tell(done as u64, all as u64, None);
        }
    }

    /// Whether it is time to tell.
    pub fn is_due(&self) -> bool {
        self.last.elapsed() >= PAUSE
    }

    /// Tells steps done of all, and the training loss and accuracy where they are known.
    pub fn tell(&mut self, step: u64, steps: u64, recent: Option<Recent>) {
        self.last = Instant::now();
        self.answers.send(&Answer::Progress {
            key: self.key,
            step,
            steps,
            loss: recent.map(|recent| recent.loss),
            accuracy: recent.and_then(|recent| recent.accuracy),
        });
    }
}
