//! What can go wrong with the store.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::diag::plainly;

/// What was being done to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Action {
    Make,
    Read,
    Write,
    Lock,
    Move,
    Remove,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Make => "make",
            Action::Read => "read",
            Action::Write => "write",
            Action::Lock => "lock",
            Action::Move => "move",
            Action::Remove => "remove",
        })
    }
}

/// The store or the machine under it is at fault (exit code 5 of the command).
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("the store cannot {action} `{}`: {}", path.display(), plainly(source))]
    Io {
        /// What was tried.
        action: Action,
        /// On what.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The bytes are not those that were written.
    #[error("`{}` in the store is damaged ({what}){}", path.display(), if *aside { "; it was moved aside and will be made anew by the next run" } else { "" })]
    Damaged {
        /// The file.
        path: PathBuf,
        /// In which way.
        what: String,
        /// Whether its object was moved out of the way.
        aside: bool,
    },
    /// A blob was asked for that the object does not hold.
    #[error("`{}` holds no blob `{blob}`", object.display())]
    NoBlob {
        /// The object's folder.
        object: PathBuf,
        /// The blob.
        blob: String,
    },
    /// A writer broke the rules of the store.
    #[error("`{}` cannot be written to the store: {why}", object.display())]
    Refused {
        /// The object's folder.
        object: PathBuf,
        /// Which rule.
        why: String,
    },
}

impl StoreError {
    /// Wraps what the operating system said about a path; made for `map_err`.
    pub(super) fn io(action: Action, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| StoreError::Io {
            action,
            path,
            source,
        }
    }

    /// The mend, where one is known.
    pub fn help(&self) -> Option<&'static str> {
        let StoreError::Io { source, .. } = self else {
            return None;
        };
        Some(match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "make room on that disk (`kdp store gc` removes what no recent run needs), or choose another folder with `--store`"
            }
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                "choose a folder you may write to with `--store DIR` or KDP_STORE"
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "a file stands where the store's folder should be: choose another folder with `--store`"
            }
            _ => return None,
        })
    }
}
