//! Keys: what a node *is*, as 32 bytes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::encode::encode;

/// The domain tag: raise its number when the encoding changes.
const DOMAIN: &str = "kdp 2026 node key v1";

/// The address of a node's result: the blake3 of its task.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 32]);

/// The blake3 of some bytes.
pub type Digest = Key;

impl Key {
    /// The key of some plain data: the blake3 of its encoding, under a domain tag.
    pub fn of(value: &impl Serialize) -> Key {
        let mut hasher = blake3::Hasher::new_derive_key(DOMAIN);
        match encode(value) {
            Ok(bytes) => hasher.update(&bytes),
            // No plain data refuses to be serialised.
            Err(error) => hasher.update(error.to_string().as_bytes()),
        };
        Key(*hasher.finalize().as_bytes())
    }

    /// The digest of some bytes.
    pub fn of_bytes(bytes: &[u8]) -> Digest {
        Key(*blake3::hash(bytes).as_bytes())
    }

    /// 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }

    /// The first 12 digits, for people.
    pub fn short(&self) -> String {
        self.hex()[..12].to_string()
    }

    /// The key of 64 hexadecimal digits.
    pub fn parse(hex: &str) -> Option<Key> {
        let hash = blake3::Hash::from_hex(hex).ok()?;
        Some(Key(*hash.as_bytes()))
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
        serializer.serialize_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Key::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("not a key: 64 hexadecimal digits are"))
    }
}
