//! The one place where the front touches files.

use std::path::{Path, PathBuf};

use super::World;

/// The files of the disk.
pub struct Disk;

impl World for Disk {
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn canonical(&self, path: &Path) -> std::io::Result<PathBuf> {
        path.canonicalize()
    }
}
