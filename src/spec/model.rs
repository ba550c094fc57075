//! What models share with each other: how they answer together, how their parameters are stepped.

use serde::{Deserialize, Serialize};

use super::Schedule;

/// How the outputs of an ensemble's members become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blend {
    /// Its logits are the logarithm of the mean of the members' probabilities.
    Probabilities,
    /// Its logits are the mean of the members' logits.
    Logits,
}

impl Blend {
    /// `probabilities` or `logits`.
    pub fn word(self) -> &'static str {
        match self {
            Blend::Probabilities => "probabilities",
            Blend::Logits => "logits",
        }
    }
}

/// Parameters that are stepped in a way of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Their names, sorted; no parameter is in two groups.
    pub parameters: Vec<String>,
    /// Factor of the learning rate.
    pub lr_scale: f64,
    /// Weight decay in place of the recipe's.
    pub weight_decay: Option<Schedule>,
}
