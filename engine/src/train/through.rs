//! Layers between a student's features and a teacher's, trained along and no part of the student.

use std::collections::BTreeMap;

use kdp::plan::{Layer, Loss, Network, Term};
use safetensors::SafeTensors;
use tch::{Device, TchError};

use crate::blob::{self, Blob};
use crate::nets::{Flow, Mode, Net, NetError, Part};

/// The layers of every term that has some, by the term's place in the objective.
pub struct Throughs(BTreeMap<usize, Net>);

impl Throughs {
    /// The layers of an objective, initialised from the seed of the run.
    pub fn new(objective: &[Term], seed: i64, device: Device) -> Result<Self, NetError> {
        let mut nets = BTreeMap::new();
        // Numbered among themselves: a term without layers is in an objective only once it counts.
        let with_layers = objective
            .iter()
            .enumerate()
            .filter(|(_, term)| term.loss.has_layers());
        for (number, (place, term)) in with_layers.enumerate() {
            if let Loss::Features {
                through: Some(layer),
                ..
            } = &term.loss
            {
                let network = Network {
                    input: layer.input.clone(),
                    classes: layer.output.sizes().first().copied().unwrap_or(0),
                    root: below(&prefix(number), layer),
                };
                nets.insert(place, Net::new(&network, seed, device)?);
            }
        }
        Ok(Self(nets))
    }

    /// The layers of each term that has some.
    pub fn nets(&self) -> impl Iterator<Item = &Net> {
        self.0.values()
    }

    /// What is trained of them.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.nets().flat_map(Net::parts)
    }

    /// A term's features led through its layers; as they are where it has none.
    pub fn lead(&self, place: usize, features: &Flow, mode: Mode) -> Result<Flow, TchError> {
        match self.0.get(&place) {
            Some(net) => net.lead(features, mode),
            None => Ok(features.share()),
        }
    }

    /// Takes their tensors from a file that [`Throughs::put`] has written.
    pub fn restore(&self, bytes: &[u8]) -> Result<(), NetError> {
        let saved = SafeTensors::deserialize(bytes)?;
        for net in self.nets() {
            for name in net.tensors().keys() {
                net.put(name, &blob::tensor(&saved, name)?)?;
            }
        }
        Ok(())
    }

    /// Adds their tensors to a file.
    pub fn put(&self, blob: &mut Blob) -> Result<(), TchError> {
        let mut tensors = self.nets().flat_map(Net::tensors);
        tensors.try_for_each(|(name, tensor)| blob.tensor(name, tensor))
    }
}

/// What the names of a term's layers begin with: nothing that a layer of a file can be called.
fn prefix(number: usize) -> String {
    format!("objective.through[{number}]")
}

/// A layer with the names of all layers inside put below a prefix.
fn below(prefix: &str, layer: &Layer) -> Layer {
    let name = match layer.name.as_str() {
        "" => prefix.to_string(),
        name => format!("{prefix}.{name}"),
    };
    let children = layer.children.iter().map(|child| below(prefix, child));
    Layer {
        name,
        children: children.collect(),
        ..layer.clone()
    }
}
