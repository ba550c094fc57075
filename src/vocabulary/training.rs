//! Recipes: their fields, optimisers, augmentations; and objectives.

use super::word::word;
use super::{Default::*, Param, Type, Word};

/// Every optimiser.
pub const OPTIMISERS: &[Word] = &[
    word(
        "sgd",
        "Stochastic gradient descent as in PyTorch: g ← g + weight_decay·p; v ← momentum·v + g; p ← p − lr·(g + momentum·v with Nesterov, v without).",
        &[
            Param::optional(
                "momentum",
                Type::Number,
                Number(0.0),
                "Share of the last velocity that is kept.",
            ),
            Param::optional(
                "nesterov",
                Type::Bool,
                Bool(false),
                "Look ahead along the velocity (Nesterov 1983).",
            ),
        ],
    ),
    word(
        "adamw",
        "Adam with decoupled weight decay (Loshchilov & Hutter 2019).",
        &[
            Param::optional(
                "beta1",
                Type::Number,
                Number(0.9),
                "Decay of the first moment.",
            ),
            Param::optional(
                "beta2",
                Type::Number,
                Number(0.999),
                "Decay of the second moment.",
            ),
            Param::optional(
                "epsilon",
                Type::Number,
                Number(1e-8),
                "Added to the root of the second moment.",
            ),
        ],
    ),
];

/// Every augmentation of training images.
pub const AUGMENTATIONS: &[Word] = &[
    word(
        "pad_crop",
        "Zeros around the image, then a crop of the old size at a place drawn from (seed, epoch, sample).",
        &[Param::required(
            "padding",
            Type::Int,
            "Pixels added on every side.",
        )],
    ),
    word(
        "flip",
        "Left and right exchanged with probability one half, drawn from (seed, epoch, sample).",
        &[],
    ),
    word(
        "random_resized_crop",
        "A part of the image, of an area and a ratio of sides that are drawn from (seed, epoch, sample), resampled (antialiased bilinear) to the size of all (Szegedy et al. 2015), as torchvision's `RandomResizedCrop` does it. It comes before other augmentations.",
        &[
            Param::optional(
                "smallest",
                Type::Number,
                Number(0.08),
                "Least share of the image's area.",
            ),
            Param::optional(
                "largest",
                Type::Number,
                Number(1.0),
                "Largest share of the image's area.",
            ),
            Param::optional(
                "narrowest",
                Type::Number,
                Number(0.75),
                "Least ratio of width to height.",
            ),
            Param::optional(
                "widest",
                Type::Number,
                Number(4.0 / 3.0),
                "Largest ratio of width to height.",
            ),
        ],
    ),
];

/// The fields of a recipe. `Required` means that a recipe that trains must have it.
pub const RECIPE_FIELDS: &[Param] = &[
    Param::required(
        "optimizer",
        Type::Optimiser,
        "How gradients become steps: `sgd(…)` or `adamw(…)`.",
    ),
    Param::required(
        "batch",
        Type::Int,
        "Samples a step; the last batch of an epoch may be smaller.",
    ),
    Param::required(
        "length",
        Type::Span,
        "How long to train: `30 epochs`, `25k steps`.",
    ),
    Param::required(
        "lr",
        Type::Schedule,
        "Learning rate, a number or a schedule.",
    ),
    Param::optional(
        "weight_decay",
        Type::Schedule,
        Number(0.0),
        "Weight decay, on every parameter.",
    ),
    Param::optional(
        "augment",
        Type::List(&Type::Augmentation),
        Absent,
        "What is done to each training image, in order.",
    ),
    Param::optional(
        "clip",
        Type::Number,
        Absent,
        "Largest norm of all gradients together; not clipped where left out.",
    ),
    Param::optional(
        "precision",
        Type::Choice(&["fp32", "bf16", "auto"]),
        Choice("fp32"),
        "What convolutions and linear layers compute in; `auto` is `bf16` for a network with convolutions, else `fp32`. Weights, statistics, logits and losses are float32 always.",
    ),
    Param::optional(
        "group_by_length",
        Type::Bool,
        Bool(false),
        "Whether batches are made of texts of similar length, which need less padding: of each epoch's order, stretches of 50 batches are sorted by length, and the batches drawn anew.",
    ),
];

/// Every objective.
pub const OBJECTIVES: &[Word] = &[
    word(
        "one_hot",
        "Cross-entropy against the labels, mean over the batch.",
        &[],
    ),
    word(
        "smooth",
        "Cross-entropy against smoothed labels (Szegedy et al. 2016): 1 − amount on the label, amount spread over all classes.",
        &[Param::required(
            "amount",
            Type::Schedule,
            "Share of the target that is spread evenly.",
        )],
    ),
    word(
        "distill",
        "weight · τ² · KL(softmax(teacher/τ) ‖ softmax(student/τ)) + (1 − weight) · cross-entropy, mean over the batch (Hinton et al. 2015). The teacher is in evaluation mode.",
        &[
            Param::required(
                "teacher",
                Type::Model,
                "The model whose outputs are the targets.",
            ),
            Param::optional("temperature", Type::Schedule, Number(4.0), "τ; above 0."),
            Param::optional(
                "weight",
                Type::Schedule,
                Number(1.0),
                "Share of the distillation term; the rest is one-hot.",
            ),
            Param::optional(
                "view",
                Type::Choice(&["same", "clean"]),
                Choice("same"),
                "Whether the teacher sees the student's augmented sample or the plain one.",
            ),
        ],
    ),
    word(
        "match_logits",
        "scale · mean over batch and classes of (student − teacher)² on the logits (Ba & Caruana 2014).",
        &[
            Param::required(
                "teacher",
                Type::Model,
                "The model whose logits are the targets.",
            ),
            Param::optional("scale", Type::Schedule, Number(1.0), "Factor of the loss."),
            Param::optional(
                "view",
                Type::Choice(&["same", "clean"]),
                Choice("same"),
                "Whether the teacher sees the student's augmented sample or the plain one.",
            ),
        ],
    ),
    word(
        "match_features",
        "Mean over batch and features of (through(student's features) − teacher's features)² (Romero et al. 2015). Of vectors of tokens it is the mean over all tokens of the batch that are no padding.",
        &[
            Param::required(
                "teacher",
                Type::Model,
                "The model whose features are the targets.",
            ),
            Param::required(
                "layer",
                Type::Text,
                "The student's layer, by its name: what comes out of it is matched.",
            ),
            Param::optional(
                "to",
                Type::Text,
                Absent,
                "The teacher's layer; that of the same name where left out.",
            ),
            Param::optional(
                "through",
                Type::Layers,
                Absent,
                "Layers between the student's features and the teacher's, trained along.",
            ),
            Param::optional(
                "view",
                Type::Choice(&["same", "clean"]),
                Choice("same"),
                "Whether the teacher sees the student's augmented sample or the plain one.",
            ),
        ],
    ),
];
