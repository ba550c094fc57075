//! Sources of data that the engine can read, and transforms of data sets.

use super::word::word;
use super::{Default::*, Param, Type, Word};

const CLASSES: Param = Param::required(
    "classes",
    Type::Int,
    "Number of classes; a label outside is an error.",
);
const SHAPE: Param = Param::required(
    "shape",
    Type::List(&Type::Int),
    "Shape of a sample: [channels, height, width].",
);
const TRAIN: Param = Param::required(
    "train",
    Type::Int,
    "Number of training samples; held against the files.",
);
const TEST: Param = Param::required(
    "test",
    Type::Int,
    "Number of test samples; held against the files.",
);
const MEAN: Param = Param::optional(
    "mean",
    Type::List(&Type::Number),
    Absent,
    "Per-channel mean of pixels in 0..1, taken off; 0 where left out.",
);
const STD: Param = Param::optional(
    "std",
    Type::List(&Type::Number),
    Absent,
    "Per-channel deviation of pixels in 0..1, divided by; 1 where left out.",
);

/// Ids of tokens that are bytes: a byte's is its value + 1, and 0 is padding.
pub const BYTE_TOKENS: i64 = 257;

/// Every source. `mean` and `std` say how bytes become numbers: (byte / scale − mean) / std.
pub const SOURCES: &[Word] = &[
    word(
        "idx",
        "Four IDX files as MNIST ships them (LeCun et al. 1998), gzipped (`.gz`) or not, in one folder: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`.",
        &[
            Param::required("folder", Type::Path, "The folder."),
            SHAPE,
            CLASSES,
            TRAIN,
            TEST,
            MEAN,
            STD,
        ],
    ),
    word(
        "cifar_binary",
        "CIFAR's binary files (Krizhevsky 2009) in one folder: `data_batch_1.bin` … `data_batch_5.bin`, `test_batch.bin` for 10 classes; `train.bin`, `test.bin` for 100 (fine labels).",
        &[
            Param::required("folder", Type::Path, "The folder."),
            SHAPE,
            CLASSES,
            TRAIN,
            TEST,
            MEAN,
            STD,
        ],
    ),
    word(
        "embedded",
        "A small data set that is part of kdp itself: `digits` or `fashion_mini`.",
        &[
            Param::required(
                "name",
                Type::Choice(&["digits", "fashion_mini"]),
                "Which one.",
            ),
            SHAPE,
            CLASSES,
            TRAIN,
            TEST,
            MEAN,
            STD,
        ],
    ),
    word(
        "csv_text",
        "Texts and their labels in two tables, CSV or TSV (RFC 4180), gzipped or not, whose first lines name the columns. Tokens are a text's bytes in UTF-8, each byte's value + 1, cut or padded with 0 to one length.",
        &[
            Param::required("train_file", Type::Path, "The table of training samples."),
            Param::required("test_file", Type::Path, "The table of test samples."),
            Param::required("text", Type::Text, "The column of the texts."),
            Param::required("label", Type::Text, "The column of the labels."),
            Param::required(
                "labels",
                Type::List(&Type::Text),
                "The labels as the tables write them, in the order of the classes; another label is an error.",
            ),
            Param::required("length", Type::Int, "Tokens of a sample."),
            TRAIN,
            TEST,
            Param::required(
                "delimiter",
                Type::Text,
                "What stands between two columns: `\",\"`, `\"\\t\"`.",
            ),
            Param::required(
                "quoting",
                Type::Bool,
                "Whether a column may stand in quotes, and then hold delimiters, line ends and doubled quotes; where not, a quote stands for itself.",
            ),
        ],
    ),
];

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
