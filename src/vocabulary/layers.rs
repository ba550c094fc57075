//! The layers that networks are made of. Shapes are a sample's, without the batch: `C×H×W` or `N`,
//! or a row of tokens and then of their vectors.

use super::word::word;
use super::{Default::*, Param, Type, Word};

/// What a convolution, a linear layer or attention begins as.
const INIT: Param = Param::optional(
    "init",
    Type::Initial,
    Absent,
    "What `weight` is drawn from; `bias` then begins as zeros. Where left out, both begin as PyTorch's: uniform in ±1/√fan_in.",
);

/// What a table of vectors begins as.
const OF_VECTORS: Param = Param::optional(
    "init",
    Type::Initial,
    Absent,
    "What vectors begin as, padding's aside; standard normal where left out.",
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
        "Fully connected layer, on features or on the vector of each token; `weight` (features, in) and `bias`.",
        &[
            Param::required("features", Type::Int, "Features that come out."),
            Param::optional("bias", Type::Bool, Bool(true), "Whether a bias is added."),
            INIT,
        ],
    ),
    word(
        "layer_norm",
        "Layer normalisation over the last dimension (Ba et al. 2016); `weight` and `bias`.",
        &[Param::optional(
            "epsilon",
            Type::Number,
            Number(1e-5),
            "Added to the variance.",
        )],
    ),
    word(
        "embedding",
        "A vector for each token of a text; `weight` (vocabulary, width). That of padding begins as zeros and gets no gradient.",
        &[
            Param::required("width", Type::Int, "Numbers of each vector."),
            OF_VECTORS,
        ],
    ),
    word(
        "position_embedding",
        "A learnt vector for each place of a text; `weight` (positions, width).",
        &[
            Param::required(
                "positions",
                Type::Int,
                "Tokens of the longest text that it can take.",
            ),
            Param::required("width", Type::Int, "Numbers of each vector."),
            Param::optional(
                "skip_padding",
                Type::Bool,
                Bool(false),
                "Whether only tokens that are no padding are counted, from padding's id + 1 on, and all padding shares the row of its id: `weight` has id + 1 rows more.",
            ),
            OF_VECTORS,
        ],
    ),
    word(
        "segment_embedding",
        "A vector for each of the texts that a row may hold, given to its tokens; `weight` (segments, width).",
        &[
            Param::required(
                "segments",
                Type::Int,
                "Texts that have a vector; at least as many as the data's rows hold.",
            ),
            Param::required("width", Type::Int, "Numbers of each vector."),
            OF_VECTORS,
        ],
    ),
    word(
        "attention",
        "Multi-head self-attention (Vaswani et al. 2017): softmax(QKᵀ/√d)V for each head, on which padding has no say; `query`, `key` and `value`, each with `weight` (width, width) and `bias`. What joins the heads is a `linear` behind it.",
        &[
            Param::required(
                "heads",
                Type::Int,
                "Heads, among which the width is divided.",
            ),
            Param::optional(
                "dropout",
                Type::Number,
                Number(0.0),
                "Probability with which training zeroes what a token attends to.",
            ),
            INIT,
        ],
    ),
    word(
        "first_token",
        "The vector of the first token, which stands for the text where a model is trained so (`[CLS]`, `<s>`).",
        &[],
    ),
    word(
        "mean_tokens",
        "Mean of the vectors of all tokens that are not padding; zeros where all are.",
        &[],
    ),
    word("relu", "max(x, 0).", &[]),
    Word {
        version: 2,
        ..word("relu6", "min(max(x, 0), 6).", &[])
    },
    word(
        "gelu",
        "Gaussian error linear unit (Hendrycks & Gimpel 2016): x Φ(x).",
        &[Param::optional(
            "approximate",
            Type::Choice(&["none", "tanh"]),
            Choice("none"),
            "Whether Φ is the normal distribution's or `tanh`'s approximation of it.",
        )],
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
        "add",
        "The sum of what branches make of the same input. It adds no prefix to the names of the layers inside it.",
        &[Param::required(
            "branches",
            Type::List(&Type::Layers),
            "The branches, which give one shape.",
        )],
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
