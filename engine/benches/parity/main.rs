//! `cargo bench -p kdp-engine --bench parity -- FILE.kdp FOLDER`: what the network of a kdp file makes of a batch,
//! for a script that holds it against another implementation.
//!
//! The file's first model says the network. The folder has
//! - `weights.safetensors`: every parameter and statistic, under the names of the other implementation,
//! - `batch.safetensors`: `inputs` (n×C×H×W, or tokens n×length), `labels` (n), and `rate`, a learning rate.
//!
//! Written there:
//! - `kdp.safetensors`: `logits` (n×classes, evaluation mode), `loss`, `gradient NAME` of the first of three steps of SGD
//!   on the batch, `after NAME` of each parameter and statistic after them,
//! - `double.safetensors`: the same in float64, where the inputs are images,
//! - `start.safetensors`: the weights as the store would keep them, before any step.

mod passes;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kdp::check::{Disk, load};
use kdp::diag::{Rendering, render};
use kdp::spec::Network;
use kdp_engine::blob::{Blob, read_tensor};
use kdp_engine::nets::{Net, Partition, Share};
use safetensors::SafeTensors;
use tch::{Device, Kind, Tensor};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args_os().skip(1).filter(|word| word != "--bench");
    let (Some(file), Some(folder)) = (paths.next(), paths.next()) else {
        return Err("which file, and which folder? `-- FILE.kdp FOLDER`".into());
    };
    let folder = PathBuf::from(folder);
    let bytes = fs::read(folder.join("weights.safetensors"))?;
    let weights = [Share::all("weights.safetensors", bytes)?];
    let network = network(Path::new(&file))?;
    let net = || Net::begin(&network, &Partition::default(), 0, &weights, Device::Cpu);
    let single = net()?;
    fs::write(folder.join("start.safetensors"), single.to_bytes()?)?;

    let batch = fs::read(folder.join("batch.safetensors"))?;
    let batch = SafeTensors::deserialize(&batch)?;
    let tensor = |name: &str| -> Result<Tensor, Box<dyn Error>> {
        let read = read_tensor(&batch.tensor(name)?);
        Ok(read.ok_or_else(|| format!("`{name}` is of no known type"))??)
    };
    let rate = tensor("rate")?.f_double_value(&[])?;
    let (inputs, labels) = (tensor("inputs")?, tensor("labels")?);
    let told = |net: &Net, inputs: &Tensor| told(net, inputs, &labels, rate);
    fs::write(folder.join("kdp.safetensors"), told(&single, &inputs)?)?;
    if inputs.is_floating_point() {
        let inputs = inputs.f_to_kind(Kind::Double)?;
        let bytes = told(&net()?.in_float64()?, &inputs)?;
        fs::write(folder.join("double.safetensors"), bytes)?;
    }
    Ok(())
}

/// What a network makes of a batch, as a file.
fn told(net: &Net, inputs: &Tensor, labels: &Tensor, rate: f64) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut blob = Blob::default();
    blob.tensor("logits", &passes::logits(net, inputs)?)?;
    let found = passes::train(net, inputs, labels, rate)?;
    let loss = Tensor::from(found.loss).f_to_kind(Kind::Float)?;
    blob.tensor("loss", &loss)?;
    for (name, gradient) in &found.gradients {
        blob.tensor(&format!("gradient {name}"), gradient)?;
    }
    for (name, tensor) in &found.after {
        blob.tensor(&format!("after {name}"), tensor)?;
    }
    Ok(blob.bytes()?)
}

/// The network of a file's first model.
fn network(file: &Path) -> Result<Network, Box<dyn Error>> {
    let loaded = load(file, &[], &Disk);
    let said = render(&loaded.diagnostics, &loaded.sources, Rendering::Plain);
    let program = loaded.program.ok_or(said)?;
    let model = program.models.first().ok_or("the file has no model")?;
    let network = model.network().ok_or("the first model is no network")?;
    Ok(Network::clone(network))
}
