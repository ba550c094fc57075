//! What an object says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::plan::{Digest, Facts, Key};
use crate::spec::from_json;

/// The version of the store's layout; objects of another one are not found.
pub const FORMAT: u32 = 2;

/// The blob that holds what the key was made of: apart, so that a lookup stays small.
pub(super) const FACTS: &str = "facts.json";

/// A file of an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blob {
    /// The blake3 of its bytes.
    pub digest: Digest,
    /// How many.
    pub bytes: u64,
}

/// Under which circumstances an object was made. None of it is part of the key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// The version of kdp.
    pub kdp: String,
    /// The version of libtorch; empty where none was needed.
    pub libtorch: String,
    /// `cpu`, `cuda:0`, `cuda:0+cuda:1`, `mps`.
    pub device: String,
    /// Threads for its tensors.
    pub threads: usize,
    /// Seconds it took.
    pub seconds: f64,
    /// Seconds of these that steps of training waited for their batches.
    #[serde(default)]
    pub waited: f64,
    /// When it was done, RFC 3339.
    pub at: String,
}

/// What a writer tells of an object when it commits it.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// `data`, `train`, `weights`, `measure`.
    pub kind: String,
    /// What the key was made of.
    pub facts: Facts,
    /// The name of the main blob, whose digest stands for the object in reports.
    pub main: String,
    /// A small result that is read without opening a blob; its shape hangs on the kind.
    pub summary: serde_json::Value,
    /// The circumstances.
    pub made: Made,
}

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The object's address.
    pub key: Key,
    /// `data`, `train`, `weights`, `measure`.
    pub kind: String,
    /// The blobs by name.
    pub blobs: BTreeMap<String, Blob>,
    /// The name of the main blob.
    pub main: String,
    /// A small result that is read without opening a blob; its shape hangs on the kind.
    pub summary: serde_json::Value,
    /// The circumstances.
    pub made: Made,
}

/// A manifest as it lies on the disk: with the digest of its compact JSON.
#[derive(Serialize, Deserialize)]
struct Sealed {
    manifest: Manifest,
    seal: Digest,
}

impl Manifest {
    /// The digest of the main blob.
    pub fn digest(&self) -> Option<Digest> {
        self.blobs.get(&self.main).map(|blob| blob.digest)
    }

    /// Bytes of all blobs.
    pub fn bytes(&self) -> u64 {
        self.blobs.values().map(|blob| blob.bytes).sum()
    }

    fn digest_of_self(&self) -> Result<Digest, serde_json::Error> {
        serde_json::to_vec(self).map(|bytes| Digest::of_bytes(&bytes))
    }

    /// The text of `manifest.json`. It is read back once: a manifest that JSON cannot hold (one
    /// with a NaN in it) must not reach the disk, where it would count as damaged for ever.
    pub(super) fn seal(self) -> Result<String, String> {
        let seal = self.digest_of_self().map_err(|error| error.to_string())?;
        let sealed = Sealed {
            manifest: self,
            seal,
        };
        let text = serde_json::to_string_pretty(&sealed).map_err(|error| error.to_string())?;
        Manifest::unseal(text.as_bytes())?;
        Ok(text)
    }

    /// The manifest of the bytes of a `manifest.json`, or in which way they are damaged.
    pub(super) fn unseal(bytes: &[u8]) -> Result<Manifest, String> {
        let Sealed { manifest, seal } = from_json(bytes).map_err(|error| error.to_string())?;
        if manifest.format != FORMAT {
            return Err(format!("format {}, not {FORMAT}", manifest.format));
        }
        match manifest.digest_of_self() {
            Ok(digest) if digest == seal => Ok(manifest),
            Ok(_) => Err("its seal does not fit".into()),
            Err(error) => Err(error.to_string()),
        }
    }
}
