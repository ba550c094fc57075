//! What can go wrong while a data set is fetched.

use std::io;
use std::path::{Path, PathBuf};

use crate::diag::{count, plainly};
use crate::spec::Checksum;

/// Why a data set could not be fetched.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum FetchError {
    #[error("{url} cannot be reached: {reason}")]
    Unreachable { url: String, reason: String },
    #[error("{url} says {status} ({})", reason(*.status))]
    Status { url: String, status: u16 },
    #[error("the connection to {url} was cut after {}", count(.here, "byte"))]
    Cut { url: String, here: u64 },
    #[error("{url} sent nothing for {}", count(.seconds, "second"))]
    Silent { url: String, seconds: u64 },
    #[error("{url} sends more than {}, twice what is declared", count(.most, "byte"))]
    TooLong { url: String, most: u64 },
    #[error("`{name}` is not what is declared: its checksum is {found}, not {wanted}")]
    Checksum {
        name: String,
        found: Checksum,
        wanted: Checksum,
    },
    #[error("`{}` is there already, and `kdp data fetch` did not bring it", .0.display())]
    Occupied(PathBuf),
    #[error("the archive `{archive}` is not sound: {reason}")]
    Unsound { archive: String, reason: String },
    #[error("the archive `{archive}` is refused: its entry `{entry}` {why}")]
    Hostile {
        archive: String,
        entry: String,
        why: &'static str,
    },
    #[error(
        "the archive `{archive}` is refused: it unpacks to more than {}, twice what is declared", count(.most, "byte")
    )]
    Bomb { archive: String, most: u64 },
    #[error("the archive `{archive}` has no folder `{root}`")]
    NoRoot { archive: String, root: String },
    #[error("the disk of `{}` is full", .0.display())]
    Full(PathBuf),
    #[error("the disk of `{}` has {} left, and about {needed} are needed", .folder.display(), count(.free, "byte"))]
    NoRoom {
        folder: PathBuf,
        free: u64,
        needed: u64,
    },
    #[error("`{}` is a file, not a folder", .0.display())]
    NoFolder(PathBuf),
    #[error("`{}` cannot be written: {}", .path.display(), plainly(reason))]
    Unwritable { path: PathBuf, reason: io::Error },
}

/// What a status of HTTP means, as far as people ask for files.
fn reason(status: u16) -> &'static str {
    match status {
        401 | 403 => "not allowed",
        404 | 410 => "not there any more",
        429 => "asked too often",
        500.. => "the host is in trouble",
        _ => "no file comes",
    }
}

impl FetchError {
    /// What could not be written, and whether that is for want of room.
    pub(super) fn writing(path: &Path, reason: io::Error) -> FetchError {
        let path = path.to_path_buf();
        match reason.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FetchError::Full(path),
            _ => FetchError::Unwritable { path, reason },
        }
    }

    /// Whether it may go better a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            FetchError::Unreachable { .. } | FetchError::Cut { .. } | FetchError::Silent { .. } => {
                true
            }
            FetchError::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..),
            _ => false,
        }
    }

    /// The mend, where one is known, in a folder that keeps what came, or of which nothing came.
    pub fn help(&self, kept: bool) -> Option<&'static str> {
        use FetchError::{Cut, Full, NoRoom, Silent, Status, Unreachable};
        Some(match (self, kept) {
            (Unreachable { .. } | Cut { .. } | Silent { .. }, true) => {
                "what came is kept: the same command goes on there. Behind a proxy, set HTTPS_PROXY"
            }
            (Unreachable { .. } | Cut { .. } | Silent { .. }, false) => {
                "nothing came: is this machine on the network? Behind a proxy, set HTTPS_PROXY"
            }
            (
                Status {
                    status: 500.. | 429,
                    ..
                },
                true,
            ) => "what came is kept: try the same command again later",
            (
                Status {
                    status: 500.. | 429,
                    ..
                },
                false,
            ) => "try the same command again later",
            (Full(_) | NoRoom { .. }, true) => {
                "make room, or name a folder on another disk; what came is kept, and the same command goes on there"
            }
            (Full(_) | NoRoom { .. }, false) => "make room, or name a folder on another disk",
            _ => return self.help_of_content(),
        })
    }

    /// The mend of what does not hang on what came before.
    fn help_of_content(&self) -> Option<&'static str> {
        Some(match self {
            FetchError::Status { .. } => {
                "the host may have moved the file: look for a newer kdp, or fetch it by hand"
            }
            FetchError::TooLong { .. } | FetchError::Checksum { .. } => {
                "the host has another file than the one that is declared; nothing was kept"
            }
            FetchError::Occupied(_) => {
                "name another folder, or replace what is there with `--force`"
            }
            FetchError::Unsound { .. }
            | FetchError::Hostile { .. }
            | FetchError::Bomb { .. }
            | FetchError::NoRoot { .. } => "nothing of it was kept",
            FetchError::NoFolder(_) => "name the folder that the data shall lie in: `--to DIR`",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_trouble() {
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            let error = FetchError::writing(Path::new("data"), kind.into());
            assert!(matches!(error, FetchError::Full(_)), "{error}");
        }
        let denied = io::ErrorKind::PermissionDenied.into();
        let error = FetchError::writing(Path::new("data"), denied);
        assert!(matches!(error, FetchError::Unwritable { .. }), "{error}");
    }
}
