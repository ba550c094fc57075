//! Sources of texts, one a format, and the tokenizers that make rows of them. Every format goes with
//! every tokenizer.

use super::sources::{TEST, TEST_FILES, TRAIN, TRAIN_FILES};
use super::word::word;
use super::{Default::*, Param, Type, Word};

/// Ids of tokens that are bytes: a byte's is its value + 1, and 0 is padding.
pub const BYTE_TOKENS: i64 = 257;

const TEXT: Param = Param::required(
    "text",
    Type::List(&Type::Text),
    "The columns of the text; several are joined by a space.",
);
const PAIR: Param = Param::optional(
    "pair",
    Type::Text,
    Absent,
    "The column of the second text, where a sample is a pair.",
);
const LABEL: Param = Param::required("label", Type::Text, "The column of the label.");
const LABELS: Param = Param::required(
    "labels",
    Type::List(&Type::Text),
    "The labels as the files write them, in the order of the classes; another label is an error.",
);
const LENGTH: Param = Param::required(
    "length",
    Type::Int,
    "Tokens of a row: a longer one is cut, a shorter one padded.",
);
const TOKENS: Param = Param::required("tokens", Type::Tokenizer, "What makes tokens of a text.");

/// The arguments of a source whose files have columns, those of its files first.
const fn of_columns([train, test]: [Param; 2]) -> [Param; 10] {
    [
        train, test, TEXT, PAIR, LABEL, LABELS, LENGTH, TOKENS, TRAIN, TEST,
    ]
}

pub(super) const TABLE_TEXT: Word = word(
    "table_text",
    "Texts and their labels in two tables, CSV or TSV (RFC 4180), gzipped or not.",
    &[
        Param::required("train_file", Type::Path, "The table of training samples."),
        Param::required("test_file", Type::Path, "The table of test samples."),
        TEXT,
        PAIR,
        LABEL,
        LABELS,
        LENGTH,
        TOKENS,
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
        Param::required(
            "header",
            Type::Bool,
            "Whether the first line names the columns; where not, a column's name is its number, from `\"1\"` on.",
        ),
        Param::required(
            "short_lines",
            Type::Choice(&["error", "skip"]),
            "What becomes of a line of another length than the first: an error; or it is read as far as it goes, and skipped where it lacks a column that is wanted.",
        ),
    ],
);

pub(super) const JSON_TEXT: Word = word(
    "json_text",
    "Texts and their labels in two files of JSON lines, gzipped or not: each line an object, whose keys are the columns. A label is a text, a whole number or a truth value.",
    &of_columns([
        Param::required("train_file", Type::Path, "The file of training samples."),
        Param::required("test_file", Type::Path, "The file of test samples."),
    ]),
);

pub(super) const PARQUET_TEXT: Word = word(
    "parquet_text",
    "Texts and their labels in Parquet files, as Hugging Face keeps data sets. A label is a text, a whole number or a truth value. A path may be a pattern, `\"data/train-*.parquet\"`: the files of such names, in their order.",
    &of_columns([TRAIN_FILES, TEST_FILES]),
);

pub(super) const FOLDER_TEXT: Word = word(
    "folder_text",
    "Texts as files, in one folder for each class: `train/neg/0_3.txt`. Files beside these folders are not read.",
    &[
        Param::required(
            "train_folder",
            Type::Path,
            "The folder of training samples.",
        ),
        Param::required("test_folder", Type::Path, "The folder of test samples."),
        Param::required(
            "labels",
            Type::List(&Type::Text),
            "The folders' names, in the order of the classes; a folder of another name is an error.",
        ),
        Param::required(
            "ignore",
            Type::List(&Type::Text),
            "Folders that are no class and are not read.",
        ),
        Param::required(
            "encoding",
            Type::Choice(&["utf8", "latin1"]),
            "How the files write their characters.",
        ),
        LENGTH,
        TOKENS,
        TRAIN,
        TEST,
    ],
);

/// Every tokenizer.
pub const TOKENIZERS: &[Word] = &[
    word(
        "bytes",
        "Tokens that are the bytes of a text in UTF-8, each byte's value + 1; 0 is padding. A pair is two lines.",
        &[],
    ),
    word(
        "wordpiece",
        "WordPiece as BERT has it (Devlin et al. 2019): `[CLS] a [SEP]`, `[CLS] a [SEP] b [SEP]`. A model is told which of the two texts a token is of.",
        &[
            Param::required("vocab", Type::Path, "BERT's `vocab.txt`: a token a line."),
            Param::optional(
                "lowercase",
                Type::Bool,
                Bool(true),
                "Whether case and accents are taken off first.",
            ),
            Param::optional(
                "vocabulary",
                Type::Int,
                Int(30_522),
                "Number of tokens; held against the file.",
            ),
            Param::optional(
                "padding",
                Type::Int,
                Int(0),
                "The id of `[PAD]`; held against the file.",
            ),
        ],
    ),
    word(
        "byte_bpe",
        "Byte-level BPE as RoBERTa has it (Liu et al. 2019): `<s> a </s>`, `<s> a </s></s> b </s>`.",
        &[
            Param::required("vocab", Type::Path, "RoBERTa's `vocab.json`: ids by token."),
            Param::required(
                "merges",
                Type::Path,
                "RoBERTa's `merges.txt`: a merge a line.",
            ),
            Param::optional(
                "vocabulary",
                Type::Int,
                Int(50_265),
                "Number of tokens; held against the file.",
            ),
            Param::optional(
                "padding",
                Type::Int,
                Int(1),
                "The id of `<pad>`; held against the file.",
            ),
        ],
    ),
    word(
        "tokenizer_file",
        "A tokenizer as Hugging Face's `tokenizers` writes it down: `tokenizer.json`. How it cuts and pads is not taken from the file.",
        &[
            Param::required("file", Type::Path, "The `tokenizer.json`."),
            Param::required(
                "vocabulary",
                Type::Int,
                "Number of tokens, added ones included; held against the file.",
            ),
            Param::required(
                "padding",
                Type::Int,
                "The id of padding; held against the file, where that says it.",
            ),
            Param::optional(
                "segments",
                Type::Int,
                Int(1),
                "2 where a model is told which of two texts a token is of, as BERT is; else 1.",
            ),
        ],
    ),
];
