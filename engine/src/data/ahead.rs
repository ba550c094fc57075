//! Batches made ahead of the steps that use them.

use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tch::TchError;

use super::{Batch, Batches};

/// Batches that may wait to be used. One more is being made.
const READY: usize = 2;

/// Batches of steps one after the other, made by another thread while the step before is computed.
/// Each is what [`Batches::at`] gives.
pub struct Ahead {
    made: Receiver<Result<Batch, TchError>>,
    waited: Duration,
}

impl Ahead {
    /// How long the steps have waited for their batches so far.
    pub fn waited(&self) -> Duration {
        self.waited
    }
}

impl Iterator for Ahead {
    type Item = Result<Batch, TchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let begin = Instant::now();
        let batch = self.made.recv().ok();
        self.waited += begin.elapsed();
        batch
    }
}

/// Does some work with the batches of `steps` made ahead. Those that the work leaves over are not made.
pub fn ahead<T>(batches: Batches, steps: Range<u64>, work: impl FnOnce(Ahead) -> T) -> T {
    thread::scope(|scope| {
        let (sender, made) = sync_channel(READY);
        scope.spawn(|| make(batches, steps, sender));
        work(Ahead {
            made,
            waited: Duration::ZERO,
        })
    })
}

/// Makes batches until one fails or nobody wants them any more.
fn make(mut batches: Batches, steps: Range<u64>, sender: SyncSender<Result<Batch, TchError>>) {
    for step in steps {
        let batch = batches.at(step);
        let failed = batch.is_err();
        if sender.send(batch).is_err() || failed {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;
    use crate::data::{Augmentation, Loaded, made};

    fn images(device: Device) -> Loaded {
        let labels: Vec<u8> = (0..25).map(|i| i % 10).collect();
        let bytes = (0..400).map(|n| (n % 251) as u8).collect();
        made::images([1, 4, 4], bytes, &labels, [0.5, 0.5], device)
    }

    fn batches(data: &Loaded) -> Batches<'_> {
        let both = vec![Augmentation::PadCrop { padding: 1 }, Augmentation::Flip];
        Batches::new(data, both, 10, 1)
    }

    #[test]
    fn they_are_those_of_their_steps() {
        let data = images(Device::Cpu);
        let mut at = batches(&data);
        let count = ahead(batches(&data), 2..8, |ahead| {
            ahead.zip(2..).fold(0, |count, (made, step)| {
                let (made, wanted) = (made.expect("a batch"), at.at(step).expect("a batch"));
                assert_eq!(made.rows, wanted.rows);
                assert_eq!(made.inputs, wanted.inputs);
                assert_eq!(made.labels, wanted.labels);
                count + 1
            })
        });
        assert_eq!(count, 6);
    }

    #[test]
    fn they_end_with_the_work() {
        let data = images(Device::Cpu);
        let first = ahead(batches(&data), 0..u64::MAX, |mut ahead| ahead.next());
        assert!(first.is_some_and(|batch| batch.is_ok()));
    }

    #[test]
    fn the_first_error_is_the_last_that_is_made() {
        let data = images(Device::Cuda(1_000));
        let mut made: Vec<_> = ahead(batches(&data), 0..9, Iterator::collect);
        assert!(made.pop().is_some_and(|batch| batch.is_err()));
        assert!(made.is_empty());
    }
}
