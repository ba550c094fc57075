//! What a network computes in.

use tch::Kind;

/// What convolutions and linear layers compute in. Weights, statistics and logits are float32, but in float64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// float32.
    #[default]
    Fp32,
    /// bfloat16: float32's range with eight bits of mantissa.
    Bf16,
    /// float64, and all that the network holds too ([`Net::in_float64`](super::Net::in_float64)).
    Fp64,
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
            Precision::Fp64 => Kind::Double,
        }
    }

    /// What the logits of a network of this precision are computed in.
    pub(super) fn of_logits(self) -> Precision {
        match self {
            Precision::Fp32 | Precision::Bf16 => Precision::Fp32,
            Precision::Fp64 => Precision::Fp64,
        }
    }
}
