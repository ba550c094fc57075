//! Where an archive's entries go.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::fetch::FetchError;
use crate::spec::Unpack;

/// What an entry counts besides its content, so that empty ones without end are refused too: a header of
/// a tape archive.
const ENTRY: u64 = 512;

/// The folder that an archive is unpacked into.
pub struct Sink<'a> {
    /// The archive's name, for errors.
    archive: &'a str,
    folder: &'a Path,
    root: Option<&'a Path>,
    /// Bytes that may come in all, and that may still.
    most: u64,
    left: u64,
    written: BTreeMap<PathBuf, u64>,
}

impl<'a> Sink<'a> {
    /// An empty one.
    pub fn new(archive: &'a str, how: &'a Unpack, folder: &'a Path) -> Self {
        let most = how.size.saturating_mul(2);
        Self {
            archive,
            folder,
            root: how.root.as_deref().map(Path::new),
            most,
            left: most,
            written: BTreeMap::new(),
        }
    }

    /// The bytes that may come in all, and what surrounds them.
    pub fn most(&self) -> u64 {
        self.most.saturating_add(1 << 20)
    }

    /// Counts an entry of so many bytes.
    pub fn spend(&mut self, bytes: u64) -> Result<(), FetchError> {
        let left = self.left.checked_sub(bytes.saturating_add(ENTRY));
        self.left = left.ok_or_else(|| self.bomb())?;
        Ok(())
    }

    /// Writes a file and tells its bytes; one outside of the root is left out.
    pub fn file(&mut self, entry: &Path, content: &mut dyn Read) -> Result<u64, FetchError> {
        let Some(inside) = self.inside(entry)? else {
            return Ok(0);
        };
        let path = self.folder.join(&inside);
        let wrong = |error| FetchError::writing(&path, error);
        if let Some(above) = path.parent() {
            fs::create_dir_all(above).map_err(wrong)?;
        }
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(self.hostile(entry, "is there twice"));
            }
            opened => opened.map_err(wrong)?,
        };
        let mut buffer = vec![0; 1 << 16];
        let mut bytes = 0;
        loop {
            let n = content
                .read(&mut buffer)
                .map_err(|error| self.unsound(&error))?;
            if n == 0 {
                break;
            }
            bytes += n as u64;
            io::Write::write_all(&mut file, &buffer[..n]).map_err(wrong)?;
        }
        self.written.insert(inside, bytes);
        Ok(bytes)
    }

    /// Where an entry belongs in the folder; nowhere if it is outside of the root, or the root itself.
    pub fn inside(&self, entry: &Path) -> Result<Option<PathBuf>, FetchError> {
        let mut plain = PathBuf::new();
        for part in entry.components() {
            match part {
                Component::Normal(part) => plain.push(part),
                Component::CurDir => {}
                _ => return Err(self.hostile(entry, "would be written outside of the folder")),
            }
        }
        let inside = match self.root {
            None => Some(plain),
            Some(root) => plain.strip_prefix(root).ok().map(Path::to_path_buf),
        };
        Ok(inside.filter(|path| path.file_name().is_some()))
    }

    /// What was written.
    pub fn end(self) -> Result<Vec<(PathBuf, u64)>, FetchError> {
        match (self.written.is_empty(), self.root) {
            (true, Some(root)) => Err(FetchError::NoRoot {
                archive: self.archive.to_string(),
                root: root.display().to_string(),
            }),
            (true, None) => Err(FetchError::Unsound {
                archive: self.archive.to_string(),
                reason: "there is no file in it".to_string(),
            }),
            (false, _) => Ok(self.written.into_iter().collect()),
        }
    }

    /// An entry that is refused.
    pub fn hostile(&self, entry: &Path, why: &'static str) -> FetchError {
        FetchError::Hostile {
            archive: self.archive.to_string(),
            entry: entry.display().to_string(),
            why,
        }
    }

    /// An archive that cannot be read.
    pub fn unsound(&self, reason: &dyn std::fmt::Display) -> FetchError {
        FetchError::Unsound {
            archive: self.archive.to_string(),
            reason: reason.to_string(),
        }
    }

    fn bomb(&self) -> FetchError {
        FetchError::Bomb {
            archive: self.archive.to_string(),
            most: self.most,
        }
    }
}
