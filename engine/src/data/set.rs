//! A data set in memory, whole, and what may be made of others.

use std::fmt;

use kdp::plan::{Call, DataMeta, DataShape};

use super::{DataError, Samples, transforms};

/// A data set.
#[derive(Debug)]
pub struct DataSet {
    /// What is trained on.
    pub train: Samples,
    /// What is chosen by; empty where there is no such split.
    pub validation: Samples,
    /// What is tested on.
    pub test: Samples,
    /// What is known of it, and how its bytes become numbers.
    pub meta: DataMeta,
}

impl DataSet {
    /// Its training samples, and behind them another's. Everything else is its own.
    pub fn join(mut self, other: &DataSet) -> Result<DataSet, DataError> {
        let differ = |what, first: &dyn fmt::Display, second: &dyn fmt::Display| {
            Err(DataError::Join {
                what,
                first: first.to_string(),
                second: second.to_string(),
            })
        };
        let (own, others) = (&self.meta, &other.meta);
        let (sample, others_sample) = (&own.shape.sample, &others.shape.sample);
        if sample != others_sample {
            return differ("the shape of a sample", sample, others_sample);
        }
        if own.shape.classes != others.shape.classes {
            return differ(
                "the number of classes",
                &own.shape.classes,
                &others.shape.classes,
            );
        }
        if let (Some(own), Some(others)) = (&own.scaling, &others.scaling)
            && own.scale != others.scale
        {
            return differ("the value of a white pixel", &own.scale, &others.scale);
        }
        self.train.append(&other.train)?;
        Ok(self)
    }

    /// The same with other training labels.
    pub fn relabel(mut self, labels: Vec<i64>) -> Result<DataSet, DataError> {
        let classes = self.meta.shape.classes;
        let outside = |label: &&i64| !(0..classes).contains(*label);
        if let Some(label) = labels.iter().find(outside) {
            let label = *label;
            return Err(DataError::Relabel { label, classes });
        }
        self.train.labels = labels;
        Ok(self)
    }

    /// The data set after transforms, held against what its declaration promises.
    pub fn finish(
        mut self,
        transforms: &[Call],
        declared: &DataShape,
    ) -> Result<DataSet, DataError> {
        for call in transforms {
            self = transforms::apply(call, self)?;
        }
        for (split, samples, declared) in [
            ("train", &self.train, declared.train),
            ("validation", &self.validation, declared.validation),
            ("test", &self.test, declared.test),
        ] {
            let found = samples.len();
            if found as i64 != declared {
                return Err(DataError::Transformed {
                    split,
                    found,
                    declared,
                });
            }
        }
        if declared.labelled && self.train.labelled() < self.train.len() {
            return Err(DataError::NoLabels("the declared data".to_string()));
        }
        self.meta.shape = declared.clone();
        Ok(self)
    }
}
