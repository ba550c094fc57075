//! The fields of a measurement as JSON.

use std::collections::BTreeMap;

use serde::Serializer;
use serde_json::{Map, Value};

use crate::vocabulary::is_count;

/// A measurement's fields: counts are whole numbers, and a number that does not exist is `null`.
pub fn fields_to_json(fields: &BTreeMap<String, f64>) -> Value {
    let fields = fields.iter();
    let told = fields.map(|(name, value)| (name.clone(), field(name, *value)));
    Value::Object(told.collect::<Map<_, _>>())
}

fn field(name: &str, value: f64) -> Value {
    // A 64-bit float holds every count up to 2⁵³.
    match is_count(name) && value.fract() == 0.0 && (0.0..=9.007e15).contains(&value) {
        true => Value::from(value as u64),
        false => Value::from(value),
    }
}

/// Measurements by name, for `serialize_with`.
pub fn write_measures<S: Serializer>(
    measures: &BTreeMap<String, BTreeMap<String, f64>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let measures = measures.iter();
    serializer.collect_map(measures.map(|(name, fields)| (name, fields_to_json(fields))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_and_what_does_not_exist_is_null() {
        let fields = [
            ("count", 5000.0),
            ("flipped", 0.0),
            ("slope", 1.0),
            ("kl", f64::NAN),
        ];
        let fields = fields.map(|(name, value)| (name.to_string(), value));
        assert_eq!(
            fields_to_json(&fields.into()).to_string(),
            r#"{"count":5000,"flipped":0,"kl":null,"slope":1.0}"#
        );
    }
}
