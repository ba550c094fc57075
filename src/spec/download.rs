//! Data sets to fetch: from where, and what must come.

use std::fmt;
use std::path::Path;

/// A data set to fetch.
#[derive(Clone, Debug, PartialEq)]
pub struct Download {
    /// Its files; none where it cannot be fetched by a program.
    pub files: Vec<Remote>,
    /// On what terms it may be used.
    pub terms: String,
    /// How a file declares it, where that is known; [`Download::DIR`] stands for the folder.
    pub declare: Option<String>,
    /// How a person gets it, where no program may.
    pub by_hand: Option<String>,
}

impl Download {
    /// What stands for the folder that the files are fetched into.
    pub const DIR: &str = "DIR";

    /// How a file declares what is in a folder.
    pub fn declare_in(&self, folder: &Path) -> Option<String> {
        let declare = self.declare.as_ref()?;
        Some(declare.replace(Download::DIR, &folder.display().to_string()))
    }
}

/// A file to fetch.
#[derive(Clone, Debug, PartialEq)]
pub struct Remote {
    /// Where it lies.
    pub url: String,
    /// What it is called here.
    pub name: String,
    /// About how many bytes come. More than twice as many are refused.
    pub size: u64,
    /// What its content must hash to.
    pub checksum: Checksum,
    /// How it is unpacked; kept as it is where it is not.
    pub unpack: Option<Unpack>,
}

/// How an archive is unpacked.
#[derive(Clone, Debug, PartialEq)]
pub struct Unpack {
    /// What it is.
    pub form: Archive,
    /// About how many bytes are in it. More than twice as many are refused.
    pub size: u64,
    /// The folder in it whose content is taken; everything where none is said.
    pub root: Option<String>,
}

/// The form of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archive {
    /// A tape archive.
    Tar,
    /// A tape archive in gzip.
    TarGz,
    /// A zip archive.
    Zip,
    /// One file in gzip.
    Gz,
}

impl Archive {
    /// The form that a file's name tells.
    pub fn of(name: &str) -> Option<Archive> {
        const ENDINGS: &[(&str, Archive)] = &[
            (".tar.gz", Archive::TarGz),
            (".tgz", Archive::TarGz),
            (".tar", Archive::Tar),
            (".zip", Archive::Zip),
            (".gz", Archive::Gz),
        ];
        let known = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending));
        known.map(|(_, form)| *form)
    }
}

/// What a file's content must hash to, in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// MD5 (RFC 1321): tells a damaged file, but not one that was made to deceive.
    Md5(String),
    /// SHA-256 (FIPS 180-4).
    Sha256(String),
}

impl fmt::Display for Checksum {
    /// `md5 c32a1d4a…`, whole.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Checksum::Md5(digits) => write!(f, "md5 {digits}"),
            Checksum::Sha256(digits) => write!(f, "sha256 {digits}"),
        }
    }
}
