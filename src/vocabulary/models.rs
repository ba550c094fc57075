//! Models that are made of models, and weights to begin with.

use super::word::word;
use super::{Default::*, Param, Type, Word};

/// Every model that is made of models.
pub const MODELS: &[Word] = &[word(
    "ensemble",
    "Models that answer together, of equal inputs and classes.",
    &[
        Param::required(
            "models",
            Type::List(&Type::Model),
            "The models; a family stands for its members.",
        ),
        Param::optional(
            "of",
            Type::Choice(&["probabilities", "logits"]),
            Choice("probabilities"),
            "What is averaged: the probabilities, or the logits.",
        ),
    ],
)];

/// States of a model's own run: `MODEL.at(…)`, `MODEL.best(…)`.
pub const STATES: &[Word] = &[
    word(
        "at",
        "The model as it was then, in its own run: a state that its run passes, at no training of its own.",
        &[Param::required(
            "time",
            Type::Span,
            "When: a span, or a fraction of its run.",
        )],
    ),
    word(
        "best",
        "The model's best state, of those that were looked at; the first of equals. Its run is the model's own.",
        &[
            Param::required("on", Type::Split, "The split that it is looked at on."),
            Param::optional(
                "by",
                Type::Choice(&["top1", "loss"]),
                Choice("top1"),
                "What is best: the most samples right, or the smallest mean cross-entropy.",
            ),
            Param::optional(
                "every",
                Type::Span,
                Absent,
                "How often it is looked at, and at the end; every epoch where left out.",
            ),
        ],
    ),
];

/// Weights to begin with.
pub const WEIGHTS: &[Word] = &[
    word(
        "weights",
        "The tensors of a file, by their names: safetensors, or what PyTorch's `torch.save` writes (`.pth`, `.pt`, `.bin`). Nothing in it is run.",
        &[
            Param::required("file", Type::Path, "The file."),
            Param::optional(
                "ignore",
                Type::List(&Type::Text),
                Absent,
                "Patterns of tensors that are not taken from it but drawn from the seed: `[\"fc.*\"]`.",
            ),
        ],
    ),
    word(
        "scratch",
        "No weights of before: all are drawn from the seed, as where `init` is left out.",
        &[],
    ),
];
