//! Padding of rows of tokens: how little of it a batch needs.

/// Columns of a batch are a multiple of this, or all that rows have: kernels are quick on such sizes, and there
/// are few of them.
const STEP: usize = 8;

/// Tokens of a row in front of the padding at its end.
pub fn used<T: PartialEq>(ids: &[T], padding: &T) -> usize {
    let last = ids.iter().rposition(|id| id != padding);
    last.map_or(0, |last| last + 1)
}

/// Columns of a batch of rows that use so many of `length`: as many as the longest one, rounded up.
pub fn columns(used: impl Iterator<Item = usize>, length: usize) -> usize {
    let longest = used.max().unwrap_or_default().max(1);
    longest.next_multiple_of(STEP).min(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_as_many_columns_as_its_longest_row_needs() {
        assert_eq!(used(&[5, 1, 7, 1, 1], &1), 3);
        assert_eq!(used(&[1, 1], &1), 0);
        assert_eq!(used(&[0, 0], &1), 2);
        for (rows, length, wanted) in [
            (&[3, 9, 1][..], 64, 16),
            (&[8], 64, 8),
            (&[0, 0], 64, 8),
            (&[61], 61, 61),
            (&[3], 4, 4),
        ] {
            assert_eq!(columns(rows.iter().copied(), length), wanted, "{rows:?}");
        }
    }
}
