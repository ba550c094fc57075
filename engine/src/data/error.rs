//! What can be wrong with data.

use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use kdp::diag::{count, plainly};
use kdp::plan::Call;
use kdp::store::StoreError;
use parquet::errors::ParquetError;
use tch::TchError;

use super::columns::ColumnError;
use super::images::ImageError;
use super::texts::TextError;
use crate::pickle::PickleError;

/// Why data could not be read. The node's name and declaration are put before it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum DataError {
    #[error("the file `{}` is not there", .0.display())]
    Missing(PathBuf),
    #[error("the file `{}` cannot be read: {}", .path.display(), plainly(reason))]
    Unreadable { path: PathBuf, reason: io::Error },
    #[error("the file `{}` has changed since the run was planned", .0.display())]
    Changed(PathBuf),
    #[error("the files of the folder `{}` have changed since the run was planned", .0.display())]
    ChangedFolder(PathBuf),
    #[error("no file is given for `{0}`")]
    NoRole(String),
    #[error("the file `{}` is not sound gzip: {}", .path.display(), plainly(reason))]
    Gzip { path: PathBuf, reason: io::Error },
    #[error("the file `{}` unpacks to {what}, which is no text", .path.display())]
    Bomb { path: PathBuf, what: String },
    #[error("the file `{}` is cut short: its header promises {promised} bytes, it has {found}", .path.display())]
    Truncated {
        path: PathBuf,
        promised: u64,
        found: u64,
    },
    #[error("the file `{}` goes on after its end: its header promises {promised} bytes, it has more", .path.display())]
    TooLong { path: PathBuf, promised: u64 },
    #[error("the file `{}` is not an IDX file of {what}: it begins with {found:#010x}, not {wanted:#010x}", .path.display())]
    Magic {
        path: PathBuf,
        what: &'static str,
        found: u32,
        wanted: u32,
    },
    #[error("the file `{}` is cut short: {found} bytes are not a whole number of records of {record}", .path.display())]
    Records {
        path: PathBuf,
        record: usize,
        found: usize,
    },
    #[error("the file `{}` is not read: {reason}", .path.display())]
    Pickle { path: PathBuf, reason: PickleError },
    #[error("the file `{}` is no batch of CIFAR: it has no {what}", .path.display())]
    NoBatch { path: PathBuf, what: String },
    #[error("the file `{}` holds {}, but {declared} are declared", .path.display(), samples(*.found, split))]
    Count {
        path: PathBuf,
        split: &'static str,
        found: usize,
        declared: i64,
    },
    #[error("the files {of} hold {found} {split} samples together, but {declared} are declared")]
    Sum {
        /// The files, and how many each holds.
        of: String,
        split: &'static str,
        found: usize,
        declared: i64,
    },
    #[error("the samples of the file `{}` are {found:?}, but {declared:?} is declared", .path.display())]
    Shape {
        path: PathBuf,
        found: Vec<i64>,
        declared: Vec<i64>,
    },
    #[error("label {value} of sample {sample} in the file `{}` is outside the {classes} declared classes (0 to {})", .path.display(), .classes - 1)]
    Label {
        path: PathBuf,
        sample: usize,
        value: u8,
        classes: i64,
    },
    #[error("the file `{}` cannot be read as Parquet: {reason}", .path.display())]
    Parquet { path: PathBuf, reason: ParquetError },
    #[error("the column `{column}` of the file `{}` holds {found}, not bytes, texts, whole numbers or truth values", .path.display())]
    ColumnHolds {
        path: PathBuf,
        column: String,
        found: String,
    },
    #[error(transparent)]
    Column(Box<ColumnError>),
    #[error(transparent)]
    Text(Box<TextError>),
    #[error("`take` wants {}, but there are {there}", samples(*.wanted, split))]
    Take {
        split: &'static str,
        wanted: i64,
        there: usize,
    },
    #[error(
        "after its transforms the data has {}, but {declared} are declared",
        samples(*.found, split)
    )]
    Transformed {
        split: &'static str,
        found: usize,
        declared: i64,
    },
    #[error("`split` wants {wanted} of {there} training samples; at least one must stay")]
    Split { wanted: i64, there: usize },
    #[error("`subset` finds {} of these classes, but {declared} are declared", samples(*.found, split))]
    Classes {
        split: &'static str,
        found: usize,
        declared: i64,
    },
    #[error("`balance` wants {} of each class, but class {class} has {there}", count(.wanted, "sample"))]
    Balance {
        class: i64,
        there: usize,
        wanted: usize,
    },
    #[error("`{0}` is of images that are kept decoded")]
    NotDecoded(String),
    #[error(
        "all training pixels of channel {channel} are the same: they have no deviation to be divided by"
    )]
    Flat { channel: usize },
    #[error("{0} wants labels, but there are training samples without one")]
    NoLabels(String),
    #[error("the two cannot be joined: {what} is {first} in the first, {second} in the second")]
    Join {
        what: &'static str,
        first: String,
        second: String,
    },
    #[error("the model tells class {label}, but the data has {classes} classes (0 to {})", .classes - 1)]
    Relabel { label: i64, classes: i64 },
    #[error("`{word}` has no usable `{argument}`")]
    Argument { word: String, argument: String },
    #[error("the engine does not know {what} `{name}`")]
    Unknown { what: &'static str, name: String },
    #[error("the stored data object is not sound: {0}")]
    Object(String),
    #[error(transparent)]
    Image(Box<ImageError>),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Tensors(#[from] safetensors::SafeTensorError),
    #[error("{}", crate::errors::plain(.0))]
    Torch(#[from] TchError),
}

impl From<ColumnError> for DataError {
    fn from(error: ColumnError) -> Self {
        DataError::Column(Box::new(error))
    }
}

/// `1 train sample`, `2 test samples`.
fn samples(n: impl Display, split: &str) -> String {
    count(n, &format!("{split} sample"))
}

impl From<TextError> for DataError {
    fn from(error: TextError) -> Self {
        DataError::Text(Box::new(error))
    }
}

impl From<ImageError> for DataError {
    fn from(error: ImageError) -> Self {
        DataError::Image(Box::new(error))
    }
}

impl DataError {
    /// What went wrong while a file was read.
    pub fn of_reading(path: &Path, error: io::Error) -> Self {
        let path = path.to_path_buf();
        error
            .downcast()
            .unwrap_or_else(|reason| match reason.kind() {
                ErrorKind::NotFound => DataError::Missing(path),
                _ => DataError::Unreadable { path, reason },
            })
    }

    /// The error that a word has no usable argument of that name.
    pub fn argument(call: &Call, argument: &str) -> Self {
        DataError::Argument {
            word: call.name.clone(),
            argument: argument.to_string(),
        }
    }

    /// The mend, where one is known.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            DataError::Missing(_) => {
                Some("put the file there, or change the folder in the declaration")
            }
            DataError::Image(error) => Some(error.help()),
            DataError::Store(error) => error.help(),
            DataError::Changed(_) | DataError::ChangedFolder(_) => {
                Some("run again: the file's new content gives a new key")
            }
            DataError::Truncated { .. }
            | DataError::Gzip { .. }
            | DataError::Records { .. }
            | DataError::Parquet { .. } => {
                Some("the download was probably cut off: fetch the file again")
            }
            DataError::Pickle { reason, .. } => reason.problem.help(),
            DataError::NoBatch { .. } => Some(
                "the folder must be that of the Python version: `cifar-10-batches-py`, `cifar-100-python`",
            ),
            DataError::Count { .. }
            | DataError::Sum { .. }
            | DataError::Shape { .. }
            | DataError::TooLong { .. }
            | DataError::Magic { .. }
            | DataError::Label { .. } => {
                Some("change the declaration, or put the right files there")
            }
            DataError::Bomb { .. } => Some(
                "fetch the file again; or, where you trust it, unpack it (`gunzip`) and declare what comes out",
            ),
            DataError::Classes { .. } => Some("declare as many as are found"),
            DataError::Balance { .. } => Some("take fewer of each"),
            DataError::Flat { .. } => Some("say the deviation: `normalise(std: [1.0])`"),
            DataError::ColumnHolds { .. } => Some("name another column in the declaration"),
            DataError::Column(error) => Some(error.help()),
            DataError::Text(error) => error.help(),
            _ => None,
        }
    }
}
