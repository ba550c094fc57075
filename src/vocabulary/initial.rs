//! What the weights of a new layer may be drawn from, other than PyTorch's default for the layer.

use super::word::word;
use super::{Default::*, Param, Type, Word};

/// Every distribution.
pub const INITIAL: &[Word] = &[
    word(
        "normal",
        "Normal around 0, as BERT begins with `normal(0.02)`.",
        &[Param::required(
            "std",
            Type::Number,
            "Standard deviation, above 0.",
        )],
    ),
    word(
        "kaiming_normal",
        "Normal around 0 with the variance 2 / fan, which keeps the size of what passes through a layer and its ReLU (He et al. 2015); torchvision's convolutions begin with `kaiming_normal(fan_out)`.",
        &[Param::optional(
            "fan",
            Type::Choice(&["fan_in", "fan_out"]),
            Choice("fan_in"),
            "Whose size is kept: `fan_in`, the values' on the way forward; `fan_out`, the gradients' on the way back.",
        )],
    ),
];
