//! What a node reads of other nodes' objects.

use kdp::plan::{Ensemble, Key, SplitRef};
use kdp::spec::from_json;
use kdp::store::{Entry, Store};
use serde::de::DeserializeOwned;
use tch::Device;

use super::NodeError;
use crate::data::{self, DataSet, Loaded};
use crate::devices::Devices;
use crate::nets::{self, Model, Net, NetError, Partition, Precision, Share};
use crate::outputs::Cache;

/// The objects of a store, for one node.
pub struct Objects<'a> {
    /// The store.
    pub store: &'a Store,
    /// What is computed on.
    pub devices: Devices,
    /// Where outputs of models are kept.
    pub outputs: Cache,
}

/// A network's tensors.
pub const WEIGHTS: &str = "weights.safetensors";
/// A network's layers.
pub const NETWORK: &str = "network.json";
/// The members of an ensemble.
pub const ENSEMBLE: &str = "ensemble.json";

impl Objects<'_> {
    /// Where networks and samples are loaded to: the first device.
    pub fn device(&self) -> Device {
        self.devices.first()
    }

    fn entry(&self, key: Key) -> Result<Entry, NodeError> {
        self.store.find(key).ok_or(NodeError::Input(key))
    }

    /// A split of a data object.
    pub fn split(&self, split: &SplitRef) -> Result<Loaded, NodeError> {
        let entry = self.entry(split.data)?;
        data::load(split.split, self.device(), |blob| Ok(entry.map(blob)?))
    }

    /// A data object, whole.
    pub fn set(&self, key: Key) -> Result<DataSet, NodeError> {
        let entry = self.entry(key)?;
        data::open(|blob| Ok(entry.map(blob)?))
    }

    /// A model that is only asked: a network that computes in a precision, or models that answer together.
    pub fn model(&self, key: Key, precision: Precision) -> Result<Box<dyn Model>, NodeError> {
        let entry = self.entry(key)?;
        if entry.manifest.blobs.contains_key(ENSEMBLE) {
            let ensemble = parse(key, &entry, ENSEMBLE)?;
            return Ok(Box::new(self.ensemble(&ensemble, precision)?));
        }
        let network = parse(key, &entry, NETWORK)?;
        let whole = [weights(&entry)?];
        let none = Partition::default();
        let net = Net::begin(&network, &none, 0, &whole, self.device())?;
        Ok(Box::new(net.freeze(precision)?))
    }

    /// Models that answer together.
    pub fn ensemble(
        &self,
        ensemble: &Ensemble,
        precision: Precision,
    ) -> Result<nets::Ensemble, NodeError> {
        let members = ensemble.members.iter();
        let members = members.map(|key| self.model(*key, precision));
        let members = members.collect::<Result<_, _>>()?;
        Ok(nets::Ensemble::new(members, ensemble.of)?)
    }

    /// A network's weights.
    pub fn weights(&self, key: Key) -> Result<Share, NodeError> {
        weights(&self.entry(key)?)
    }
}

fn weights(entry: &Entry) -> Result<Share, NodeError> {
    let path = entry.path(WEIGHTS).display().to_string();
    let whole = Share::all(&path, entry.map(WEIGHTS)?);
    Ok(whole.map_err(NetError::from)?)
}

/// A blob of JSON.
pub fn parse<T: DeserializeOwned>(
    key: Key,
    entry: &Entry,
    blob: &'static str,
) -> Result<T, NodeError> {
    let bytes = entry.read(blob)?;
    from_json(&bytes).map_err(|reason| NodeError::Blob { key, blob, reason })
}
