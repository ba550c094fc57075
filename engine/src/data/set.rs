//! A data set in memory, whole, and what may be made of others.

use std::collections::BTreeSet;
use std::fmt;

use kdp::plan::{Call, DataMeta, DataShape};

use super::{DataError, Making, Samples, transforms};

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
        making: &mut Making,
    ) -> Result<DataSet, DataError> {
        for call in transforms {
            self = transforms::apply(call, self, making)?;
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
        self.meta.unseen = self.unseen();
        Ok(self)
    }

    /// The classes that are declared and that no training sample is of; none where no sample has a label.
    fn unseen(&self) -> Vec<i64> {
        let labels = self.train.labels.iter().copied();
        let seen: BTreeSet<i64> = labels.filter(|label| *label >= 0).collect();
        match seen.is_empty() {
            true => vec![],
            false => (0..self.meta.shape.classes)
                .filter(|class| !seen.contains(class))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::data::transforms::made::{making, set};

    #[test]
    fn classes_that_no_training_sample_is_of_are_told() {
        let unseen = |mut set: super::DataSet, labels: Option<i64>| {
            if let Some(label) = labels {
                set.train.labels.fill(label);
            }
            let declared = set.meta.shape.clone();
            making(|making| set.finish(&[], &declared, making)).map(|set| set.meta.unseen)
        };
        let all = unseen(set(30), None).expect("finished");
        assert_eq!(all, [] as [i64; 0]);
        let few = unseen(set(7), None).expect("finished");
        assert_eq!(few, [7, 8, 9]);
        let one = unseen(set(30), Some(9)).expect("finished");
        assert_eq!(one, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        // Without labels there is nothing to be seen.
        let mut none = set(30);
        none.meta.shape.labelled = false;
        let none = unseen(none, Some(-1)).expect("finished");
        assert_eq!(none, [] as [i64; 0]);
    }
}
