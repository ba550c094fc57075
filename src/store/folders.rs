//! Folders of data: which files are in them, and what is in these.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Store;
use super::look::Look;
use crate::diag::plainly;
use crate::plan::{Digest, Key};
use crate::spec::Wanted;

/// How far the reading of a folder is: bytes read, of all.
pub type Reading<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// A file of a folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its path in the folder, with `/` between its parts.
    pub path: String,
    /// The digest of its content.
    pub digest: Digest,
}

/// The files of a folder and of those in it that are wanted, by path. Hidden ones, whose names begin with a dot, are
/// left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing(pub Vec<Listed>);

impl Listing {
    /// Reads a folder: every byte of every file that is wanted.
    pub fn read(folder: &Path, wanted: &Wanted, reading: Reading) -> io::Result<Listing> {
        Listing::of(folder, &files(folder, wanted)?, reading)
    }

    /// Whether a folder can be read, without the contents of its files.
    pub fn look(folder: &Path, wanted: &Wanted) -> io::Result<()> {
        let found = files(folder, wanted)?;
        let opened = found.par_iter().map(|file| folder.join(&file.path));
        opened.try_for_each(|path| match File::open(&path) {
            Ok(_) => Ok(()),
            Err(error) => Err(named(&path, &error)),
        })
    }

    fn of(folder: &Path, files: &[Found], reading: Reading) -> io::Result<Listing> {
        let all = files.iter().map(|file| file.metadata.len()).sum();
        let done = AtomicU64::new(0);
        let listed = files.par_iter().map(|file| {
            let path = folder.join(&file.path);
            let digest = of_file(&path).map_err(|error| named(&path, &error))?;
            let bytes = file.metadata.len();
            reading(done.fetch_add(bytes, Ordering::Relaxed) + bytes, all);
            Ok(Listed {
                path: file.path.clone(),
                digest,
            })
        });
        Ok(Listing(listed.collect::<io::Result<_>>()?))
    }

    /// A line a file, as `b3sum` writes it: its digest and its path.
    fn text(&self) -> String {
        let lines = self.0.iter();
        let lines = lines.map(|file| format!("{}  {}\n", file.digest.hex(), file.path));
        lines.collect()
    }

    fn parse(text: &str) -> Option<Listing> {
        let listed = text.lines().map(|line| {
            let (digest, path) = line.split_once("  ")?;
            Some(Listed {
                path: path.to_string(),
                digest: Key::parse(digest)?,
            })
        });
        listed.collect::<Option<_>>().map(Listing)
    }

    /// What stands for the folder's content: the digest of its lines.
    pub fn digest(&self) -> Digest {
        Digest::of_bytes(self.text().as_bytes())
    }
}

/// What is remembered of a folder: how its files looked, and its digest.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Memory {
    looks: Digest,
    digest: Digest,
}

/// What is remembered of folders, by their paths.
type Folders = BTreeMap<PathBuf, Memory>;

impl Store {
    /// The digest of a folder: of the paths and contents of the files in it that are wanted. It is remembered by the
    /// files' sizes, times and inodes; their listing is kept, so that whoever reads them later can say which one has
    /// changed.
    pub fn digest_of_folder(
        &self,
        folder: &Path,
        wanted: &Wanted,
        reading: Reading,
    ) -> io::Result<Digest> {
        let name = folder.canonicalize()?;
        let files = files(&name, wanted)?;
        let looks = looks(&files);
        let mut memory = self.folders();
        if let Some(known) = self.known(&memory, &name, looks) {
            return Ok(known);
        }
        let listing = Listing::of(&name, &files, reading)?;
        let digest = listing.digest();
        // Forgetting costs a second look at the files: a store that cannot be written is no error.
        let kept = self.keep_listing(&listing);
        // A folder that changed while it was read is not remembered.
        let settled = files
            .iter()
            .all(|file| Look::of(&file.metadata).is_settled());
        if kept && settled && self::looks(&self::files(&name, wanted)?) == looks {
            memory.insert(name, Memory { looks, digest });
            if let Ok(text) = serde_json::to_vec(&memory) {
                let _ = self.replace(&self.folders_path(), &text);
            }
        }
        Ok(digest)
    }

    /// The digest of a folder that nothing wanted was changed in since it was last read; no file is opened.
    pub fn remembered_folder(&self, folder: &Path, wanted: &Wanted) -> io::Result<Digest> {
        let name = folder.canonicalize()?;
        let memory = self.folders();
        // Most folders were never read: they are not even listed.
        let looks = match memory.contains_key(&name) {
            true => looks(&files(&name, wanted)?),
            false => return Err(io::ErrorKind::NotFound.into()),
        };
        let known = self.known(&memory, &name, looks);
        known.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn known(&self, memory: &Folders, name: &Path, looks: Digest) -> Option<Digest> {
        let known = memory.get(name).filter(|known| known.looks == looks)?;
        self.listing_path(known.digest)
            .exists()
            .then_some(known.digest)
    }

    fn folders(&self) -> Folders {
        let memory = fs::read(self.folders_path()).unwrap_or_default();
        serde_json::from_slice(&memory).unwrap_or_default()
    }

    fn folders_path(&self) -> PathBuf {
        self.root().join("listings/folders.json")
    }

    /// The listing of a folder that was read before, by the folder's digest.
    pub fn listing(&self, digest: Digest) -> Option<Listing> {
        let text = fs::read(self.listing_path(digest)).ok()?;
        let whole = Digest::of_bytes(&text) == digest;
        whole.then(|| Listing::parse(std::str::from_utf8(&text).ok()?))?
    }

    fn keep_listing(&self, listing: &Listing) -> bool {
        let text = listing.text();
        let path = self.listing_path(Digest::of_bytes(text.as_bytes()));
        // Where a store is only looked at, nothing is made.
        let made = self.root().exists()
            && fs::create_dir_all(self.root().join("listings")).is_ok()
            && self.replace(&path, text.as_bytes()).is_ok();
        made || path.exists()
    }

    fn listing_path(&self, digest: Digest) -> PathBuf {
        self.root().join("listings").join(digest.hex())
    }
}

/// A file that lies in a folder.
struct Found {
    path: String,
    metadata: Metadata,
}

/// The wanted files of a folder and of those in it, links followed, by path.
fn files(folder: &Path, wanted: &Wanted) -> io::Result<Vec<Found>> {
    let mut found = within(folder, "", wanted, 0)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Folders in folders: beyond any layout of data, and short of a link that leads back.
const DEEPEST: usize = 16;

fn within(folder: &Path, path: &str, wanted: &Wanted, depth: usize) -> io::Result<Vec<Found>> {
    let here = folder.join(path);
    if depth > DEEPEST {
        let why = io::Error::other("its folders lie too deep in each other, or link back");
        return Err(named(&here, &why));
    }
    let entries = fs::read_dir(&here).map_err(|error| named(&here, &error))?;
    let entries: Vec<_> = entries.collect::<io::Result<_>>()?;
    let found = entries.par_iter().map(|entry| {
        let name = entry.file_name();
        let whole = here.join(&name);
        let Some(name) = name.to_str().filter(|name| !name.contains(['\n', '\r'])) else {
            let why = io::Error::other("its name is not UTF-8 of one line");
            return Err(named(&whole, &why));
        };
        if name.starts_with('.') {
            return Ok(vec![]);
        }
        let path = match path {
            "" => name.to_string(),
            path => format!("{path}/{name}"),
        };
        let metadata = fs::metadata(&whole).map_err(|error| named(&whole, &error))?;
        match metadata.is_dir() {
            true => within(folder, &path, wanted, depth + 1),
            false if wanted.has(&path) => Ok(vec![Found { path, metadata }]),
            false => Ok(vec![]),
        }
    });
    let found: Vec<Vec<Found>> = found.collect::<io::Result<_>>()?;
    Ok(found.into_iter().flatten().collect())
}

fn of_file(path: &Path) -> io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(Key(*hasher.finalize().as_bytes()))
}

/// How files look from outside, as one digest.
fn looks(files: &[Found]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(file.path.as_bytes());
        hasher.update(&[0]);
        Look::of(&file.metadata).hash(&mut hasher);
    }
    Key(*hasher.finalize().as_bytes())
}

/// What the system said, with the path it said it of.
fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("`{}`: {}", path.display(), plainly(error)),
    )
}
