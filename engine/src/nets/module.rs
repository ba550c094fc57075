//! The layers of a network on tensors. Each word of `kdp::vocabulary::LAYERS` has its place here.

use tch::{TchError, Tensor};

use super::Flow;
use super::attention::Attention;
use super::conv::Conv;
use super::dropout::Dropout;
use super::embedding::Embedding;
use super::layer_norm::LayerNorm;
use super::linear::Linear;
use super::norm::BatchNorm;
use super::pass::{Pass, Then};
use crate::shim::{self, Rectifier};

/// A layer with its tensors, which it shares with the network.
#[derive(Debug)]
pub(super) struct Module {
    pub name: String,
    pub kind: Kind,
    /// Whether tokens or their vectors come out, so that what is padding is still known.
    pub row: bool,
}

/// What a layer is.
#[derive(Debug)]
pub(super) enum Kind {
    Conv(Conv),
    /// A convolution for answers alone, batch norm folded into it where one follows.
    Folded(Conv),
    BatchNorm(BatchNorm),
    Linear(Linear),
    LayerNorm(LayerNorm),
    Embedding(Embedding),
    Attention(Attention),
    FirstToken,
    MeanTokens,
    Rectifier(Rectifier),
    Gelu {
        /// What it is approximated by, as libtorch calls it.
        approximate: &'static str,
    },
    Tanh,
    Flatten,
    FlattenTokens {
        length: i64,
    },
    GlobalAvgPool,
    MaxPool {
        kernel: i64,
        stride: i64,
        padding: i64,
    },
    AvgPool {
        kernel: i64,
        stride: i64,
    },
    Dropout(Dropout),
    Identity,
    Residual {
        body: Box<Module>,
        shortcut: Box<Module>,
    },
    Add(Vec<Module>),
    SubsampleAndPad {
        before: i64,
        after: i64,
        stride: i64,
    },
    Chain(Vec<Module>),
}

impl Module {
    /// What comes out for a batch, and what happens next to it. What is watched comes out before that.
    pub fn forward(&self, x: &Flow, then: Then, pass: &mut Pass) -> Result<Flow, TchError> {
        if !pass.watches(&self.name) {
            let values = self.kind.forward(x, then, pass)?;
            return Ok(self.flow(x, values));
        }
        let values = self.kind.forward(x, Then::default(), pass)?;
        let out = self.flow(x, values);
        pass.note(&self.name, &out)?;
        Ok(out.with(then.apply(out.values.shallow_clone())?))
    }

    /// What comes out, with what is still known of its tokens.
    pub fn flow(&self, x: &Flow, values: Tensor) -> Flow {
        let mask = x.mask.as_ref().filter(|_| self.row);
        Flow {
            values,
            mask: mask.map(Tensor::shallow_clone),
        }
    }

    /// Marks the linear layer whose output its own is, if there is one.
    pub fn mark_logits(&mut self) {
        match &mut self.kind {
            Kind::Linear(linear) => linear.logits = true,
            Kind::Chain(modules) => modules
                .iter_mut()
                .last()
                .into_iter()
                .for_each(Module::mark_logits),
            _ => {}
        }
    }
}

impl Kind {
    /// The rectifier that it is, if it is one.
    fn rectifier(&self) -> Option<Rectifier> {
        match self {
            Kind::Rectifier(rectifier) => Some(*rectifier),
            _ => None,
        }
    }

    /// What comes out for a batch, and what happens next to it.
    pub fn forward(&self, flow: &Flow, then: Then, pass: &mut Pass) -> Result<Tensor, TchError> {
        let x = &flow.values;
        match self {
            Kind::Folded(conv) => conv.answer(x, then, pass.precision),
            Kind::BatchNorm(norm) => norm.forward(x, then, pass.mode),
            Kind::Residual { body, shortcut } => residual([body, shortcut], flow, then, pass),
            Kind::Add(branches) => then.apply(add(branches, flow, pass)?),
            Kind::Chain(modules) => chain(modules, flow, then, pass),
            _ => then.apply(self.alone(flow, pass)?),
        }
    }

    /// What comes out of a layer that does nothing else in its pass.
    fn alone(&self, flow: &Flow, pass: &Pass) -> Result<Tensor, TchError> {
        let x = &flow.values;
        match self {
            Kind::Conv(conv) => conv.forward(x, pass.precision),
            Kind::Linear(linear) => linear.forward(x, pass.precision),
            Kind::LayerNorm(norm) => norm.forward(x, pass.precision),
            Kind::Embedding(embedding) => embedding.forward(flow),
            Kind::Attention(attention) => attention.forward(flow, pass),
            Kind::FirstToken => x.f_select(1, 0),
            Kind::MeanTokens => flow.mean_tokens(),
            Kind::Rectifier(rectifier) => rectifier.apply(x),
            Kind::Gelu { approximate } => x.f_gelu(approximate),
            Kind::Tanh => x.f_tanh(),
            Kind::Flatten => x.f_flatten(1, -1),
            Kind::FlattenTokens { length } => flow.flatten_tokens(*length),
            Kind::GlobalAvgPool => x.f_mean_dim([2i64, 3].as_slice(), false, None),
            Kind::MaxPool {
                kernel,
                stride,
                padding,
            } => x.f_max_pool2d(*kernel, *stride, *padding, 1, false),
            Kind::AvgPool { kernel, stride } => {
                x.f_avg_pool2d(*kernel, *stride, 0, false, true, None)
            }
            Kind::Dropout(dropout) => dropout.forward(x, pass),
            Kind::SubsampleAndPad {
                before,
                after,
                stride,
            } => x
                // Every stride-th pixel: a pool of one, whose gradient stays in channels-last memory.
                .f_avg_pool2d(1, *stride, 0, false, true, None)?
                .f_constant_pad_nd([0, 0, 0, 0, *before, *after]),
            Kind::Identity
            | Kind::Folded(_)
            | Kind::BatchNorm(_)
            | Kind::Residual { .. }
            | Kind::Add(_)
            | Kind::Chain(_) => Ok(x.shallow_clone()),
        }
    }
}

/// The sum of two branches, made by the last layer of the first where that one can.
fn residual(
    [body, shortcut]: [&Module; 2],
    flow: &Flow,
    then: Then,
    pass: &mut Pass,
) -> Result<Tensor, TchError> {
    let [flow, aside] = fork(flow)?;
    let other = shortcut.forward(&aside, Then::default(), pass)?.values;
    // One sum is joined to what happens next, not two.
    let joined = then.other.is_none();
    let sum = Then {
        other: Some(&other),
        rectifier: then.rectifier.filter(|_| joined),
    };
    let out = body.forward(&flow, sum, pass)?.values;
    match joined {
        true => Ok(out),
        false => then.apply(out),
    }
}

/// The sum of some branches.
fn add(branches: &[Module], flow: &Flow, pass: &mut Pass) -> Result<Tensor, TchError> {
    let mut sum: Option<Tensor> = None;
    for branch in branches {
        let own = branch.forward(flow, Then::default(), pass)?.values;
        sum = Some(match sum {
            None => own,
            Some(sum) => sum.f_add(&own)?,
        });
    }
    sum.ok_or_else(|| TchError::Shape("a sum of no branches".to_string()))
}

/// A batch that goes two ways.
pub(super) fn fork(flow: &Flow) -> Result<[Flow; 2], TchError> {
    let x = &flow.values;
    if x.requires_grad() && shim::takes(x) {
        return Ok(shim::fork(x)?.map(|values| flow.with(values)));
    }
    Ok([flow.share(), flow.share()])
}

/// Layers one after the other. A rectifier is done by the layer before it, and what happens next by the last.
fn chain(modules: &[Module], flow: &Flow, then: Then, pass: &mut Pass) -> Result<Tensor, TchError> {
    let mut flow = flow.share();
    let mut then = Some(then);
    let mut modules = modules.iter().peekable();
    while let Some(module) = modules.next() {
        let rectifier = modules.next_if(|next| next.kind.rectifier().is_some());
        let next = match (rectifier, modules.peek()) {
            (Some(rectifier), _) => Then {
                other: None,
                rectifier: rectifier.kind.rectifier(),
            },
            (None, Some(_)) => Then::default(),
            (None, None) => then.take().unwrap_or_default(),
        };
        flow = module.forward(&flow, next, pass)?;
        if let Some(rectifier) = rectifier {
            pass.note(&rectifier.name, &flow)?;
        }
    }
    then.unwrap_or_default().apply(flow.values)
}
