//! Nodes that give models: trained, taken as they are, or put together.

use std::collections::BTreeMap;

use kdp::plan::{
    Curves, Digest, EnsembleTask, ModelSummary, Network, Share, TrainTask, WeightsFrom, WeightsTask,
};

use super::NodeError;
use super::answers::Teller;
use super::node::{Product, json};
use super::objects::Objects;
use crate::data::{Files, Loaded};
use crate::nets::{self, Model, Net, Partition};
use crate::train::{self, Material, accuracy};

/// Trains a network.
pub fn train(
    task: &TrainTask,
    files: &Files,
    objects: &Objects,
    teller: &mut Teller,
) -> Result<Product, NodeError> {
    let train = objects.split(&task.data)?;
    let test = objects.split(&task.test)?;
    let best = task.best.as_ref().map(|best| objects.split(&best.on));
    let best = best.transpose()?;
    let mut teachers = BTreeMap::new();
    for key in task.objective.iter().flat_map(|term| term.loss.teachers()) {
        teachers.insert(key, objects.model(key)?);
    }
    let material = Material {
        train: &train,
        test: &test,
        best: best.as_ref(),
        teachers,
        outputs: objects.outputs.clone(),
        init: shares(&task.init, files, objects)?,
    };
    let trained = train::train(task, material, objects.device, teller)?;
    let told = [&train, &test];
    let mut product = network(
        &task.network,
        &trained.net,
        &trained.curves,
        task.recipe.steps,
        told,
    )?;
    let state = ("optimizer.safetensors", trained.optimizer);
    product.blobs.push(state);
    Ok(product)
}

/// Takes a network's weights as they are.
pub fn take(task: &WeightsTask, files: &Files, objects: &Objects) -> Result<Product, NodeError> {
    let shares = shares(&task.init, files, objects)?;
    let partition = Partition::default();
    let net = Net::begin(
        &task.network,
        &partition,
        task.seed,
        &shares,
        objects.device,
    )?;
    let told = [&objects.split(&task.data)?, &objects.split(&task.test)?];
    network(&task.network, &net, &Curves::default(), 0, told)
}

/// Lets models answer together.
pub fn ensemble(task: &EnsembleTask, objects: &Objects) -> Result<Product, NodeError> {
    let model = objects.ensemble(&task.ensemble)?;
    let told = [&objects.split(&task.data)?, &objects.split(&task.test)?];
    let main = json(&task.ensemble)?;
    Ok(Product {
        summary: summary(&model, &main, 0, told)?,
        blobs: vec![("ensemble.json", main)],
    })
}

/// The shares that a network begins with.
fn shares(
    shares: &[Share],
    files: &Files,
    objects: &Objects,
) -> Result<Vec<nets::Share>, NodeError> {
    let share = |share: &Share| {
        let (file, bytes, ignore) = match &share.from {
            WeightsFrom::Model(key) => {
                let (file, bytes) = objects.weights(*key)?;
                (file, bytes, vec![])
            }
            WeightsFrom::File { role, ignore, .. } => {
                let (path, bytes) = files.read(role)?;
                (path.display().to_string(), bytes, ignore.clone())
            }
        };
        Ok(nets::Share {
            weight: share.weight,
            file,
            bytes,
            ignore,
        })
    };
    shares.iter().map(share).collect()
}

/// What the object of a network holds.
fn network(
    network: &Network,
    net: &Net,
    curves: &Curves,
    steps: u64,
    told: [&Loaded; 2],
) -> Result<Product, NodeError> {
    let weights = net.to_bytes()?;
    Ok(Product {
        summary: summary(net, &weights, steps, told)?,
        blobs: vec![
            ("weights.safetensors", weights),
            ("network.json", json(network)?),
            ("curves.json", json(curves)?),
        ],
    })
}

/// The summary of a model, whose accuracy is told on a training and a test split.
fn summary(
    model: &dyn Model,
    main: &[u8],
    steps: u64,
    [train, test]: [&Loaded; 2],
) -> Result<serde_json::Value, NodeError> {
    Ok(serde_json::to_value(ModelSummary {
        parameters: model.parameter_count(),
        steps,
        train_accuracy: accuracy(model, train)?,
        test_accuracy: accuracy(model, test)?.unwrap_or(0.0),
        digest: Digest::of_bytes(main),
    })?)
}
