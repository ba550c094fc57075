//! Transforms of data sets, and data that is made of other data.

use super::word::word;
use super::{Default::*, Param, Type, Word};

/// Every transform: `dataset noisy = clean |> label_noise(30%, seed: 7)`.
pub const TRANSFORMS: &[Word] = &[
    word(
        "label_noise",
        "Symmetric label noise on the training split: this share of its labels (exactly ⌊share · n⌋ of them, drawn by the seed) is replaced by another class, each other class as likely. The test split keeps its labels.",
        &[
            Param::required(
                "share",
                Type::Fraction,
                "Share of the labels that become wrong.",
            ),
            Param::optional("seed", Type::Int, Int(0), "What is drawn hangs on it."),
        ],
    ),
    word(
        "take",
        "The first so many samples of a split, in an order drawn by the seed.",
        &[
            Param::optional(
                "train",
                Type::Int,
                Absent,
                "How many training samples; all where left out.",
            ),
            Param::optional(
                "test",
                Type::Int,
                Absent,
                "How many test samples; all where left out.",
            ),
            Param::optional("seed", Type::Int, Int(0), "What is drawn hangs on it."),
        ],
    ),
    word(
        "hold_out",
        "Moves so many samples of the training split, drawn by the seed, into a validation split. The rest keep their order.",
        &[
            Param::required(
                "validation",
                Type::Int,
                "How many samples; at least one stays for training.",
            ),
            Param::optional("seed", Type::Int, Int(0), "What is drawn hangs on it."),
        ],
    ),
    word(
        "unlabelled",
        "The training split without its labels, to be distilled on; the other splits keep theirs.",
        &[],
    ),
];

/// Every way to make data of other data that is no transform of one data set's samples.
pub const DERIVED: &[Word] = &[
    word(
        "join",
        "The training samples of two data sets, one after the other; the other splits are the first's.",
        &[Param::required(
            "more",
            Type::Dataset,
            "Data with samples of the same shape and the same classes.",
        )],
    ),
    word(
        "relabel",
        "Training labels that are what a model tells of the samples; the other splits keep theirs.",
        &[Param::required(
            "by",
            Type::Model,
            "The model, of the same inputs and classes.",
        )],
    ),
];
