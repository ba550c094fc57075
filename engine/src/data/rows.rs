//! Rows of bytes, one a sample: in memory or in mapped files, in an order of their own.

use std::fmt;
use std::sync::Arc;

/// Bytes that stay where they are: a list in memory, or a mapped file.
type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Where a row lies: in which bytes, from where, and how long it is.
#[derive(Clone, Copy)]
struct Place {
    of: u32,
    start: usize,
    length: usize,
}

/// Rows of bytes. To select or to append some moves no byte, so that rows of a mapped file are read from the
/// disk when they are asked for, and never all at once.
#[derive(Clone, Default)]
pub struct Rows {
    bytes: Vec<Bytes>,
    places: Vec<Place>,
}

impl Rows {
    /// The rows of `width` bytes each, one behind the other, that lie in `bytes` from `start` on.
    pub fn even(
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
        start: usize,
        width: usize,
        count: usize,
    ) -> Option<Self> {
        let ends = (0..=count).map(|row| row.checked_mul(width)?.checked_add(start));
        Self::between(bytes, &ends.collect::<Option<Vec<_>>>()?)
    }

    /// The rows between each of these places in `bytes` and the next; `None` where they are not in order, or
    /// go beyond its end.
    pub fn between(
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
        bounds: &[usize],
    ) -> Option<Self> {
        let within = bounds.last()? <= &bytes.as_ref().len();
        if !within || !bounds.is_sorted() {
            return None;
        }
        let places = bounds.windows(2).map(|bound| Place {
            of: 0,
            start: bound[0],
            length: bound[1] - bound[0],
        });
        Some(Self {
            places: places.collect(),
            bytes: vec![Arc::new(bytes)],
        })
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// One of them.
    pub fn get(&self, row: usize) -> &[u8] {
        let Place { of, start, length } = self.places[row];
        &(*self.bytes[of as usize]).as_ref()[start..start + length]
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Bytes of each.
    pub fn lengths(&self) -> impl Iterator<Item = usize> {
        self.places.iter().map(|place| place.length)
    }

    /// Puts others behind them.
    pub fn append(&mut self, others: &Rows) {
        let before = self.bytes.len() as u32;
        self.bytes.extend_from_slice(&others.bytes);
        self.places.extend(others.places.iter().map(|place| Place {
            of: place.of + before,
            ..*place
        }));
    }

    /// Some of them, in this order.
    pub fn select(&self, rows: &[usize]) -> Rows {
        Rows {
            bytes: self.bytes.clone(),
            places: rows.iter().map(|&row| self.places[row]).collect(),
        }
    }
}

impl PartialEq for Rows {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_selected_and_appended_where_they_lie() {
        let even = Rows::even(vec![9, 1, 2, 3, 4, 5, 6], 1, 2, 3).expect("three rows");
        let mut some = even.select(&[2, 0, 2]);
        let uneven = Rows::between(vec![7, 8, 9], &[0, 0, 3]).expect("two rows");
        some.append(&uneven);
        let found: Vec<&[u8]> = some.iter().collect();
        assert_eq!(
            found,
            [[5, 6].as_slice(), &[1, 2], &[5, 6], &[], &[7, 8, 9]]
        );
        assert_eq!(some.lengths().collect::<Vec<_>>(), [2, 2, 2, 0, 3]);
    }

    #[test]
    fn no_row_goes_beyond_its_bytes() {
        assert!(Rows::even(vec![0; 6], 1, 2, 3).is_none());
        assert!(Rows::even(vec![0; 6], 0, usize::MAX, 3).is_none());
        assert!(Rows::between(vec![0; 6], &[0, 7]).is_none());
        assert!(Rows::between(vec![0; 6], &[4, 3, 6]).is_none());
    }
}
