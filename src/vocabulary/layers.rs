//! The layers that networks are made of. Shapes are a sample's, without the batch: `C×H×W` or `N`,
//! or a row of tokens and then of their vectors.

use super::word::word;
use super::{Default::*, Param, Type, Word};

/// What a convolution or a linear layer begins as.
const INIT: Param = Param::optional(
    "init",
    Type::Initial,
    Absent,
    "What `weight` is drawn from; `bias` then begins as zeros. Where left out, both begin as PyTorch's: uniform in ±1/√fan_in.",
);

/// Every layer.
pub const LAYERS: &[Word] = &[
    word(
        "conv",
        "Two-dimensional convolution over a C×H×W input; weights `weight` (channels, in/groups, kernel, kernel) and `bias`.",
        &[
            Param::required("channels", Type::Int, "Channels that come out."),
            Param::required("kernel", Type::Int, "Side of the square kernel."),
            Param::optional("stride", Type::Int, Int(1), "Step of the kernel."),
            Param::optional("padding", Type::Int, Int(0), "Zeros added on every side."),
            Param::optional(
                "groups",
                Type::Int,
                Int(1),
                "Groups of channels that do not see each other.",
            ),
            Param::optional("bias", Type::Bool, Bool(true), "Whether a bias is added."),
            INIT,
        ],
    ),
    word(
        "batch_norm",
        "Batch normalisation over the channels (Ioffe & Szegedy 2015); `weight`, `bias`, and the statistics `running_mean`, `running_var`, `num_batches_tracked`.",
        &[
            Param::optional(
                "epsilon",
                Type::Number,
                Number(1e-5),
                "Added to the variance.",
            ),
            Param::optional(
                "momentum",
                Type::Number,
                Number(0.1),
                "Weight of the newest batch in the running statistics.",
            ),
        ],
    ),
    word(
        "linear",
        "Fully connected layer on the last dimension; `weight` (features, in) and `bias`.",
        &[
            Param::required("features", Type::Int, "Features that come out."),
            Param::optional("bias", Type::Bool, Bool(true), "Whether a bias is added."),
            INIT,
        ],
    ),
    word(
        "embedding",
        "A vector for each token of a text; `weight` (vocabulary, width). That of padding, id 0, begins as zeros and gets no gradient.",
        &[
            Param::required("width", Type::Int, "Numbers of each vector."),
            Param::optional(
                "init",
                Type::Initial,
                Absent,
                "What vectors begin as, padding's aside; standard normal where left out.",
            ),
        ],
    ),
    word(
        "mean_tokens",
        "Mean of the vectors of all tokens that are not padding; zeros where all are.",
        &[],
    ),
    word("relu", "max(x, 0).", &[]),
    word("relu6", "min(max(x, 0), 6).", &[]),
    word(
        "gelu",
        "Gaussian error linear unit (Hendrycks & Gimpel 2016), exact form.",
        &[],
    ),
    word("tanh", "Hyperbolic tangent.", &[]),
    word("flatten", "All dimensions of a sample as one.", &[]),
    word(
        "global_avg_pool",
        "Mean over height and width: C×H×W to C.",
        &[],
    ),
    word(
        "max_pool",
        "Largest value of each window.",
        &[
            Param::required("kernel", Type::Int, "Side of the square window."),
            Param::optional(
                "stride",
                Type::Int,
                Absent,
                "Step of the window; the kernel's side where left out.",
            ),
            Param::optional(
                "padding",
                Type::Int,
                Int(0),
                "Cells added on every side that never win.",
            ),
        ],
    ),
    word(
        "avg_pool",
        "Mean of each window.",
        &[
            Param::required("kernel", Type::Int, "Side of the square window."),
            Param::optional(
                "stride",
                Type::Int,
                Absent,
                "Step of the window; the kernel's side where left out.",
            ),
        ],
    ),
    word(
        "dropout",
        "In training, each value is zeroed with this probability and the rest scaled by 1/(1 − rate); drawn anew each step from (seed, layer, step, index).",
        &[Param::required(
            "rate",
            Type::Number,
            "Probability, at least 0 and under 1.",
        )],
    ),
    word("identity", "What comes in.", &[]),
    word(
        "residual",
        "body(x) + shortcut(x). It adds no prefix to the names of the layers inside it.",
        &[
            Param::required("body", Type::Layers, "The branch that computes."),
            Param::optional(
                "shortcut",
                Type::Layers,
                Absent,
                "The branch that carries the input across; `identity()` where left out.",
            ),
        ],
    ),
    word(
        "subsample_and_pad",
        "Projection-free shortcut (He et al. 2016, option A): every stride-th pixel, and zero channels added half before and half after.",
        &[
            Param::required(
                "channels",
                Type::Int,
                "Channels that come out; at least as many as come in.",
            ),
            Param::optional("stride", Type::Int, Int(1), "Every which pixel is kept."),
        ],
    ),
    word(
        "chain",
        "A list of layers one after the other; with `as`, its members are called by their places: `layer1.0`, `layer1.1`, ….",
        &[Param::required(
            "layers",
            Type::List(&Type::Layers),
            "The layers.",
        )],
    ),
];
