//! Files that are only in memory: examples, and tests.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::module::Found;
use crate::check::World;

/// Texts by path, relative to the folder of a project.
#[derive(Clone, Debug, Default)]
pub struct Memory(pub BTreeMap<PathBuf, String>);

/// Where the project is said to lie.
const PROJECT: &str = "/project";

impl World for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let text = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(text.clone().into_bytes())
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.read(path)?;
        let mut whole = PathBuf::from(PROJECT);
        for part in path.components() {
            match part {
                Component::ParentDir => {
                    whole.pop();
                }
                Component::CurDir => {}
                part => whole.push(part),
            }
        }
        Ok(whole)
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let below = self
            .0
            .keys()
            .filter_map(|path| path.strip_prefix(folder).ok());
        let first = below.filter_map(|path| path.components().next());
        first
            .filter_map(|part| part.as_os_str().to_str().map(str::to_owned))
            .collect()
    }

    /// What is in memory; what else there is of a project is not known.
    fn look(&self, path: &Path) -> Option<Found> {
        let text = self.0.get(path)?;
        Some(Found::File(text.clone().into_bytes()))
    }

    fn project(&self, _file: &Path) -> Option<PathBuf> {
        Some(PROJECT.into())
    }
}
