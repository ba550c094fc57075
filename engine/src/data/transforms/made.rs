//! Data and calls made up for tests.

use kdp::plan::{Call, DataMeta, DataShape, Datum, Key, Scaling};
use kdp::store::{Lookup, Store};

use crate::data::{DataSet, Making, Samples};

/// Samples whose labels go round through ten classes; each is one black pixel.
pub fn samples(n: usize) -> Samples {
    let labels: Vec<u8> = (0..n).map(|i| (i % 10) as u8).collect();
    Samples::of_images([1, 1, 1], vec![0; n], &labels)
}

/// So many training samples, and four to test on.
pub fn set(train: usize) -> DataSet {
    let shape = DataShape {
        sample: [1, 1, 1].into(),
        classes: 10,
        train: train as i64,
        validation: 0,
        test: 4,
        labelled: true,
    };
    let scaling = Some(Scaling {
        scale: 255.0,
        mean: vec![0.0],
        std: vec![1.0],
    });
    DataSet {
        train: samples(train),
        validation: samples(0),
        test: samples(4),
        meta: DataMeta {
            shape,
            unseen: vec![],
            scaling,
        },
    }
}

/// What becomes of a data object in the making, in a store of its own.
pub fn making<T>(make: impl FnOnce(&mut Making) -> T) -> T {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).expect("a store");
    let Lookup::Miss(slot) = store.lookup(Key::of(&"data")).expect("a slot") else {
        panic!("a new store is empty");
    };
    make(&mut Making::new(&store, &slot, &mut |_, _| ()))
}

/// A call that is being written down.
pub struct Written {
    /// As far as it is.
    pub call: Call,
}

/// A transform without arguments.
pub fn call(name: &str) -> Written {
    Written {
        call: Call {
            name: name.to_string(),
            version: 1,
            args: [].into(),
        },
    }
}

impl Written {
    /// With an argument.
    pub fn with(mut self, name: &str, value: impl Into<Given>) -> Self {
        self.call.args.insert(name.to_string(), value.into().0);
        self
    }
}

/// An argument's value.
pub struct Given(Datum);

impl From<i64> for Given {
    fn from(value: i64) -> Self {
        Given(Datum::Int(value))
    }
}

impl From<f64> for Given {
    fn from(value: f64) -> Self {
        Given(Datum::Number(value))
    }
}

impl<T: Into<Given>, const N: usize> From<[T; N]> for Given {
    fn from(values: [T; N]) -> Self {
        Given(Datum::List(values.map(|value| value.into().0).to_vec()))
    }
}
