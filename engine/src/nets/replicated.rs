//! A network that is trained on several devices at once.

use std::collections::{BTreeMap, BTreeSet};

use tch::{TchError, Tensor};

use super::pass::{Mode, Pass};
use super::{Flow, Net, NetError, Outputs, Partition, lockstep};
use crate::devices::Devices;

/// A network on the first of some devices, with a replica on each of the others. A batch is split among
/// them; what it gives, and the gradients, are those of the whole batch but for rounding.
pub struct Replicated {
    net: Net,
    replicas: Vec<Net>,
    devices: Devices,
}

impl Replicated {
    /// A network of a partition, replicated where there are several devices. Its parts know their copies.
    pub fn new(
        mut net: Net,
        partition: &Partition,
        devices: &Devices,
    ) -> Result<Replicated, NetError> {
        let mut replicas = vec![];
        for device in devices.others() {
            replicas.push(net.replicate(partition, *device)?);
        }
        Ok(Replicated {
            net,
            replicas,
            devices: devices.clone(),
        })
    }

    /// The network.
    pub fn net(&self) -> &Net {
        &self.net
    }

    /// The logits of a batch and what comes out of some layers, on the first device.
    pub fn outputs(
        &self,
        batch: &Tensor,
        mode: Mode,
        layers: &BTreeSet<String>,
    ) -> Result<Outputs, NetError> {
        match self.replicas.is_empty() {
            true => self.net.outputs(batch, mode, layers),
            false => self.outputs_in_parts(batch, mode, layers),
        }
    }

    fn outputs_in_parts(
        &self,
        batch: &Tensor,
        mode: Mode,
        layers: &BTreeSet<String>,
    ) -> Result<Outputs, NetError> {
        let parts = self.parts(batch)?;
        let nets = std::iter::once(&self.net).chain(&self.replicas);
        let replicas: Vec<_> = nets.map(Net::root).take(parts.len()).collect();
        let mut first = 0;
        let passes = parts.iter().map(|part| {
            let pass = Pass::new(mode, self.net.precision()).watching(layers);
            let pass = pass.beginning_at(first);
            first += samples(&part.values);
            pass
        });
        let mut passes: Vec<Pass> = passes.collect();
        let out = lockstep::lead(&replicas, &parts, &mut passes)?;
        let seen: Vec<_> = passes.into_iter().map(Pass::seen).collect();
        Outputs::of(
            self.joined(out.iter())?,
            self.joined_by_layer(&seen)?,
            layers,
        )
    }

    /// A batch as contiguous parts, as even as can be, each on its device; fewer than there are devices
    /// where there are fewer samples.
    fn parts(&self, batch: &Tensor) -> Result<Vec<Flow>, TchError> {
        let devices = std::iter::once(self.devices.first()).chain(self.devices.others().to_vec());
        let count = samples(batch).clamp(1, 1 + self.replicas.len() as i64);
        let parts = batch.f_tensor_split(count, 0)?;
        let parts = parts.iter().zip(devices);
        parts
            .map(|(part, device)| self.net.flow(&part.f_to_device(device)?))
            .collect()
    }

    /// What came out for the parts, as one.
    fn joined<'a>(&self, parts: impl Iterator<Item = &'a Flow>) -> Result<Flow, TchError> {
        Flow::joined(&parts.collect::<Vec<_>>(), self.devices.first())
    }

    /// The same of every watched layer.
    fn joined_by_layer(
        &self,
        seen: &[BTreeMap<String, Flow>],
    ) -> Result<BTreeMap<String, Flow>, TchError> {
        let names = seen.first().into_iter().flat_map(BTreeMap::keys);
        names
            .map(|name| {
                let parts = seen.iter().filter_map(|seen| seen.get(name));
                Ok((name.clone(), self.joined(parts)?))
            })
            .collect()
    }
}

fn samples(batch: &Tensor) -> i64 {
    batch.size().first().copied().unwrap_or(0)
}
