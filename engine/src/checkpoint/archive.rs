//! PyTorch's zip archives, since 1.6: `NAME/data.pkl` is the pickle, `NAME/data/KEY` a storage, and
//! `NAME/byteorder` says how the machine that wrote them orders bytes. Nothing is unpacked: entries are
//! stored as they are, so a storage is a stretch of the file.

use std::collections::HashMap;
use std::io::{self, Cursor};
use std::ops::Range;

use zip::{CompressionMethod, ZipArchive};

use super::state_dict::{NAMES, tensors as tensors_of};
use super::{Places, Reason};
use crate::pickle;

/// Its tensors.
pub fn tensors(bytes: &[u8]) -> Result<Places, Reason> {
    let mut archive = Archive::open(bytes)?;
    let entry = archive.named("data.pkl");
    let range = archive.stretch("data.pkl")?.ok_or(Reason::NoPickle)?;
    let pickle =
        pickle::read(&bytes[range], 0, NAMES).map_err(|error| Reason::PickleIn { entry, error })?;
    let swapped = match archive.stretch("byteorder")? {
        Some(range) => bytes[range] == *b"big",
        None => false,
    };
    // Tensors may share a storage.
    let mut seen: HashMap<String, Range<usize>> = HashMap::new();
    tensors_of(&pickle, |wanted| {
        let entry = format!("data/{}", wanted.key);
        let range = match seen.get(wanted.key) {
            Some(range) => range.clone(),
            None => {
                let found = archive.stretch(&entry)?;
                let range = found.ok_or_else(|| Reason::NoEntry(archive.named(&entry)))?;
                seen.insert(wanted.key.to_string(), range.clone());
                range
            }
        };
        wanted.storage(range, swapped)
    })
}

/// An archive, and the folder that all its entries lie in.
struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    bytes: usize,
    folder: String,
}

impl<'a> Archive<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, Reason> {
        let zip = ZipArchive::new(Cursor::new(bytes))?;
        if zip.has_duplicate_names() {
            return Err(Reason::Twice);
        }
        let mut names = zip.file_names().filter_map(Result::ok);
        let folder = names.find_map(|name| {
            let folder = name.strip_suffix("/data.pkl")?;
            (!folder.contains('/')).then(|| folder.to_string())
        });
        drop(names);
        let archive = Self {
            zip,
            bytes: bytes.len(),
            folder: folder.ok_or(Reason::NoPickle)?,
        };
        match archive.has("constants.pkl") {
            true => Err(Reason::Script),
            false => Ok(archive),
        }
    }

    /// The whole name of an entry.
    fn named(&self, entry: &str) -> String {
        format!("{}/{entry}", self.folder)
    }

    fn has(&self, entry: &str) -> bool {
        self.zip.index_for_name(&self.named(entry)).is_some()
    }

    /// Where the bytes of an entry lie, once their checksum has been found right.
    fn stretch(&mut self, entry: &str) -> Result<Option<Range<usize>>, Reason> {
        let name = self.named(entry);
        let Some(index) = self.zip.index_for_name(&name) else {
            return Ok(None);
        };
        if self.zip.by_index_raw(index)?.compression() != CompressionMethod::Stored {
            return Err(Reason::Compressed(name));
        }
        let mut file = self.zip.by_index(index)?;
        let start = file.data_start().ok_or(Reason::Truncated)?;
        let length = io::copy(&mut file, &mut io::sink()).map_err(|_| Reason::Checksum(name))?;
        let end = start.checked_add(length).ok_or(Reason::Truncated)?;
        match end <= self.bytes as u64 {
            true => Ok(Some(start as usize..end as usize)),
            false => Err(Reason::Truncated),
        }
    }
}
