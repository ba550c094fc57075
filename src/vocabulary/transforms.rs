//! Transforms of data sets, and data that is made of other data.

use super::word::word;
use super::{Default::*, Param, Type, Word};

const SEED: Param = Param::optional("seed", Type::Int, Int(0), "What is drawn hangs on it.");

/// Every transform: `dataset noisy = clean |> label_noise(30%, seed: 7)`.
pub const TRANSFORMS: &[Word] = &[
    word(
        "label_noise",
        "Noise on the labels of the training split. With `share` alone it is symmetric: exactly ⌊share · n⌋ of the labels, drawn by the seed, are replaced by another class, each other class as likely. With `to` it is asymmetric (Patrini et al. 2017): that share of each class c becomes the class `to[c]`. `transition` tells the share of each class that becomes each other. The other splits keep their labels, and measures tell how the wrong ones were learnt.",
        &[
            Param::optional(
                "share",
                Type::Fraction,
                Absent,
                "Share of the labels that become wrong; with `to`, of those of each class that has another there.",
            ),
            Param::optional(
                "to",
                Type::List(&Type::Int),
                Absent,
                "For each class the one that its wrong labels name; a class that names itself keeps its labels.",
            ),
            Param::optional(
                "transition",
                Type::List(&Type::List(&Type::Number)),
                Absent,
                "In place of both, a row for each class: the share of its samples that come to bear each class. Each row sums to 1, and each count is rounded down.",
            ),
            SEED,
        ],
    ),
    word(
        "resize",
        "Every image resampled (antialiased bilinear, as torchvision's `Resize` does it) so that its shorter side has so many pixels; the longer one keeps the ratio.",
        &[Param::required(
            "side",
            Type::Int,
            "Pixels of the shorter side.",
        )],
    ),
    word(
        "take",
        "The first so many samples of a split, or a share of it, in an order drawn by the seed.",
        &[
            Param::optional(
                "train",
                Type::Part,
                Absent,
                "How many training samples; all where left out.",
            ),
            Param::optional(
                "test",
                Type::Part,
                Absent,
                "How many test samples; all where left out.",
            ),
            SEED,
        ],
    ),
    word(
        "subset",
        "Training samples by their places, `subset(indices: 0..1_000)`; or the samples of some classes alone, of every split: `subset(classes: [3, 5], train: 10_000, test: 2_000)`. The classes are then numbered anew, in the order in which they are listed. How many samples they have is said, and held against the data.",
        &[
            Param::optional(
                "indices",
                Type::List(&Type::Int),
                Absent,
                "Places in the training split, from 0, in the order wanted, each once.",
            ),
            Param::optional(
                "classes",
                Type::List(&Type::Int),
                Absent,
                "The classes that stay: the first one listed becomes class 0.",
            ),
            Param::optional(
                "train",
                Type::Int,
                Absent,
                "How many training samples these classes have.",
            ),
            Param::optional(
                "test",
                Type::Int,
                Absent,
                "How many test samples these classes have.",
            ),
        ],
    ),
    word(
        "balance",
        "Equally many training samples of each class, drawn by the seed. They keep their order.",
        &[
            Param::required("per_class", Type::Int, "How many samples of each class."),
            SEED,
        ],
    ),
    word(
        "split",
        "Moves so many samples of the training split, or a share of it, drawn by the seed, into a validation split. The rest keep their order.",
        &[
            Param::required(
                "validation",
                Type::Part,
                "How many samples; at least one stays for training.",
            ),
            SEED,
        ],
    ),
    word(
        "normalise",
        "Other means and deviations for the pixels of images than the source's: what is left out is computed from the training split, as it is here, when the data is made.",
        &[
            Param::optional(
                "mean",
                Type::List(&Type::Number),
                Absent,
                "Per-channel mean of pixels in 0..1; that of the training split where left out.",
            ),
            Param::optional(
                "std",
                Type::List(&Type::Number),
                Absent,
                "Per-channel deviation of pixels in 0..1; that of the training split where left out.",
            ),
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
