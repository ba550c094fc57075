//! Keys: what a node *is*, as 32 bytes.
//!
//! A node's task is serialised into [`Facts`], a tree of named, typed values, and the tree is
//! hashed by blake3 under a domain tag, every value with its type and its length before it.
//! No text format is hashed: JSON cannot tell `2⁵³` from `2⁵³ + 1`, nor hold a NaN.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The address of a node's result: the blake3 of its facts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 32]);

/// The blake3 of some bytes.
pub type Digest = Key;

impl Key {
    /// The digest of some bytes.
    pub fn of_bytes(bytes: &[u8]) -> Digest {
        Key(*blake3::hash(bytes).as_bytes())
    }

    /// 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The first 12 digits, for people.
    pub fn short(&self) -> String {
        self.hex()[..12].to_string()
    }

    /// The key of 64 hexadecimal digits.
    pub fn parse(hex: &str) -> Option<Key> {
        let mut bytes = [0; 32];
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).ok()?;
        }
        Some(Key(bytes))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.short())
    }
}

impl Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.hex())
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Key::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("not a key: 64 hexadecimal digits are"))
    }
}

/// The domain tag: raise its number when the encoding changes.
const DOMAIN: &str = "kdp 2026 node key v1";

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

impl Facts {
    /// The key.
    pub fn key(&self) -> Key {
        let mut hasher = blake3::Hasher::new_derive_key(DOMAIN);
        self.feed(&mut hasher);
        Key(*hasher.finalize().as_bytes())
    }

    fn feed(&self, hasher: &mut blake3::Hasher) {
        let sized = |hasher: &mut blake3::Hasher, tag: u8, len: usize| {
            hasher.update(&[tag]);
            hasher.update(&(len as u64).to_le_bytes());
        };
        match self {
            Facts::None => sized(hasher, 0, 0),
            Facts::Bool(value) => {
                sized(hasher, 1, 1);
                hasher.update(&[u8::from(*value)]);
            }
            Facts::Int(value) => {
                sized(hasher, 2, 8);
                hasher.update(&value.to_le_bytes());
            }
            Facts::Number(value) => {
                sized(hasher, 3, 8);
                // One zero and one NaN.
                let value = if value.is_nan() {
                    f64::NAN
                } else {
                    value + 0.0
                };
                hasher.update(&value.to_bits().to_le_bytes());
            }
            Facts::Text(text) => {
                sized(hasher, 4, text.len());
                hasher.update(text.as_bytes());
            }
            Facts::List(items) => {
                sized(hasher, 5, items.len());
                items.iter().for_each(|item| item.feed(hasher));
            }
            Facts::Record(fields) => {
                sized(hasher, 6, fields.len());
                for (name, value) in fields {
                    sized(hasher, 4, name.len());
                    hasher.update(name.as_bytes());
                    value.feed(hasher);
                }
            }
        }
    }
}
