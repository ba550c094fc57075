//! How much a network computes.

use super::{Layer, Network};

impl Network {
    /// Multiplications (each with an addition) that the answer for one sample takes, in convolutions,
    /// linear layers and attention; everything else is little beside them.
    pub fn work(&self) -> u64 {
        let mut work: u64 = 0;
        self.root
            .walk(&mut |layer| work = work.saturating_add(layer.own_work()));
        work
    }
}

impl Layer {
    fn own_work(&self) -> u64 {
        let size = |sizes: &[i64]| {
            sizes
                .iter()
                .map(|side| (*side).max(0) as u64)
                .product::<u64>()
        };
        let outputs = size(&self.output.sizes());
        let int = |name: &str| self.call.int(name).unwrap_or(1).max(1) as u64;
        let inputs = self.input.sizes();
        match self.call.name.as_str() {
            "conv" => {
                let channels = inputs
                    .first()
                    .map_or(0, |channels| (*channels).max(0) as u64);
                outputs * int("kernel") * int("kernel") * channels / int("groups")
            }
            "linear" => outputs * inputs.last().map_or(0, |width| (*width).max(0) as u64),
            // Three linear layers; and each pair of tokens, once for the scores and once for the values.
            "attention" => {
                let [length, width] =
                    [0, 1].map(|place| inputs.get(place).copied().unwrap_or(0).max(0) as u64);
                outputs * (3 * width + 2 * length)
            }
            _ => 0,
        }
    }
}
