//! Sources of images of any size: in folders, in Parquet files.

use super::sources::{CLASSES, MEAN, SHAPE, STD, TEST, TEST_FILES, TRAIN, TRAIN_FILES};
use super::word::word;
use super::{Default::*, Param, Type, Word};

const RESIZE: Param = Param::optional(
    "resize",
    Type::Int,
    Absent,
    "Pixels that the shorter side is resized to (antialiased bilinear) before the middle is cut out; where it is left out, every image has the declared size.",
);
const KEEP: Param = Param::optional(
    "keep",
    Type::Choice(&["decoded", "encoded"]),
    Choice("decoded"),
    "What is kept in the store: pixels in the declared size; or the files as they are, to be decoded for each batch, which takes less room, and lets `random_resized_crop` see the whole image.",
);
const DAMAGED: Param = Param::optional(
    "damaged",
    Type::Choice(&["error", "skip", "keep"]),
    Choice("error"),
    "What is done about a damaged image: it is an error; or left out, which every run then tells, and the counts are of those that are left; or kept, where Pillow decodes it, with the pixels that Pillow makes up.",
);

pub(super) const IMAGE_FOLDER: Word = word(
    "image_folder",
    "Images in folders, a folder a class: `train/CLASS/NAME.jpg` and `val/CLASS/NAME.jpg` (or `test/…`), as torchvision's `ImageFolder` reads them. Classes are in the order of their names. Or Tiny-ImageNet's `val/images` with its `val_annotations.txt`. JPEG, PNG, WebP, BMP and PNM, decoded as Pillow decodes them; a TIFF is an error; other files are no samples.",
    &[
        Param::required("folder", Type::Path, "The folder with the splits."),
        SHAPE,
        CLASSES,
        TRAIN,
        TEST,
        RESIZE,
        KEEP,
        DAMAGED,
        MEAN,
        STD,
    ],
);

pub(super) const IMAGE_PARQUET: Word = word(
    "image_parquet",
    "Images and their labels in Parquet files, as Hugging Face keeps data sets: JPEG, PNG, WebP, BMP and PNM files in a column of records with `bytes`, or of bytes. They are read piece by piece. A path may be a pattern, `\"data/train-*.parquet\"`: the files of such names, in their order.",
    &[
        TRAIN_FILES,
        TEST_FILES,
        SHAPE,
        CLASSES,
        TRAIN,
        TEST,
        Param::optional(
            "image",
            Type::Text,
            Text("image"),
            "The column of the image.",
        ),
        Param::optional(
            "label",
            Type::Text,
            Text("label"),
            "The column of the label.",
        ),
        Param::optional(
            "labels",
            Type::List(&Type::Text),
            Absent,
            "The labels in the order of the classes, as the files write them or, where these name their classes (`ClassLabel`), as they are named; another label is an error. Where it is left out, a label is the number of its class.",
        ),
        Param::optional(
            "validation_files",
            Type::List(&Type::Path),
            Absent,
            "The files of validation samples, in their order.",
        ),
        Param::optional(
            "validation",
            Type::Int,
            Absent,
            "Number of validation samples; held against the files.",
        ),
        RESIZE,
        KEEP,
        DAMAGED,
        MEAN,
        STD,
    ],
);
