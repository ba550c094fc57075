//! Networks that are only asked for what they answer.

use std::cell::RefCell;
use std::collections::BTreeSet;

use tch::{TchError, Tensor, no_grad_guard};

use super::fold::Folding;
use super::module::Module;
use super::pass::{Mode, Pass};
use super::{Model, Net, NetError, Outputs, Precision};

/// A network in evaluation mode, made quick: batch norm is folded into the convolutions, and what follows
/// a convolution is done by its kernel. It shares nothing with the network it was made of: what that one
/// learns later it does not know.
pub struct Frozen {
    net: Net,
    precision: Precision,
    /// The layers where none is watched.
    whole: Module,
    /// The layers that were last watched, and the network folded so that these come out.
    watching: RefCell<Option<(BTreeSet<String>, Module)>>,
}

impl Net {
    /// The network as it is now, made quick for answers alone. Its layers compute in `precision`; its
    /// logits are float32.
    pub fn freeze(&self, precision: Precision) -> Result<Frozen, NetError> {
        let _guard = no_grad_guard();
        let net = self.copy()?;
        Ok(Frozen {
            whole: fold(&net, precision, &BTreeSet::new())?,
            watching: RefCell::new(None),
            net,
            precision,
        })
    }
}

fn fold(net: &Net, precision: Precision, watched: &BTreeSet<String>) -> Result<Module, NetError> {
    let folding = Folding { precision, watched };
    Ok(folding.fold(net.layers()?)?)
}

impl Frozen {
    fn pass<'a>(&self) -> Pass<'a> {
        Pass::new(Mode::Evaluate, self.precision)
    }
}

impl Model for Frozen {
    fn answer(&self, batch: &Tensor) -> Result<Tensor, TchError> {
        let _guard = no_grad_guard();
        let out = self.whole.run(&self.net.flow(batch)?, self.pass())?;
        Ok(out.values)
    }

    fn watch(&self, batch: &Tensor, layers: &BTreeSet<String>) -> Result<Outputs, NetError> {
        let _guard = no_grad_guard();
        let batch = &self.net.flow(batch)?;
        if layers.is_empty() {
            return self.whole.outputs(batch, self.pass(), layers);
        }
        let mut watching = self.watching.borrow_mut();
        let folded = match watching.take() {
            Some((watched, folded)) if watched == *layers => folded,
            _ => fold(&self.net, self.precision, layers)?,
        };
        let (_, folded) = watching.insert((layers.clone(), folded));
        folded.outputs(batch, self.pass(), layers)
    }

    fn form(&self) -> String {
        match self.precision {
            Precision::Fp32 => "folded fp32".to_string(),
            Precision::Bf16 => "folded bf16".to_string(),
            Precision::Fp64 => "folded fp64".to_string(),
        }
    }

    fn parameter_count(&self) -> u64 {
        self.net.parameter_count()
    }
}
