//! Tape archives.

use std::io::Read;

use tar::{Archive, EntryType};

use super::sink::Sink;
use crate::fetch::FetchError;

/// Unpacks files; a link or a device is refused, wherever it leads.
pub fn unpack(from: impl Read, sink: &mut Sink) -> Result<(), FetchError> {
    let mut archive = Archive::new(from);
    let entries = archive.entries().map_err(|error| sink.unsound(&error))?;
    for entry in entries {
        let mut entry = entry.map_err(|error| sink.unsound(&error))?;
        sink.spend(entry.size())?;
        let path = entry.path().map_err(|error| sink.unsound(&error))?;
        let path = path.into_owned();
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => {
                sink.file(&path, &mut entry)?;
            }
            EntryType::Directory => {
                sink.inside(&path)?;
            }
            EntryType::XGlobalHeader => {}
            _ => return Err(sink.hostile(&path, "is neither a file nor a folder")),
        }
    }
    Ok(())
}
