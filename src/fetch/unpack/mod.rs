//! Archives unpacked, with an eye to what is in them: nothing is written outside of the folder, no
//! link is made, and no more is written than twice what is declared.

mod sink;
mod tape;
mod zipped;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::FetchError;
use crate::spec::{Archive, Unpack};
use sink::Sink;

/// Unpacks an archive into an empty folder; what is in it, with the bytes of each file.
pub fn unpack(
    name: &str,
    archive: &Path,
    how: &Unpack,
    folder: &Path,
) -> Result<Vec<(PathBuf, u64)>, FetchError> {
    let mut sink = Sink::new(name, how, folder);
    let file = File::open(archive).map_err(|error| FetchError::writing(archive, error))?;
    let buffered = io::BufReader::with_capacity(1 << 16, file);
    match how.form {
        Archive::Tar => tape::unpack(buffered.take(sink.most()), &mut sink)?,
        // Limited, so that an archive of nothing but headers without end is refused as well.
        Archive::TarGz => {
            tape::unpack(MultiGzDecoder::new(buffered).take(sink.most()), &mut sink)?;
        }
        Archive::Zip => zipped::unpack(buffered, &mut sink)?,
        Archive::Gz => {
            let entry = name.strip_suffix(".gz").unwrap_or(name);
            let mut content = MultiGzDecoder::new(buffered).take(sink.most());
            let bytes = sink.file(Path::new(entry), &mut content)?;
            sink.spend(bytes)?;
        }
    }
    sink.end()
}

#[cfg(test)]
mod tests;
