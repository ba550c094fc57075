//! The right to compute a block: a lock on the bytes of its place in the file. It dies with its process.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// Locks of an open file, so that two who opened it apart exclude each other within a process too.
#[cfg(target_os = "linux")]
const TRY: libc::c_int = libc::F_OFD_SETLK;
#[cfg(target_os = "linux")]
const WAIT: libc::c_int = libc::F_OFD_SETLKW;

/// Locks of a process.
#[cfg(not(target_os = "linux"))]
const TRY: libc::c_int = libc::F_SETLK;
#[cfg(not(target_os = "linux"))]
const WAIT: libc::c_int = libc::F_SETLKW;

/// A claimed place; dropped, it is free again.
pub struct Claim<'a> {
    file: &'a File,
    place: u64,
}

impl<'a> Claim<'a> {
    /// Claims a place of a file, unless somebody else has.
    pub fn take(file: &'a File, place: u64) -> io::Result<Option<Self>> {
        match lock(file, TRY, libc::F_WRLCK, place) {
            Ok(()) => Ok(Some(Self { file, place })),
            Err(error) if is_held(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Claims a place of a file when nobody else does any more.
    pub fn wait(file: &'a File, place: u64) -> io::Result<Self> {
        loop {
            match lock(file, WAIT, libc::F_WRLCK, place) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result.map(|()| Self { file, place }),
            }
        }
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        // It would fail for a file that is closed, and that has no locks.
        let _ = lock(self.file, TRY, libc::F_UNLCK, self.place);
    }
}

fn is_held(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EAGAIN) | Some(libc::EACCES)
    )
}

fn lock(file: &File, command: libc::c_int, kind: libc::c_int, place: u64) -> io::Result<()> {
    // SAFETY: `flock` is plain numbers, and zeros are a value of it; what is not set here (`l_pid`) must
    // be 0.
    let mut wanted: libc::flock = unsafe { std::mem::zeroed() };
    wanted.l_type = kind as _;
    wanted.l_whence = libc::SEEK_SET as _;
    wanted.l_start = place as _;
    wanted.l_len = 1;
    // SAFETY: the descriptor is open as long as `file` is borrowed, and `wanted` outlives the call.
    match unsafe { libc::fcntl(file.as_raw_fd(), command, &wanted) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
