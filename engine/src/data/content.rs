//! What is in a file: its bytes, or what they unpack to, piece by piece.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::DataError;

/// What a packed file may unpack to, for each of its bytes; texts are packed to a third or a tenth.
pub const RATIO: u64 = 128;

/// Bytes that any packed file may unpack to, and bytes of a line in one of texts.
pub const ANY: u64 = 16 << 20;

/// What is in a file, from its beginning on. It is unpacked if it is gzip (by its first two bytes), no further than it is
/// read. What goes wrong is a [`DataError`] within the [`io::Error`]; see [`DataError::of_reading`].
pub struct Content<'a> {
    path: PathBuf,
    bytes: Box<dyn Read + 'a>,
    limit: Option<Limit>,
}

/// How far a file of texts is unpacked: what nobody writes is not read to its end.
struct Limit {
    /// Bytes that may still come.
    left: u64,
    /// Bytes of the line that is being read.
    line: u64,
}

impl<'a> Content<'a> {
    /// Of a file whose reader knows how many bytes it wants.
    pub fn of(path: &Path, bytes: &'a [u8]) -> Self {
        Self {
            path: path.to_path_buf(),
            bytes: match is_packed(bytes) {
                true => Box::new(MultiGzDecoder::new(bytes)),
                false => Box::new(bytes),
            },
            limit: None,
        }
    }

    /// Of a file of texts, which is read to its end.
    pub fn of_texts(path: &Path, bytes: &'a [u8]) -> Self {
        let most = (bytes.len() as u64).saturating_mul(RATIO);
        let left = most.saturating_add(ANY);
        let limit = is_packed(bytes).then_some(Limit { left, line: 0 });
        Self {
            limit,
            ..Self::of(path, bytes)
        }
    }
}

fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

impl Limit {
    /// Holds the next bytes against it; gives what they make of the file where that is too much.
    fn hold(&mut self, bytes: &[u8]) -> Result<(), String> {
        let (all, mb) = (bytes.len() as u64, ANY >> 20);
        self.line = match bytes.iter().rposition(|&byte| byte == b'\n') {
            Some(end) => all - 1 - end as u64,
            None => self.line + all,
        };
        if self.line > ANY {
            return Err(format!("a line of more than {mb} MB"));
        }
        let left = self.left.checked_sub(all);
        self.left = left.ok_or_else(|| format!("more than {RATIO} times its size and {mb} MB"))?;
        Ok(())
    }
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let path = || self.path.clone();
        let read = match self.bytes.read(buffer) {
            Ok(read) => read,
            Err(reason) => {
                return Err(io::Error::other(DataError::Gzip {
                    path: path(),
                    reason,
                }));
            }
        };
        let held = self.limit.as_mut().map(|limit| limit.hold(&buffer[..read]));
        match held {
            Some(Err(what)) => Err(io::Error::other(DataError::Bomb { path: path(), what })),
            _ => Ok(read),
        }
    }
}
