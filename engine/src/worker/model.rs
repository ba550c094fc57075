//! Nodes that give models without training: taken as they are, or put together.

use kdp::plan::{Digest, EnsembleTask, ModelSummary, Share, WeightsFrom, WeightsTask};

use super::NodeError;
use super::node::{Product, json};
use super::objects::{ENSEMBLE, NETWORK, Objects, WEIGHTS};
use crate::checkpoint::Checkpoint;
use crate::data::{Files, Loaded};
use crate::nets::{self, Model, Net, NetError, Partition, Precision};
use crate::train::accuracy;

/// Takes a network's weights as they are.
pub fn take(task: &WeightsTask, files: &Files, objects: &Objects) -> Result<Product, NodeError> {
    let shares = shares(&task.init, files, objects)?;
    let partition = Partition::default();
    let net = Net::begin(
        &task.network,
        &partition,
        task.seed,
        &shares,
        objects.device(),
    )?;
    // The files are as large as the network.
    drop(shares);
    let told = [&objects.split(&task.data)?, &objects.split(&task.test)?];
    let weights = net.to_bytes()?;
    Ok(Product {
        summary: serde_json::to_value(summary(&net.freeze(Precision::Fp32)?, &weights, 0, told)?)?,
        blobs: vec![(WEIGHTS, weights), (NETWORK, json(&*task.network)?)],
        ..Product::default()
    })
}

/// Lets models answer together.
pub fn ensemble(task: &EnsembleTask, objects: &Objects) -> Result<Product, NodeError> {
    let model = objects.ensemble(&task.ensemble, Precision::Fp32)?;
    let told = [&objects.split(&task.data)?, &objects.split(&task.test)?];
    let main = json(&task.ensemble)?;
    Ok(Product {
        summary: serde_json::to_value(summary(&model, &main, 0, told)?)?,
        blobs: vec![(ENSEMBLE, main)],
        ..Product::default()
    })
}

/// The shares that a network begins with.
pub fn shares(
    shares: &[Share],
    files: &Files,
    objects: &Objects,
) -> Result<Vec<nets::Share>, NodeError> {
    let share = |share: &Share| {
        Ok(match &share.from {
            WeightsFrom::Model(key) => nets::Share {
                weight: share.weight,
                ..objects.weights(*key)?
            },
            WeightsFrom::File { role, ignore, .. } => {
                let (path, bytes) = files.read(role)?;
                nets::Share {
                    weight: share.weight,
                    checkpoint: Checkpoint::open(&path, bytes).map_err(NetError::from)?,
                    ignore: ignore.clone(),
                }
            }
        })
    };
    shares.iter().map(share).collect()
}

/// The summary of a model, whose accuracy is told on a training and a test split.
pub fn summary(
    model: &dyn Model,
    main: &[u8],
    steps: u64,
    [train, test]: [&Loaded; 2],
) -> Result<ModelSummary, NodeError> {
    Ok(ModelSummary {
        parameters: model.parameter_count(),
        steps,
        train_accuracy: accuracy(model, train)?,
        test_accuracy: accuracy(model, test)?.unwrap_or(0.0),
        digest: Digest::of_bytes(main),
    })
}
