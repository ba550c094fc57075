//! Files held against their checksums.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use md5::{Digest, Md5};
use sha2::Sha256;

use crate::spec::Checksum;

/// The checksum of a file, of the kind that is wanted.
pub fn of_file(path: &Path, wanted: &Checksum) -> io::Result<Checksum> {
    let file = File::open(path)?;
    Ok(match wanted {
        Checksum::Md5(_) => Checksum::Md5(digits::<Md5>(file)?),
        Checksum::Sha256(_) => Checksum::Sha256(digits::<Sha256>(file)?),
    })
}

fn digits<D: Digest>(mut from: impl Read) -> io::Result<String> {
    let mut hash = D::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer)? {
            0 => break,
            n => hash.update(&buffer[..n]),
        }
    }
    let digest = hash.finalize();
    Ok(digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standards() {
        // RFC 1321, A.5, and FIPS 180-4's example "abc".
        assert_eq!(
            digits::<Md5>(&b"abc"[..]).expect("read"),
            "900150983cd24fb0d6963f7d28e17f72"
        );
        assert_eq!(
            digits::<Sha256>(&b"abc"[..]).expect("read"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
