//! Sources of data that the engine can read.

use super::images::{IMAGE_FOLDER, IMAGE_PARQUET};
use super::texts::{FOLDER_TEXT, JSON_TEXT, PARQUET_TEXT, TABLE_TEXT};
use super::word::word;
use super::{Default::*, Param, Type, Word};

pub(super) const CLASSES: Param = Param::required(
    "classes",
    Type::Int,
    "Number of classes; a label outside is an error.",
);
pub(super) const SHAPE: Param = Param::required(
    "shape",
    Type::List(&Type::Int),
    "Shape of a sample: [channels, height, width].",
);
pub(super) const TRAIN: Param = Param::required(
    "train",
    Type::Int,
    "Number of training samples; held against the files.",
);
pub(super) const TEST: Param = Param::required(
    "test",
    Type::Int,
    "Number of test samples; held against the files.",
);
pub(super) const TRAIN_FILES: Param = Param::required(
    "train_files",
    Type::List(&Type::Path),
    "The files of training samples, in their order.",
);
pub(super) const TEST_FILES: Param = Param::required(
    "test_files",
    Type::List(&Type::Path),
    "The files of test samples, in their order.",
);
pub(super) const MEAN: Param = Param::optional(
    "mean",
    Type::List(&Type::Number),
    Absent,
    "Per-channel mean of pixels in 0..1, taken off; 0 where left out.",
);
pub(super) const STD: Param = Param::optional(
    "std",
    Type::List(&Type::Number),
    Absent,
    "Per-channel deviation of pixels in 0..1, divided by; 1 where left out.",
);

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
        "cifar_python",
        "CIFAR's Python files (Krizhevsky 2009), pickled dicts, in one folder: `data_batch_1` … `data_batch_5`, `test_batch` for 10 classes; `train`, `test` for 100 (fine labels) or 20 (coarse ones). Nothing in them is run.",
        &[
            Param::required("folder", Type::Path, "The folder."),
            Param::optional(
                "coarse",
                Type::Bool,
                Bool(false),
                "Whether the labels of CIFAR-100 are its 20 coarse ones.",
            ),
            SHAPE,
            CLASSES,
            TRAIN,
            TEST,
            MEAN,
            STD,
        ],
    ),
    IMAGE_FOLDER,
    IMAGE_PARQUET,
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
    TABLE_TEXT,
    JSON_TEXT,
    PARQUET_TEXT,
    FOLDER_TEXT,
];
