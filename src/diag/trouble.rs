//! What the system says of files, in plain words.

use std::io;

use rustix::io::Errno;

/// Why something could not be done with a file or a folder, without the numbers of the system. It stands behind what
/// could not be done: "`a.kdp` cannot be read: …".
pub fn plainly(error: &io::Error) -> String {
    let said = error.to_string();
    // What was written for a person stays as it is.
    if error.get_ref().is_some() && !said.contains(NUMBER) {
        return said;
    }
    let words = match error.kind() {
        io::ErrorKind::NotFound => "it is not there",
        io::ErrorKind::PermissionDenied => "you are not allowed to",
        io::ErrorKind::AlreadyExists => "something of that name is there already",
        io::ErrorKind::IsADirectory => "it is a folder",
        io::ErrorKind::NotADirectory => "a part of its path is a file, not a folder",
        io::ErrorKind::DirectoryNotEmpty => "the folder is not empty",
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        io::ErrorKind::StorageFull => "the disk is full",
        io::ErrorKind::QuotaExceeded => "the disk quota is used up",
        io::ErrorKind::FileTooLarge => "the file system has no room for so large a file",
        io::ErrorKind::InvalidFilename => "its name is too long, or none that a file can have",
        io::ErrorKind::ExecutableFileBusy => "it is a program that is being run",
        io::ErrorKind::ConnectionRefused => "nobody answers there",
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => {
            "the connection was cut"
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "no network leads there"
        }
        io::ErrorKind::UnexpectedEof => "it ends too early",
        io::ErrorKind::OutOfMemory => "there is no memory left for it",
        _ if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            "its symbolic links lead in a circle"
        }
        _ => return without_number(&said).to_string(),
    };
    words.to_string()
}

/// What begins the number of an error.
const NUMBER: &str = " (os error ";

/// `Too many open files (os error 24)` without what is in brackets.
fn without_number(text: &str) -> &str {
    text.split(NUMBER).next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_put_into_words_and_loses_its_numbers() {
        let of = |number| plainly(&io::Error::from_raw_os_error(number));
        let known = [2, 13, 17, 20, 21, 27, 28, 30, 36, 39, 122];
        for number in known {
            let raw = io::Error::from_raw_os_error(number).to_string();
            assert!(!raw.starts_with(&of(number)), "{number}: {raw}");
        }
        assert_eq!(of(24), "Too many open files");
        assert_eq!(of(40), "its symbolic links lead in a circle");
        assert_eq!(plainly(&io::ErrorKind::NotFound.into()), "it is not there");
        assert_eq!(plainly(&io::Error::other("it is a pipe")), "it is a pipe");
        // As tempfile says it.
        let with_path = format!("{} at path \"/x\"", io::Error::from_raw_os_error(2));
        let with_path = io::Error::new(io::ErrorKind::NotFound, with_path);
        assert_eq!(plainly(&with_path), "it is not there");
    }
}
