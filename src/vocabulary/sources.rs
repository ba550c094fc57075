//! Sources of data that the engine can read.

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
