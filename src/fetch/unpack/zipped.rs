//! Zip archives.

use std::io::{Read, Seek};
use std::path::PathBuf;

use zip::ZipArchive;

use super::sink::Sink;
use crate::fetch::FetchError;

/// Unpacks files; a link is refused, wherever it leads.
pub fn unpack(from: impl Read + Seek, sink: &mut Sink) -> Result<(), FetchError> {
    let mut archive = ZipArchive::new(from).map_err(|error| sink.unsound(&error))?;
    for place in 0..archive.len() {
        let mut entry = archive
            .by_index(place)
            .map_err(|error| sink.unsound(&error))?;
        sink.spend(entry.size())?;
        let name = entry.name().map_err(|error| sink.unsound(&error))?;
        let path = PathBuf::from(name.into_owned());
        if entry.is_symlink() {
            return Err(sink.hostile(&path, "is neither a file nor a folder"));
        }
        match entry.is_dir() {
            true => drop(sink.inside(&path)?),
            false => {
                let told = entry.size();
                let bytes = sink.file(&path, &mut entry.by_ref().take(told.saturating_add(1)))?;
                if bytes > told {
                    return Err(sink.hostile(&path, "is longer than its header says"));
                }
            }
        }
    }
    Ok(())
}
