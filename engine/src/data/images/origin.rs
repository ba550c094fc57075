//! Where the images of a split come from, and the samples that become of them.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::iter::ParallelIterator;

use super::error::ImageError;
use super::manner::Manner;
use super::packed::{fault, pack};
use crate::data::samples::{Declared, Samples};
use crate::data::{DataError, Making};

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

/// The samples of images and their labels, as many as are declared; damaged ones are left out where that is asked for.
pub fn samples(
    origin: &impl Origin,
    labels: Vec<i64>,
    manner: Manner,
    declared: &Declared,
    making: &mut Making,
) -> Result<Samples, DataError> {
    let all = origin.count();
    // Where none may be damaged, that the number is wrong need not be found out by decoding them all.
    if !manner.leaves_out() || (all as i64) < declared.count {
        hold_count(origin, declared, all, vec![])?;
    }
    let packed = pack(origin, manner, declared.split, making)?;
    let damaged: BTreeSet<usize> = packed.damaged().collect();
    for &row in &damaged {
        let why = || fault(origin, row, manner);
        making.leave_out(declared.split, &origin.name(row), why)?;
    }
    let names = damaged.iter().map(|&row| origin.name(row));
    hold_count(origin, declared, all - damaged.len(), names.collect())?;
    let samples = Samples::new(packed.inputs(manner), labels);
    Ok(match damaged.is_empty() {
        true => samples,
        false => {
            let sound = (0..all).filter(|row| !damaged.contains(row));
            samples.select(&sound.collect::<Vec<_>>())
        }
    })
}

fn hold_count(
    origin: &impl Origin,
    declared: &Declared,
    found: usize,
    damaged: Vec<String>,
) -> Result<(), ImageError> {
    if found as i64 == declared.count {
        return Ok(());
    }
    Err(ImageError::Count {
        whose: origin.holds(),
        split: declared.split,
        found,
        declared: declared.count,
        damaged,
    })
}
