//! What a node reads of other nodes' objects.

use kdp::plan::{Key, Network, SplitRef};
use kdp::spec::from_json;
use kdp::store::{Entry, Store};
use tch::Device;

use super::NodeError;
use crate::data::{self, Loaded};
use crate::nets::Net;

/// The objects of a store, for one node.
pub struct Objects<'a> {
    /// The store.
    pub store: &'a Store,
    /// Where networks are loaded to.
    pub device: Device,
}

impl Objects<'_> {
    fn entry(&self, key: Key) -> Result<Entry, NodeError> {
        self.store.find(key).ok_or(NodeError::Input(key))
    }

    /// A split of a data object.
    pub fn split(&self, split: &SplitRef) -> Result<Loaded, NodeError> {
        let entry = self.entry(split.data)?;
        data::load(split.split, |blob| Ok(entry.read(blob)?))
    }

    /// A trained network.
    pub fn net(&self, key: Key) -> Result<Net, NodeError> {
        let entry = self.entry(key)?;
        let blob = "network.json";
        let network: Network = from_json(&entry.read(blob)?).map_err(|reason| NodeError::Blob {
            key,
            blob,
            reason,
        })?;
        let blob = "weights.safetensors";
        let file = entry.path(blob).display().to_string();
        Ok(Net::from_bytes(
            &network,
            &file,
            &entry.read(blob)?,
            self.device,
        )?)
    }
}
