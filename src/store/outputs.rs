//! What models say of samples, kept so that it is not computed again: objects of a kind of their own, and
//! the files in `outputs/`. Either goes when the model or the data does.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::Action::Remove;
use super::objects::names;
use super::{Entry, Store, StoreError};
use crate::plan::{Key, SplitRef};
use crate::spec::from_json;

/// The kind of objects that hold the outputs of a model on a split. No node has such a key.
pub const OUTPUTS: &str = "outputs";

/// The file that tells whose outputs lie in its folder.
const OF: &str = "of.json";

/// Whose outputs they are: the summary of an object of the kind [`OUTPUTS`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputsOf {
    /// The model.
    pub model: Key,
    /// The samples.
    pub on: SplitRef,
}

/// Outputs on augmented views: a folder of files in `outputs/`.
#[derive(Clone, Debug)]
pub struct Views {
    /// The folder.
    pub folder: PathBuf,
    /// Whose outputs they are; `None` where that cannot be read.
    pub of: Option<OutputsOf>,
    /// Bytes of its files.
    pub bytes: u64,
}

impl OutputsOf {
    /// Those of an object; `None` where it holds something else.
    pub fn object(entry: &Entry) -> Option<OutputsOf> {
        let manifest = &entry.manifest;
        (manifest.kind == OUTPUTS)
            .then(|| serde_json::from_value(manifest.summary.clone()).ok())
            .flatten()
    }

    /// Writes down whose outputs a folder holds. Where it was cut off, nobody's are there, and they go
    /// with the next tidying.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::write(folder.join(OF), serde_json::to_vec(self)?)
    }

    fn read(folder: &Path) -> Option<OutputsOf> {
        from_json(&fs::read(folder.join(OF)).ok()?).ok()
    }

    /// Whether model and data are both among some keys.
    pub fn is_reached(&self, kept: &BTreeSet<Key>) -> bool {
        kept.contains(&self.model) && kept.contains(&self.on.data)
    }
}

impl Store {
    /// The folder of outputs on augmented views. It need not be there.
    pub fn outputs(&self) -> PathBuf {
        self.root().join("outputs")
    }

    /// The outputs on augmented views.
    pub fn views(&self) -> Result<Vec<Views>, StoreError> {
        let outputs = self.outputs();
        let folders = names(&outputs)?.into_iter();
        let folders = folders.filter(|name| Key::parse(name).is_some());
        Ok(folders
            .map(|name| {
                let folder = outputs.join(name);
                Views {
                    of: OutputsOf::read(&folder),
                    bytes: bytes(&folder),
                    folder,
                }
            })
            .collect())
    }

    /// Removes outputs on augmented views. Who reads them at that moment computes the others.
    pub fn remove_views(&self, views: &Views) -> Result<(), StoreError> {
        match fs::remove_dir_all(&views.folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(StoreError::io(Remove, &views.folder)(error))
            }
            _ => Ok(()),
        }
    }
}

/// Bytes of a folder's files, as far as they can be read.
fn bytes(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let metadata = files.filter_map(|file| file.metadata().ok());
    metadata.map(|metadata| metadata.len()).sum()
}
