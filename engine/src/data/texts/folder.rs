//! Folders of texts: one file a text, one folder a class.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kdp::plan::{Call, Wanted};
use kdp::store::{Listed, Listing};

use super::{Record, Records, TextError};
use crate::data::DataError;
use crate::data::columns::{Labels, quoted};
use crate::data::files::{folders, listed};

/// How a folder is read.
pub struct Folder {
    /// Which files in it.
    pub wanted: Wanted,
    /// Whether each byte is a character (ISO 8859-1), rather than UTF-8.
    latin1: bool,
}

impl Folder {
    /// What a source says of its folders.
    pub fn of(source: &Call) -> Result<Self, DataError> {
        let lacks = |argument: &str| DataError::argument(source, argument);
        Ok(Self {
            wanted: Wanted::of(source).ok_or_else(|| lacks("ignore"))?,
            latin1: match source.text("encoding") {
                Some("utf8") => false,
                Some("latin1") => true,
                _ => return Err(lacks("encoding")),
            },
        })
    }

    /// Reads the records of a folder: class by class, the files of each in the order of their names.
    pub fn read(
        &self,
        (folder, listing): (PathBuf, Listing),
        labels: &Labels,
        records: &mut Records,
    ) -> Result<(), DataError> {
        let mut classes: BTreeMap<&str, Vec<&Listed>> = BTreeMap::new();
        for file in &listing.0 {
            if let Some((class, _)) = file.path.split_once('/') {
                classes.entry(class).or_default().push(file);
            }
        }
        let found: Vec<&str> = classes.keys().copied().collect();
        hold_classes(&folder, &found, labels)?;
        records.from = format!("the folder `{}`", folder.display());
        for (label, class) in labels.0.iter().zip(0..) {
            for file in &classes[label] {
                let text = self.text(&folder.join(&file.path), listed(&folder, file)?)?;
                records.add(Record {
                    text,
                    pair: None,
                    class,
                });
            }
        }
        Ok(())
    }

    /// The text of a file.
    fn text(&self, path: &Path, bytes: Vec<u8>) -> Result<String, TextError> {
        match self.latin1 {
            true => Ok(bytes.into_iter().map(char::from).collect()),
            false => String::from_utf8(bytes).map_err(|error| TextError::FileNotUtf8 {
                path: path.to_path_buf(),
                byte: error.utf8_error().valid_up_to(),
            }),
        }
    }
}

/// Holds the folders with texts against the labels.
fn hold_classes(path: &Path, found: &[&str], labels: &Labels) -> Result<(), TextError> {
    if let Some(label) = labels.0.iter().find(|label| !found.contains(label)) {
        return Err(TextError::NoClass {
            path: path.to_path_buf(),
            label: label.to_string(),
            there: quoted(&folders(path)),
        });
    }
    match found.iter().find(|found| !labels.0.contains(found)) {
        Some(found) => Err(TextError::UnknownClass {
            path: path.to_path_buf(),
            found: found.to_string(),
            labels: quoted(&labels.0),
        }),
        None => Ok(()),
    }
}
