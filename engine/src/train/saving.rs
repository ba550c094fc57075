//! When a run saves its state.

use std::time::{Duration, Instant};

use kdp::run::Saving;

/// The share of its time that a run may spend on saving, as a divisor.
const SHARE: u32 = 100;

/// Knows when a run saves its state next.
pub struct Saver {
    when: Saving,
    last: Instant,
    cost: Duration,
}

impl Saver {
    /// From now on.
    pub fn new(when: Saving) -> Self {
        Self {
            when,
            last: Instant::now(),
            cost: Duration::ZERO,
        }
    }

    /// Whether it is time after so many steps.
    pub fn is_due(&self, done: u64) -> bool {
        match self.when {
            Saving::Never => false,
            Saving::Steps(steps) => done.is_multiple_of(steps.max(1)),
            Saving::Seconds(seconds) => {
                let passed = self.last.elapsed();
                passed.as_secs_f64() >= seconds && passed >= self.cost * SHARE
            }
        }
    }

    /// Saves, and notes what it cost.
    pub fn save<T>(&mut self, save: impl FnOnce() -> T) -> T {
        let begin = Instant::now();
        let saved = save();
        self.last = Instant::now();
        self.cost = self.last - begin;
        saved
    }
}
