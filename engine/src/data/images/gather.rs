//! The samples that become of images.

use std::collections::BTreeSet;

use super::error::ImageError;
use super::manner::Manner;
use super::origin::Origin;
use super::packed::{fault, pack};
use crate::data::samples::{Declared, Samples};
use crate::data::{DataError, Making};

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
