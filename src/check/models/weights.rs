//! Weights to begin with: of models, of files, and mixes of both.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::check::Checker;
use crate::check::codes::*;
use crate::check::program::{Share, ShareFrom};
use crate::check::values::Value;
use crate::diag::{Diagnostic, Span};
use crate::spec::{Network, Shape, TensorSpec};
use crate::syntax::tree::BinaryOp;

impl Value {
    /// Weights; a model serves as its own.
    pub fn as_shares(&self, span: Span) -> Option<Vec<Share>> {
        match self {
            Value::Model(model) => Some(vec![Share {
                weight: 1.0,
                from: ShareFrom::Model(*model),
                span,
            }]),
            Value::Weights(shares) => Some((**shares).clone()),
            _ => None,
        }
    }
}

/// Weights of which each part stands there once.
fn merged(shares: impl IntoIterator<Item = Share>) -> Value {
    let mut merged: Vec<Share> = vec![];
    for share in shares {
        match merged.iter_mut().find(|seen| seen.from == share.from) {
            Some(seen) => seen.weight += share.weight,
            None => merged.push(share),
        }
    }
    Value::Weights(Rc::new(merged))
}

/// Weights by a factor.
fn scaled(shares: Vec<Share>, by: f64) -> impl Iterator<Item = Share> {
    shares.into_iter().map(move |share| Share {
        weight: share.weight * by,
        ..share
    })
}

/// `0.5 * a + 0.5 * b` of models and weights; `None` where these do not mix.
pub fn mix(
    op: BinaryOp,
    (a, a_span): (&Value, Span),
    (b, b_span): (&Value, Span),
) -> Option<Value> {
    // Nothing is mixed with `scratch`, which is of no share.
    let shares = |value: &Value, span| value.as_shares(span).filter(|of| !of.is_empty());
    let (left, right) = (shares(a, a_span), shares(b, b_span));
    Some(match (op, left, right) {
        (BinaryOp::Add, Some(left), Some(right)) => merged(left.into_iter().chain(right)),
        (BinaryOp::Subtract, Some(left), Some(right)) => {
            merged(left.into_iter().chain(scaled(right, -1.0)))
        }
        (BinaryOp::Multiply, Some(of), None) => merged(scaled(of, b.as_number()?)),
        (BinaryOp::Multiply, None, Some(of)) => merged(scaled(of, a.as_number()?)),
        (BinaryOp::Divide, Some(of), None) => {
            let by = b.as_number().filter(|by| *by != 0.0)?;
            merged(scaled(of, 1.0 / by))
        }
        _ => return None,
    })
}

/// `mean(big)`, `sum([a, b])` of models and weights.
pub fn fold(name: &str, items: &[Value], span: Span) -> Option<Value> {
    let by = match name {
        "sum" => 1.0,
        "mean" if !items.is_empty() => 1.0 / items.len() as f64,
        _ => return None,
    };
    let shares: Option<Vec<Vec<Share>>> = items.iter().map(|item| item.as_shares(span)).collect();
    let shares = shares.filter(|shares| !shares.is_empty())?;
    Some(merged(scaled(shares.into_iter().flatten().collect(), by)))
}

impl Checker<'_> {
    /// `weights("teacher.safetensors", ignore: ["fc.*"])`
    pub(in crate::check) fn file_weights(
        &mut self,
        named: &BTreeMap<String, (Value, Span)>,
        span: Span,
    ) -> Value {
        let Some((Value::Path(path), at)) = named.get("file") else {
            return Value::Unknown;
        };
        self.look_at_weights(path, *at);
        let mut ignore: Vec<String> = match named.get("ignore") {
            Some((Value::List(items), _)) => items.iter().filter_map(Value::as_text).collect(),
            _ => vec![],
        };
        ignore.sort();
        ignore.dedup();
        Value::Weights(Rc::new(vec![Share {
            weight: 1.0,
            from: ShareFrom::File {
                path: path.clone(),
                ignore,
            },
            span,
        }]))
    }

    /// Whether every model among these weights has the tensors of this network.
    pub(in crate::check) fn weights_fit(
        &mut self,
        id: &str,
        shares: &[Share],
        network: &Rc<Network>,
        span: Span,
    ) -> bool {
        let mut sound = true;
        for share in shares {
            let ShareFrom::Model(model) = &share.from else {
                continue;
            };
            let model = &self.program.models[*model];
            let Some(other) = model.network().cloned() else {
                let (message, declared) = (
                    format!(
                        "`{}` is an ensemble: it has no weights of its own",
                        model.id
                    ),
                    model.span,
                );
                self.report(
                    Diagnostic::error(NO_WEIGHTS, message)
                        .label(share.span, "")
                        .label(declared, "the ensemble")
                        .help("mix the weights of its members: `0.5 * a + 0.5 * b`"),
                );
                sound = false;
                continue;
            };
            if Rc::ptr_eq(&other, network) {
                continue;
            }
            let Some(difference) = difference(network, &other) else {
                continue;
            };
            let diagnostic = Diagnostic::error(
                TENSOR_MISMATCH,
                format!("the weights of `{}` do not fit `{id}`: {difference}", model.id),
            )
            .label(share.span, "these weights")
            .label(span, "this network")
            .help("weights go from a network to one with the same tensors; from a file (`kdp export` makes one) those that differ can be left out: `init: weights(\"it.safetensors\", ignore: [\"fc.*\"])`");
            self.report(diagnostic);
            sound = false;
        }
        sound
    }
}

/// The first tensor in which two networks differ: `fc.weight` is 10×64 here, 100×64 there.
fn difference(own: &Network, other: &Network) -> Option<String> {
    let table = |network: &Network| -> BTreeMap<String, Shape> {
        let tensors: Vec<TensorSpec> = network.tensors().unwrap_or_default();
        let named = tensors
            .into_iter()
            .map(|tensor| (tensor.name, tensor.shape.into()));
        named.collect()
    };
    let (own, other) = (table(own), table(other));
    let name = own
        .keys()
        .chain(other.keys())
        .find(|name| own.get(*name) != other.get(*name))?;
    let shown = |table: &BTreeMap<String, Shape>, place: &str| match table.get(name) {
        Some(shape) => format!("is {shape} {place}"),
        None => format!("is not {place}"),
    };
    Some(format!(
        "`{name}` {} and {}",
        shown(&other, "there"),
        shown(&own, "here")
    ))
}
