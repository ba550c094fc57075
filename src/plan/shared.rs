//! Large parts that many tasks have in common.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Digest, Key};

/// A part that many tasks have in common: kept once and hashed once. In JSON it is written out; in a
/// task's key it stands by its own.
#[derive(Clone, Debug)]
pub struct Shared<T> {
    value: Arc<T>,
    digest: Digest,
}

impl<T: Serialize> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Shared {
            digest: Key::of(&value),
            value: Arc::new(value),
        }
    }
}

impl<T> Shared<T> {
    /// The digest of the part.
    pub(super) fn digest(&self) -> Digest {
        self.digest
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => self.value.serialize(serializer),
            false => self.digest.serialize(serializer),
        }
    }
}

impl<'de, T: Serialize + Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Shared::from)
    }
}
