//! The samples of a split, and what a declaration promises of them.

use std::path::{Path, PathBuf};

use super::{DataError, Inputs};

/// The samples of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// What is fed to networks.
    pub inputs: Inputs,
    /// The class of each; −1 for none.
    pub labels: Vec<i64>,
    /// The class of each before label noise, relabelling or unlabelling.
    pub true_labels: Vec<i64>,
    /// The place of each in the source.
    pub index: Vec<i64>,
}

impl Samples {
    /// Samples as a source holds them.
    pub fn new(inputs: Inputs, labels: Vec<i64>) -> Self {
        Self {
            inputs,
            true_labels: labels.clone(),
            index: (0..labels.len() as i64).collect(),
            labels,
        }
    }

    /// Images [C, H, W] as a source holds them.
    pub fn of_images(size: [i64; 3], bytes: Vec<u8>, labels: &[u8]) -> Self {
        let labels = labels.iter().map(|&label| i64::from(label)).collect();
        Self::new(Inputs::images(size, bytes), labels)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// How many have a label.
    pub fn labelled(&self) -> usize {
        self.labels.iter().filter(|label| **label >= 0).count()
    }

    /// The rows that bear a class.
    pub fn of_class(&self, class: i64) -> Vec<usize> {
        let rows = 0..self.len();
        rows.filter(|&row| self.labels[row] == class).collect()
    }

    /// Puts others, of the same kind and sizes, behind them.
    pub fn append(&mut self, others: &Samples) -> Result<(), DataError> {
        self.inputs.append(&others.inputs)?;
        self.labels.extend_from_slice(&others.labels);
        self.true_labels.extend_from_slice(&others.true_labels);
        self.index.extend_from_slice(&others.index);
        Ok(())
    }

    /// Some of them, in this order.
    pub fn select(&self, rows: &[usize]) -> Self {
        let pick = |values: &[i64]| rows.iter().map(|&row| values[row]).collect();
        Self {
            inputs: self.inputs.select(rows),
            labels: pick(&self.labels),
            true_labels: pick(&self.true_labels),
            index: pick(&self.index),
        }
    }
}

/// What a declaration promises of a split of the source.
pub struct Declared {
    /// `train` or `test`.
    pub split: &'static str,
    /// The number of classes.
    pub classes: i64,
    /// Samples in the split.
    pub count: i64,
}

impl Declared {
    /// Holds a number of samples against it.
    pub fn hold_count(&self, path: &Path, found: usize) -> Result<(), DataError> {
        if found as i64 == self.count {
            return Ok(());
        }
        Err(DataError::Count {
            path: path.to_path_buf(),
            split: self.split,
            found,
            declared: self.count,
        })
    }

    /// Holds the numbers of samples that several files have together against it.
    pub fn hold_counts(&self, counts: &[(PathBuf, usize)]) -> Result<(), DataError> {
        if let [(path, found)] = counts {
            return self.hold_count(path, *found);
        }
        let found: usize = counts.iter().map(|(_, count)| count).sum();
        if found as i64 == self.count {
            return Ok(());
        }
        let each = counts
            .iter()
            .map(|(path, count)| format!("`{}` ({count})", path.display()));
        Err(DataError::Sum {
            of: each.collect::<Vec<_>>().join(", "),
            split: self.split,
            found,
            declared: self.count,
        })
    }

    /// Holds labels against it.
    pub fn hold_labels(&self, path: &Path, labels: &[u8]) -> Result<(), DataError> {
        let outside = |value: &u8| i64::from(*value) >= self.classes;
        match labels.iter().position(outside) {
            None => Ok(()),
            Some(sample) => Err(DataError::Label {
                path: path.to_path_buf(),
                sample,
                value: labels[sample],
                classes: self.classes,
            }),
        }
    }
}
