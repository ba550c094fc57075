//! The one place where the front touches files.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::module::Found;
use crate::check::World;
use crate::spec::Form;

/// The files of the disk.
pub struct Disk;

/// Bytes that a `.kdp` file may have: far above any real one, and read in a moment.
const LARGEST: u64 = 16 << 20;

/// The file whose folder is a project.
const PROJECT: &str = "kdp.toml";

impl World for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        // A device or a pipe may have no end, or keep a reader waiting for ever.
        let found = fs::metadata(path)?;
        if found.is_dir() {
            return Err(io::Error::other("it is a folder"));
        }
        if !found.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        if found.len() > LARGEST {
            let (mebibytes, most) = (found.len() >> 20, LARGEST >> 20);
            let why = format!("it has {mebibytes} MiB, and a `.kdp` file has at most {most}");
            return Err(io::Error::other(why));
        }
        fs::read(path)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let here = Path::new(".");
        let folder = if folder.as_os_str().is_empty() {
            here
        } else {
            folder
        };
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    }

    fn look(&self, path: &Path) -> Option<Found> {
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) => {
                use io::ErrorKind::{NotADirectory, NotFound};
                let nothing = matches!(error.kind(), NotFound | NotADirectory);
                return nothing.then_some(Found::Nothing);
            }
        };
        if found.is_dir() {
            return Some(Found::Folder);
        }
        let mut head = vec![];
        let file = found.is_file().then(|| fs::File::open(path))?.ok()?;
        file.take(Form::HEAD as u64).read_to_end(&mut head).ok()?;
        Some(Found::File(head))
    }

    fn project(&self, file: &Path) -> Option<PathBuf> {
        let folder = file.parent()?;
        let marked = folder
            .ancestors()
            .find(|folder| folder.join(PROJECT).is_file());
        Some(marked.unwrap_or(folder).to_path_buf())
    }
}
