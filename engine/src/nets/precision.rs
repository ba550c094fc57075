//! What a network computes in.

use tch::Kind;

/// What convolutions and linear layers compute in. Weights, statistics and logits are float32 always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// float32.
    #[default]
    Fp32,
    /// bfloat16: float32's range with eight bits of mantissa.
    Bf16,
}

impl Precision {
    /// The precision of a recipe's word.
    pub fn of(word: &str) -> Option<Precision> {
        match word {
            "fp32" => Some(Precision::Fp32),
            "bf16" => Some(Precision::Bf16),
            _ => None,
        }
    }

    /// The kind of its tensors.
    pub(super) fn kind(self) -> Kind {
        match self {
            Precision::Fp32 => Kind::Float,
            Precision::Bf16 => Kind::BFloat16,
        }
    }
}
