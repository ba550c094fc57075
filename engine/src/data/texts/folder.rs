//! Folders of texts: one file a text, one folder a class.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kdp::plan::Call;
use kdp::store::{Listed, Listing};

use super::{Record, Records, TextError};
use crate::data::DataError;
use crate::data::columns::{Labels, quoted};
use crate::data::files::listed;

/// How a folder is read.
pub struct Folder<'a> {
    /// Folders that are no class.
    ignore: Vec<&'a str>,
    /// Whether each byte is a character (ISO 8859-1), rather than UTF-8.
    latin1: bool,
}

impl<'a> Folder<'a> {
    /// What a source says of its folders.
    pub fn of(source: &'a Call) -> Result<Self, DataError> {
        let lacks = |argument: &str| DataError::argument(source, argument);
        Ok(Self {
            ignore: source.texts("ignore").ok_or_else(|| lacks("ignore"))?,
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
            // What lies beside the folders, or in folders within them, is no sample.
            if let Some((class, name)) = file.path.split_once('/') {
                let files = classes.entry(class).or_default();
                files.extend((!name.contains('/')).then_some(file));
            }
        }
        let found: Vec<&str> = classes.keys().copied().collect();
        self.hold_classes(&folder, &found, labels)?;
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

    /// Holds the folders that are there against the labels.
    fn hold_classes(&self, path: &Path, found: &[&str], labels: &Labels) -> Result<(), TextError> {
        if let Some(label) = labels.0.iter().find(|label| !found.contains(label)) {
            return Err(TextError::NoClass {
                path: path.to_path_buf(),
                label: label.to_string(),
                there: quoted(found),
            });
        }
        let known = |found: &&&str| !labels.0.contains(found) && !self.ignore.contains(found);
        match found.iter().find(known) {
            Some(found) => Err(TextError::UnknownClass {
                path: path.to_path_buf(),
                found: found.to_string(),
                labels: quoted(&labels.0),
            }),
            None => Ok(()),
        }
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
