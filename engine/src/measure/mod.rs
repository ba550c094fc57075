//! Measurements of trained models, from logits, in float64.

mod accuracy;
mod calibration;
mod deviation;
mod error;
mod labels;
mod line;
mod logits;

pub use accuracy::accuracy;
pub use calibration::calibration;
pub use deviation::{Class, Deviation, Space, deviation};
pub use error::MeasureError;
pub use labels::Labels;
pub use line::{Line, fit};
pub use logits::Logits;

use std::collections::BTreeMap;

/// The fields of a measurement by name.
pub type Fields = BTreeMap<String, f64>;
