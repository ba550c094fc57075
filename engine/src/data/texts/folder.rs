//! Folders of texts: one file a text, one folder a class.

use std::fs::FileType;
use std::path::Path;

use kdp::plan::Call;

use super::columns::{Labels, quoted};
use super::{Record, Records, TextError};
use crate::data::DataError;
use crate::data::files::Files;

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

    /// The records of a folder: class by class, the files of each in the order of their names.
    pub fn records(
        &self,
        files: &Files,
        role: &str,
        labels: &Labels,
    ) -> Result<Records, DataError> {
        let folder = files.path(role)?;
        let found = names(folder, FileType::is_dir)?;
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        self.hold_classes(folder, &found, labels)?;
        let mut records = Records {
            from: format!("the folder `{}`", folder.display()),
            ..Records::default()
        };
        for (label, class) in labels.0.iter().zip(0..) {
            let folder = folder.join(label);
            for name in names(&folder, FileType::is_file)? {
                let path = folder.join(name);
                let bytes = std::fs::read(&path).map_err(|reason| DataError::Unreadable {
                    path: path.clone(),
                    reason,
                })?;
                records.list.push(Record {
                    text: self.text(&path, bytes)?,
                    pair: None,
                    class,
                });
            }
        }
        Ok(records)
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

/// The names in a folder of what is of some type, sorted.
fn names(folder: &Path, is: impl Fn(&FileType) -> bool) -> Result<Vec<String>, TextError> {
    let broken = |reason| TextError::Folder {
        path: folder.to_path_buf(),
        reason,
    };
    let mut names = vec![];
    for entry in std::fs::read_dir(folder).map_err(broken)? {
        let entry = entry.map_err(broken)?;
        let meta = std::fs::metadata(entry.path()).map_err(broken)?;
        if is(&meta.file_type()) {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}
