//! The file of an epoch: its blocks one behind the other, each behind its digest.
//!
//! ```text
//! digest   32 bytes: the blake3 of (key, epoch, block, numbers); zeros where the block is not there
//! numbers  BLOCK × classes × f32, little-endian
//! ```
//!
//! The file has its full length from the beginning, with holes for what is not there yet. A block's
//! numbers are written before its digest, and what the digest does not fit is not there: so no crash and
//! no two writers leave a block that is taken for another one.

use std::fs::{File, FileTimes};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use kdp::plan::Key;

use super::cache::warn;
use super::claim::Claim;

/// The domain tag of the digests.
const DOMAIN: &str = "kdp 2026 block of outputs v1";

const DIGEST: usize = 32;

/// How an epoch is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The address of the views.
    pub key: Key,
    /// Blocks of an epoch.
    pub blocks: usize,
    /// Numbers of a block.
    pub numbers: usize,
}

impl Layout {
    fn record(&self) -> usize {
        DIGEST + 4 * self.numbers
    }

    /// Bytes of an epoch's file.
    pub fn bytes(&self) -> u64 {
        (self.blocks * self.record()) as u64
    }

    fn place(&self, block: usize) -> u64 {
        (block * self.record()) as u64
    }

    fn digest(&self, epoch: u64, block: usize, numbers: &[u8]) -> [u8; DIGEST] {
        let mut hasher = blake3::Hasher::new_derive_key(DOMAIN);
        hasher.update(&self.key.0);
        hasher.update(&epoch.to_le_bytes());
        hasher.update(&(block as u64).to_le_bytes());
        hasher.update(numbers);
        *hasher.finalize().as_bytes()
    }
}

/// An epoch's file, open.
pub struct Blocks {
    file: File,
    path: PathBuf,
    layout: Layout,
    epoch: u64,
}

impl Blocks {
    /// The file at a path, if it is there; `None` too where it is of another length. That it is used is
    /// noted in its times.
    pub fn open(path: &Path, layout: Layout, epoch: u64) -> io::Result<Option<Self>> {
        let file = match File::options().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if file.metadata()?.len() != layout.bytes() {
            return Ok(None);
        }
        // Where times cannot be set, the file is only removed sooner.
        let _ = file.set_times(FileTimes::new().set_modified(SystemTime::now()));
        Ok(Some(Self {
            file,
            path: path.to_path_buf(),
            layout,
            epoch,
        }))
    }

    /// Puts an empty file at a path, in one step. The caller holds the lock under which files are made.
    pub fn make(path: &Path, layout: Layout) -> io::Result<()> {
        let fresh = path.with_extension("new");
        let file = File::create(&fresh)?;
        file.set_len(layout.bytes())?;
        std::fs::rename(&fresh, path)
    }

    /// Whether something is in a block's place.
    pub fn holds(&self, block: usize) -> io::Result<bool> {
        let mut digest = [0; DIGEST];
        self.file
            .read_exact_at(&mut digest, self.layout.place(block))?;
        Ok(digest != [0; DIGEST])
    }

    /// A block's numbers; `None` where it is not there, or damaged.
    pub fn read(&self, block: usize) -> io::Result<Option<Vec<f32>>> {
        let mut record = vec![0; self.layout.record()];
        self.file
            .read_exact_at(&mut record, self.layout.place(block))?;
        let (digest, numbers) = record.split_at(DIGEST);
        if digest == [0; DIGEST] {
            return Ok(None);
        }
        if digest != self.layout.digest(self.epoch, block, numbers) {
            warn(&format!(
                "block {block} of `{}` is damaged",
                self.path.display()
            ));
            return Ok(None);
        }
        let words = numbers.as_chunks::<4>().0.iter();
        Ok(Some(words.map(|word| f32::from_le_bytes(*word)).collect()))
    }

    /// Writes a block; the caller has claimed it.
    pub fn write(&self, block: usize, numbers: &[f32]) -> io::Result<()> {
        if numbers.len() != self.layout.numbers {
            return Err(io::Error::other("a block of another size"));
        }
        let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        let digest = self.layout.digest(self.epoch, block, &bytes);
        let place = self.layout.place(block);
        self.file.write_all_at(&bytes, place + DIGEST as u64)?;
        self.file.write_all_at(&digest, place)
    }

    /// Claims a block, unless somebody else has.
    pub fn claim(&self, block: usize) -> io::Result<Option<Claim<'_>>> {
        Claim::take(&self.file, self.layout.place(block))
    }

    /// Waits until nobody claims a block.
    pub fn wait(&self, block: usize) -> io::Result<()> {
        Claim::wait(&self.file, self.layout.place(block)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout = Layout {
        key: Key([7; 32]),
        blocks: 3,
        numbers: 2,
    };

    fn open(path: &Path, layout: Layout, epoch: u64) -> Blocks {
        let blocks = Blocks::open(path, layout, epoch).expect("a file");
        blocks.expect("of this length")
    }

    #[test]
    fn only_what_was_written_there_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("0.blocks");
        assert!(Blocks::open(&path, LAYOUT, 0).expect("no error").is_none());
        Blocks::make(&path, LAYOUT).expect("made");
        let blocks = open(&path, LAYOUT, 0);
        assert_eq!(blocks.read(1).expect("read"), None);
        blocks.write(1, &[1.5, f32::MIN]).expect("written");
        assert_eq!(blocks.read(1).expect("read"), Some(vec![1.5, f32::MIN]));
        assert_eq!(blocks.read(2).expect("read"), None);

        // Of another epoch, of other views, in another place.
        assert_eq!(open(&path, LAYOUT, 1).read(1).expect("read"), None);
        let key = Key([8; 32]);
        let other = Layout { key, ..LAYOUT };
        assert_eq!(open(&path, other, 0).read(1).expect("read"), None);
        let mut bytes = std::fs::read(&path).expect("bytes");
        bytes.copy_within(40..80, 80);
        std::fs::write(&path, &bytes).expect("written");
        assert_eq!(blocks.read(2).expect("read"), None);
        assert_eq!(blocks.read(1).expect("read"), Some(vec![1.5, f32::MIN]));

        // A bit that was turned.
        for place in [40, 79] {
            bytes[place] ^= 1;
            std::fs::write(&path, &bytes).expect("written");
            assert_eq!(blocks.read(1).expect("read"), None, "{place}");
            bytes[place] ^= 1;
        }
        std::fs::write(&path, &bytes[..100]).expect("written");
        assert!(blocks.read(2).is_err());
        assert!(Blocks::open(&path, LAYOUT, 0).expect("no error").is_none());
    }

    #[test]
    fn one_at_a_time_claims_a_block() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("0.blocks");
        Blocks::make(&path, LAYOUT).expect("made");
        let (one, two) = (open(&path, LAYOUT, 0), open(&path, LAYOUT, 0));
        let claim = one.claim(1).expect("no error").expect("free");
        assert!(two.claim(1).expect("no error").is_none());
        assert!(two.claim(2).expect("no error").is_some());
        drop(claim);
        two.wait(1).expect("no error");
        assert!(two.claim(1).expect("no error").is_some());
    }
}
