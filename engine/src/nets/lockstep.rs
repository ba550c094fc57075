//! A batch in parts that go through a network side by side, layer by layer, each on a device of its own
//! through a replica of the layers. What hangs on the whole batch waits for all parts.

use tch::{TchError, Tensor};

use super::Flow;
use super::module::{Kind, Module, fork};
use super::norm::BatchNorm;
use super::pass::{Pass, Then};
use super::synchronised;

/// What comes out of a layer for each part.
pub(super) fn lead(
    replicas: &[&Module],
    parts: &[Flow],
    passes: &mut [Pass],
) -> Result<Vec<Flow>, TchError> {
    let values = match replicas.first().map(|first| &first.kind) {
        Some(Kind::Chain(modules)) => chain(modules.len(), replicas, parts, passes)?,
        Some(Kind::Residual { .. }) => residual(replicas, parts, passes)?,
        Some(Kind::Add(branches)) => add(branches.len(), replicas, parts, passes)?,
        Some(Kind::BatchNorm(norm)) if passes.iter().any(|pass| norm.learns(pass.mode)) => {
            synchronised::forward(&norms(replicas), parts)?
        }
        _ => alone(replicas, parts, passes)?,
    };
    let mut out = Vec::with_capacity(values.len());
    for (((replica, part), pass), values) in replicas.iter().zip(parts).zip(passes).zip(values) {
        let flow = replica.flow(part, values);
        pass.note(&replica.name, &flow)?;
        out.push(flow);
    }
    Ok(out)
}

/// Layers one after the other.
fn chain(
    length: usize,
    replicas: &[&Module],
    parts: &[Flow],
    passes: &mut [Pass],
) -> Result<Vec<Tensor>, TchError> {
    let mut flows: Vec<Flow> = parts.iter().map(Flow::share).collect();
    for place in 0..length {
        flows = lead(&children(replicas, place), &flows, passes)?;
    }
    Ok(flows.into_iter().map(|flow| flow.values).collect())
}

/// The sum of two branches.
fn residual(
    replicas: &[&Module],
    parts: &[Flow],
    passes: &mut [Pass],
) -> Result<Vec<Tensor>, TchError> {
    let ways = parts.iter().map(fork).collect::<Result<Vec<_>, _>>()?;
    let (ways, asides): (Vec<_>, Vec<_>) =
        ways.into_iter().map(|[way, aside]| (way, aside)).unzip();
    let others = lead(&children(replicas, 1), &asides, passes)?;
    let own = lead(&children(replicas, 0), &ways, passes)?;
    let sums = own.iter().zip(&others);
    sums.map(|(own, other)| own.values.f_add(&other.values))
        .collect()
}

/// The sum of some branches.
fn add(
    count: usize,
    replicas: &[&Module],
    parts: &[Flow],
    passes: &mut [Pass],
) -> Result<Vec<Tensor>, TchError> {
    let mut sums: Vec<Tensor> = vec![];
    for place in 0..count {
        let own = lead(&children(replicas, place), parts, passes)?;
        let own = own.into_iter().map(|flow| flow.values);
        sums = match sums.is_empty() {
            true => own.collect(),
            false => {
                let pairs = sums.iter().zip(own);
                pairs
                    .map(|(sum, own)| sum.f_add(&own))
                    .collect::<Result<_, _>>()?
            }
        };
    }
    Ok(sums)
}

/// A layer in which no part hangs on another.
fn alone(
    replicas: &[&Module],
    parts: &[Flow],
    passes: &mut [Pass],
) -> Result<Vec<Tensor>, TchError> {
    let lanes = replicas.iter().zip(parts).zip(passes);
    lanes
        .map(|((replica, part), pass)| replica.kind.forward(part, Then::default(), pass))
        .collect()
}

/// The layer of a place inside of each replica: in a chain or a sum by its order, in a residual block the body and
/// then the shortcut.
fn children<'a>(replicas: &[&'a Module], place: usize) -> Vec<&'a Module> {
    let child = |replica: &&'a Module| match &replica.kind {
        Kind::Chain(modules) | Kind::Add(modules) => modules.get(place),
        Kind::Residual { body, shortcut } => [body, shortcut].get(place).map(|child| &***child),
        _ => None,
    };
    replicas.iter().filter_map(child).collect()
}

fn norms<'a>(replicas: &[&'a Module]) -> Vec<&'a BatchNorm> {
    let norm = |replica: &&'a Module| match &replica.kind {
        Kind::BatchNorm(norm) => Some(norm),
        _ => None,
    };
    replicas.iter().filter_map(norm).collect()
}
