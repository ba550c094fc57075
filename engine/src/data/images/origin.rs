//! Where the images of a split come from.

use std::ops::Range;

use rayon::iter::ParallelIterator;

use crate::data::DataError;

/// The bytes of an image's file; `None` where there are none.
pub type Encoded = Result<Option<Vec<u8>>, DataError>;

/// Images that are still encoded, in an order of their own.
pub trait Origin: Sync {
    /// How many.
    fn count(&self) -> usize;

    /// Some of them, each with its place, in any order: each is read when a processor is free to decode it.
    fn encoded(&self, rows: Range<usize>) -> impl ParallelIterator<Item = (usize, Encoded)>;

    /// Whether one is of a format that is known and not read, so that it is not damaged for that.
    fn is_unread(&self, row: usize) -> bool;

    /// Holds what some were read from against what the plan saw, where that is not done image by image.
    fn hold(&self, rows: Range<usize>) -> Result<(), DataError>;

    /// What holds them, as an error says it: ``the folder `photos/train` holds``.
    fn holds(&self) -> String;

    /// One of them, as an error names it: ``the image `photos/train/cat/1.jpg` ``.
    fn image(&self, row: usize) -> String;

    /// One of them among all: `cat/1.jpg`.
    fn name(&self, row: usize) -> String;
}
