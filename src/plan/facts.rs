//! What a node is, for people: the tree in which two nodes are compared.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a node is, as a tree of named, typed values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facts {
    /// Nothing.
    None,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Values in order.
    List(Vec<Facts>),
    /// Values by name.
    Record(BTreeMap<String, Facts>),
}

/// The facts of some plain data.
pub fn facts(value: &impl Serialize) -> Facts {
    from_json(&serde_json::to_value(value).unwrap_or_default())
}

fn from_json(value: &serde_json::Value) -> Facts {
    use serde_json::Value;
    match value {
        Value::Null => Facts::None,
        Value::Bool(b) => Facts::Bool(*b),
        Value::Number(n) => n
            .as_i64()
            .map_or_else(|| Facts::Number(n.as_f64().unwrap_or(f64::NAN)), Facts::Int),
        Value::String(s) => Facts::Text(s.clone()),
        Value::Array(items) => Facts::List(items.iter().map(from_json).collect()),
        Value::Object(fields) => Facts::Record(
            fields
                .iter()
                .map(|(k, v)| (k.clone(), from_json(v)))
                .collect(),
        ),
    }
}
