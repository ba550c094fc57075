//! A file's bytes where they lie on the disk.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

/// The bytes of a file that is not written any more, read from the disk when they are looked at.
///
/// The system hands out what the file holds at the moment: a file that another program shortens under a mapping
/// kills the process that looks beyond its new end (SIGBUS). So only blobs of the store are mapped, and files of
/// its work area that their one writer has finished. Nobody writes to these: an object is replaced by moving
/// folders, and a mapping keeps what it has of a file that is moved or removed. Their length is held against
/// the manifest when they are opened. What is left is a stranger who cuts a file of the store short while a run
/// reads it.
#[derive(Debug)]
pub struct Mapped(Mmap);

impl Mapped {
    /// The bytes of a file of the store.
    pub(super) fn open(path: &Path) -> io::Result<Mapped> {
        Mapped::of(&File::open(path)?)
    }

    /// The same of one that is open.
    pub(super) fn of(file: &File) -> io::Result<Mapped> {
        // SAFETY: nobody changes the file, see above.
        Ok(Mapped(unsafe { Mmap::map(file) }?))
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
