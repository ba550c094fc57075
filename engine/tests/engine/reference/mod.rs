//! The engine held against PyTorch and NumPy, by the values that the scripts in the repository's
//! `tests/reference` wrote down.

mod ensembles;
mod features;
mod initial;
mod layers;
mod made_up;
mod measures;
mod network;
mod networks;
mod optimisers;
mod text;

mod texts;
mod tokens;
mod transformers;

use std::collections::BTreeMap;
use std::path::Path;

use kdp::plan::Datum;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tch::{Kind, Tensor};

/// A tensor as it was written down.
#[derive(Deserialize)]
struct Numbers {
    shape: Vec<i64>,
    values: Vec<f64>,
}

impl Numbers {
    fn tensor(&self) -> Tensor {
        Tensor::from_slice(&self.values)
            .view(self.shape.as_slice())
            .to_kind(Kind::Float)
    }

    /// Holds a tensor against it: no value may be off by more than 10⁻⁵ of the largest one.
    fn hold(&self, what: &str, found: &Tensor) {
        assert_eq!(found.size(), self.shape, "{what}");
        hold(what, &numbers(found), &self.values, 1e-5);
    }
}

/// A tensor's values, row by row.
fn numbers(tensor: &Tensor) -> Vec<f64> {
    let plain = tensor.detach().to_kind(Kind::Double).reshape([-1]);
    Vec::<f64>::try_from(plain).expect("numbers")
}

/// Holds numbers against others: none may be off by more than `tolerance` of the largest one.
fn hold(what: &str, found: &[f64], wanted: &[f64], tolerance: f64) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    let largest = wanted
        .iter()
        .fold(0f64, |largest, value| largest.max(value.abs()));
    for (place, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        let off = (found - wanted).abs();
        assert!(
            off <= tolerance * largest.max(f64::MIN_POSITIVE),
            "{what}[{place}]: {found}, not {wanted}"
        );
    }
}

fn read<T: DeserializeOwned>(name: &str) -> T {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference");
    let text = std::fs::read_to_string(folder.join(name)).expect("the reference values");
    serde_json::from_str(&text).expect("as they were written")
}

/// Arguments of a word, as they were written down.
type Arguments = BTreeMap<String, serde_json::Value>;

fn data(arguments: &Arguments) -> Vec<(&str, Datum)> {
    let datum = |value: &serde_json::Value| match value {
        serde_json::Value::Bool(value) => Datum::Bool(*value),
        serde_json::Value::String(value) => Datum::Text(value.clone()),
        value => value.as_i64().map_or_else(
            || Datum::Number(value.as_f64().expect("a number")),
            Datum::Int,
        ),
    };
    arguments
        .iter()
        .map(|(name, value)| (name.as_str(), datum(value)))
        .collect()
}
