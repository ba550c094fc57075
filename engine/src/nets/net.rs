//! A network with its tensors.

use std::collections::{BTreeMap, BTreeSet};

use kdp::plan::Network;
use kdp::spec::{Fill, TensorSpec};
use tch::{Device, Kind, TchError, Tensor, no_grad_guard};

use super::module::Module;
use super::pass::{Mode, Pass, Then};
use super::{Flow, Model, NetError, Part, Precision};

/// A network with its tensors. Parameters that are trained lie in [`Part`]s.
pub struct Net {
    network: Network,
    specs: Vec<TensorSpec>,
    tensors: BTreeMap<String, Tensor>,
    parts: Vec<Part>,
    root: Module,
    precision: Precision,
}

/// Which parameters of a network are trained, and which of them together.
#[derive(Clone, Debug, Default)]
pub struct Partition {
    /// Parameters that are not trained. A batch norm whose parameters are among them stays in
    /// evaluation mode.
    pub frozen: BTreeSet<String>,
    /// Parameters that are a part of their own; those that are not named are one together.
    pub groups: Vec<Vec<String>>,
}

/// What a network gives for a batch.
pub struct Outputs {
    /// n×classes.
    pub logits: Tensor,
    /// What came out of the layers that were asked for.
    pub layers: BTreeMap<String, Flow>,
}

impl Partition {
    /// The parameters' places: those of no group, then those of each group, then the frozen ones.
    fn sort(&self, specs: &[TensorSpec]) -> Result<Vec<Vec<TensorSpec>>, NetError> {
        let named = self.groups.iter().flatten().chain(&self.frozen);
        let parameter = |name: &String| specs.iter().any(|s| s.trained && s.name == *name);
        if let Some(stranger) = named.into_iter().find(|name| !parameter(name)) {
            return Err(NetError::NoParameter(stranger.clone()));
        }
        let mut sorted = vec![vec![]; self.groups.len() + 2];
        for spec in specs.iter().filter(|spec| spec.trained) {
            let group = self.groups.iter().position(|g| g.contains(&spec.name));
            let place = match group {
                _ if self.frozen.contains(&spec.name) => self.groups.len() + 1,
                Some(group) => group + 1,
                None => 0,
            };
            sorted[place].push(spec.clone());
        }
        Ok(sorted)
    }
}

impl Net {
    /// A network of zeros.
    pub(super) fn empty(
        network: &Network,
        partition: &Partition,
        device: Device,
    ) -> Result<Net, NetError> {
        let specs = network.tensors()?;
        let sorted = partition.sort(&specs)?.into_iter();
        let mut parts = sorted
            .map(|specs| Part::zeros(specs, device))
            .collect::<Result<Vec<_>, _>>()?;
        let mut tensors = BTreeMap::new();
        for (name, tensor) in parts.iter().flat_map(Part::tensors) {
            tensors.insert(name.to_string(), tensor.shallow_clone());
        }
        // The last one holds what is frozen.
        parts.pop();
        for spec in specs.iter().filter(|spec| !spec.trained) {
            let kind = match spec.fill {
                Fill::Count => Kind::Int64,
                _ => Kind::Float,
            };
            let tensor = Tensor::f_zeros(spec.shape.as_slice(), (kind, device))?;
            tensors.insert(spec.name.clone(), tensor);
        }
        Ok(Net {
            network: network.clone(),
            root: root(network, &tensors, &partition.frozen)?,
            precision: Precision::default(),
            specs,
            tensors,
            parts,
        })
    }

    /// A network of its own with the same tensors' values, nothing of it trained.
    pub(super) fn copy(&self) -> Result<Net, NetError> {
        let device = self
            .tensors
            .values()
            .next()
            .map_or(Device::Cpu, Tensor::device);
        self.copy_to(&Partition::default(), device)
    }

    /// A replica on another device, whose parts are copies of its own parts.
    pub(super) fn replicate(
        &mut self,
        partition: &Partition,
        device: Device,
    ) -> Result<Net, NetError> {
        let replica = self.copy_to(partition, device)?;
        for (part, copy) in self.parts.iter_mut().zip(&replica.parts) {
            part.add_copy(copy);
        }
        Ok(replica)
    }

    fn copy_to(&self, partition: &Partition, device: Device) -> Result<Net, NetError> {
        let copy = Net::empty(&self.network, partition, device)?;
        for (name, tensor) in &self.tensors {
            copy.put(name, tensor)?;
        }
        Ok(copy)
    }

    /// Overwrites a tensor's values.
    pub fn put(&self, name: &str, values: &Tensor) -> Result<(), TchError> {
        let _guard = no_grad_guard();
        if let Some(tensor) = self.tensors.get(name) {
            tensor.shallow_clone().f_copy_(values)?;
        }
        Ok(())
    }

    /// What its tensors are, in the order of its layers.
    pub fn specs(&self) -> &[TensorSpec] {
        &self.specs
    }

    /// All tensors by name.
    pub fn tensors(&self) -> &BTreeMap<String, Tensor> {
        &self.tensors
    }

    /// The parameters that are trained: those of no group, then those of each group.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The same network, computing in a precision. What it holds and what it gives stays float32.
    pub fn computing_in(self, precision: Precision) -> Net {
        Net { precision, ..self }
    }

    /// The same network with all it holds in float64, computing in it. No recipe asks for that: in it networks are
    /// held against other implementations, since no rounding takes a value across the kink of a ReLU there.
    pub fn in_float64(self) -> Result<Net, TchError> {
        let numbers = self.tensors.values();
        for tensor in numbers.filter(|tensor| tensor.kind() == Kind::Float) {
            let double = tensor.f_to_kind(Kind::Double)?;
            tensor.shallow_clone().f_set_data(&double)?;
        }
        for part in &self.parts {
            part.cast(Kind::Double)?;
        }
        Ok(self.computing_in(Precision::Fp64))
    }

    /// What it computes in.
    pub(super) fn precision(&self) -> Precision {
        self.precision
    }

    /// Its layers.
    pub(super) fn root(&self) -> &Module {
        &self.root
    }

    /// Its layers once more.
    pub(super) fn layers(&self) -> Result<Module, NetError> {
        root(&self.network, &self.tensors, &BTreeSet::new())
    }

    /// The logits of a batch, n×classes.
    pub fn forward(&self, batch: &Tensor, mode: Mode) -> Result<Tensor, TchError> {
        Ok(self.lead(&self.flow(batch)?, mode)?.values)
    }

    /// A batch on its way in.
    pub(super) fn flow(&self, batch: &Tensor) -> Result<Flow, TchError> {
        Flow::of(batch, &self.network.input)
    }

    /// What comes out for what comes out of a layer of another network.
    pub fn lead(&self, features: &Flow, mode: Mode) -> Result<Flow, TchError> {
        self.root.run(features, Pass::new(mode, self.precision))
    }

    /// The logits of a batch, and what comes out of some layers.
    pub fn outputs(
        &self,
        batch: &Tensor,
        mode: Mode,
        layers: &BTreeSet<String>,
    ) -> Result<Outputs, NetError> {
        let pass = Pass::new(mode, self.precision);
        self.root.outputs(&self.flow(batch)?, pass, layers)
    }
}

/// The layers of a network on its tensors.
fn root(
    network: &Network,
    tensors: &BTreeMap<String, Tensor>,
    frozen: &BTreeSet<String>,
) -> Result<Module, NetError> {
    let mut root = Module::build(&network.root, tensors, frozen)?;
    root.mark_logits();
    Ok(root)
}

impl Module {
    /// What comes out, as precise as logits are.
    pub(super) fn run(&self, x: &Flow, mut pass: Pass) -> Result<Flow, TchError> {
        let kind = pass.precision.of_logits().kind();
        let out = self.forward(x, Then::default(), &mut pass)?;
        Ok(out.with(out.values.f_to_kind(kind)?))
    }

    /// The same of a batch, with what comes out of some layers.
    pub(super) fn outputs<'a>(
        &self,
        batch: &Flow,
        pass: Pass<'a>,
        layers: &'a BTreeSet<String>,
    ) -> Result<Outputs, NetError> {
        let mut pass = pass.watching(layers);
        let out = self.forward(batch, Then::default(), &mut pass)?;
        Outputs::of(out, pass.seen(), layers)
    }
}

impl Outputs {
    /// What came out of a network and of some layers that were asked for.
    pub(super) fn of(
        out: Flow,
        seen: BTreeMap<String, Flow>,
        asked: &BTreeSet<String>,
    ) -> Result<Outputs, NetError> {
        match asked.iter().find(|layer| !seen.contains_key(*layer)) {
            Some(layer) => Err(NetError::NoLayer(layer.clone())),
            None => Ok(Outputs {
                logits: out.values.f_to_kind(Kind::Float)?,
                layers: seen,
            }),
        }
    }
}

impl Model for Net {
    fn answer(&self, batch: &Tensor) -> Result<Tensor, TchError> {
        self.forward(batch, Mode::Evaluate)
    }

    fn watch(&self, batch: &Tensor, layers: &BTreeSet<String>) -> Result<Outputs, NetError> {
        self.outputs(batch, Mode::Evaluate, layers)
    }

    fn parameter_count(&self) -> u64 {
        let trained = self.specs.iter().filter(|spec| spec.trained);
        trained.map(TensorSpec::count).sum::<i64>() as u64
    }
}
