//! The order in which an epoch sees its samples.

use crate::random::Draws;

/// Batches of a stretch in which samples are sorted by length.
const STRETCH: usize = 50;

/// The rows of so many samples in the order in which an epoch sees them.
pub fn order(samples: usize, seed: i64, epoch: u64) -> Vec<usize> {
    Draws::new(seed, "order", epoch).permutation(samples)
}

/// An order in which batches are made of samples of similar length, every sample once.
///
/// Of [`order`], each stretch of 50 batches is sorted by length (as transformers' `group_by_length` does); then the
/// batches come in an order that is drawn too. The last one, where it is smaller, stays the last.
pub fn grouped(lengths: &[usize], batch: usize, seed: i64, epoch: u64) -> Vec<usize> {
    let mut rows = order(lengths.len(), seed, epoch);
    for stretch in rows.chunks_mut(STRETCH * batch) {
        stretch.sort_by_key(|row| lengths[*row]);
    }
    let (batches, rest) = rows.split_at(rows.len() / batch * batch);
    let drawn = Draws::new(seed, "batches", epoch).permutation(batches.len() / batch);
    let drawn = drawn
        .iter()
        .flat_map(|nth| &batches[nth * batch..(nth + 1) * batch]);
    drawn.chain(rest).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_of_similar_length_hold_every_sample_once() {
        let lengths: Vec<usize> = order(1003, 5, 0).iter().map(|row| row % 97).collect();
        let (batch, padded) = (10, |rows: &[usize]| {
            let batches = rows.chunks(10);
            let columns = batches
                .map(|rows| rows.len() * rows.iter().map(|row| lengths[*row]).max().unwrap_or(0));
            columns.sum::<usize>()
        });
        let rows = grouped(&lengths, batch, 3, 1);
        assert_eq!(rows, grouped(&lengths, batch, 3, 1));
        assert_ne!(rows, grouped(&lengths, batch, 3, 2));
        assert_ne!(rows, grouped(&lengths, batch, 4, 1));
        let mut sorted = rows.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1003).collect::<Vec<_>>());
        // Hardly more than the tokens themselves; in a drawn order almost twice as many.
        let tokens: usize = lengths.iter().sum();
        assert!(padded(&rows) < tokens * 11 / 10);
        assert!(padded(&order(1003, 3, 1)) > tokens * 17 / 10);
        // The batches do not come from short to long, stretch by stretch.
        let firsts: Vec<usize> = rows.chunks(batch).map(|rows| lengths[rows[0]]).collect();
        let shorter = firsts.windows(2).filter(|pair| pair[0] > pair[1]);
        assert!(shorter.count() > 20);
    }
}
