//! The samples of a split, in memory, and what a declaration promises of them.

use std::path::Path;

use super::DataError;

/// The samples of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// The shape of one, [C, H, W].
    pub shape: [i64; 3],
    /// The pixels of all, n×C×H×W.
    pub images: Vec<u8>,
    /// The class of each; −1 for none.
    pub labels: Vec<i64>,
    /// The class of each before label noise, relabelling or unlabelling.
    pub true_labels: Vec<i64>,
    /// The place of each in the source.
    pub index: Vec<i64>,
}

impl Samples {
    /// Samples as a source holds them.
    pub fn new(shape: [i64; 3], images: Vec<u8>, labels: &[u8]) -> Self {
        let labels: Vec<i64> = labels.iter().map(|&label| i64::from(label)).collect();
        Self {
            shape,
            images,
            true_labels: labels.clone(),
            index: (0..labels.len() as i64).collect(),
            labels,
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Bytes of one.
    pub fn size(&self) -> usize {
        self.shape.iter().product::<i64>() as usize
    }

    /// The pixels of one, C×H×W.
    pub fn image(&self, row: usize) -> &[u8] {
        let size = self.size();
        &self.images[row * size..(row + 1) * size]
    }

    /// How many have a label.
    pub fn labelled(&self) -> usize {
        self.labels.iter().filter(|label| **label >= 0).count()
    }

    /// Puts others, of the same shape, behind them.
    pub fn append(&mut self, others: &Samples) {
        self.images.extend_from_slice(&others.images);
        self.labels.extend_from_slice(&others.labels);
        self.true_labels.extend_from_slice(&others.true_labels);
        self.index.extend_from_slice(&others.index);
    }

    /// Some of them, in this order.
    pub fn select(&self, rows: &[usize]) -> Self {
        let pick = |values: &[i64]| rows.iter().map(|&row| values[row]).collect();
        let mut images = Vec::with_capacity(rows.len() * self.size());
        for &row in rows {
            images.extend_from_slice(self.image(row));
        }
        Self {
            shape: self.shape,
            images,
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
    /// The shape of a sample, [C, H, W].
    pub shape: [i64; 3],
    /// The number of classes.
    pub classes: i64,
    /// Samples in the split.
    pub count: i64,
}

impl Declared {
    /// Holds a sample's shape against it.
    pub fn hold_shape(&self, path: &Path, found: &[i64]) -> Result<(), DataError> {
        if found == self.shape {
            return Ok(());
        }
        Err(DataError::Shape {
            path: path.to_path_buf(),
            found: found.to_vec(),
            declared: self.shape.to_vec(),
        })
    }

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
