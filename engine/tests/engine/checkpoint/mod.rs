//! Files of weights in every form, held against what PyTorch and Python's pickle say of them, by the
//! files that `make_checkpoints.py` in the repository's `tests/reference` wrote down.

mod fit;
mod hostile;
mod mutated;
mod odd;
mod published;
mod sound;
mod values;

use std::path::{Path, PathBuf};

use kdp_engine::checkpoint::{Checkpoint, CheckpointError};

/// The files of a kind, sorted by name.
fn files(kind: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder().join(kind)).expect("the folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = paths.collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/reference/checkpoints"
    ))
}

fn open(path: &Path) -> Result<Checkpoint, CheckpointError> {
    Checkpoint::open(path, std::fs::read(path).expect("the file"))
}

/// What an error says, its help behind it.
fn told(error: &CheckpointError) -> String {
    format!("{error}\n{}", error.help().unwrap_or_default())
}

fn refusal(path: &Path) -> String {
    match open(path) {
        Ok(_) => panic!("{} is read", path.display()),
        Err(error) => told(&error),
    }
}
