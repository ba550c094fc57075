//! Open buffers over the disk: what the checker reads.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::{Disk, Found, World};

/// The texts of open buffers, by canonical path.
pub type Buffers = HashMap<PathBuf, Arc<str>>;

/// Open buffers over the disk.
pub struct Overlay<'a>(pub &'a Buffers);

impl World for Overlay<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.0.get(&canonical(path)) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => Disk.read(path),
        }
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        Disk.names(folder)
    }

    fn look(&self, path: &Path) -> Option<Found> {
        Disk.look(path)
    }

    fn project(&self, file: &Path) -> Option<PathBuf> {
        Disk.project(file)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        match Disk.canonical(path) {
            Ok(canonical) => Ok(canonical),
            // A buffer that was never saved.
            Err(_) if self.0.contains_key(path) => Ok(path.to_path_buf()),
            Err(error) => Err(error),
        }
    }
}

/// One path for one file, whether it is there or not.
pub fn canonical(path: &Path) -> PathBuf {
    Disk.canonical(path).unwrap_or_else(|_| path.to_path_buf())
}
