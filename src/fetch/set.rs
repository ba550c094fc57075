//! A whole data set: each of its files fetched, or found to be there.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::transfer::{self, Patience, transfer};
use super::unpack::unpack;
use super::{FetchError, Fetched, RECORD, Record, STAGING, Watcher, checksum, place};
use crate::spec::{Download, Remote, Unpack};

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The file as it lies on its host.
    pub name: String,
    /// Whether it was there already.
    pub there: bool,
    /// The bytes of what stands in the folder of it.
    pub bytes: u64,
}

/// Fetches a data set into a folder. What is there already is not fetched again, unless by force; what
/// somebody else has put there is replaced only by force.
pub fn fetch(
    name: &str,
    download: &Download,
    folder: &Path,
    force: bool,
    patience: Patience,
    watcher: &mut dyn Watcher,
) -> Result<Vec<Answer>, FetchError> {
    let mut record = match force {
        true => Record::default(),
        false => Record::read(folder),
    };
    let set = Set {
        folder,
        staging: folder.join(STAGING),
        force,
        patience,
    };
    record.set = name.to_string();
    let new = place::missing(folder);
    let fetched = set.bring_all(download, &mut record, watcher);
    if fetched.is_err() {
        set.leave_nothing_empty(download, &new);
    }
    fetched
}

/// Whether a folder keeps something of a fetch: what came whole, or the beginning of what did not.
pub fn keeps(folder: &Path) -> bool {
    folder.join(RECORD).exists() || folder.join(STAGING).exists()
}

struct Set<'a> {
    folder: &'a Path,
    staging: PathBuf,
    force: bool,
    patience: Patience,
}

impl Set<'_> {
    fn bring_all(
        &self,
        download: &Download,
        record: &mut Record,
        watcher: &mut dyn Watcher,
    ) -> Result<Vec<Answer>, FetchError> {
        let missing = |remote: &&Remote| record.of(remote, self.folder).is_none();
        let missing: Vec<&Remote> = download.files.iter().filter(missing).collect();
        self.make_ready(&missing, download)?;
        let mut answers = vec![];
        for remote in &download.files {
            let known = record.of(remote, self.folder).cloned();
            let there = known.is_some();
            let (fetched, there) = match known {
                Some(fetched) => (fetched, there),
                None => self.bring(remote, watcher)?,
            };
            answers.push(Answer {
                name: remote.name.clone(),
                there,
                bytes: fetched.bytes(),
            });
            if !record.files.contains(&fetched) {
                record.files.retain(|other| other.url != fetched.url);
                record.files.push(fetched);
                record.write(self.folder)?;
            }
        }
        place::remove(&self.staging)?;
        Ok(answers)
    }

    /// After a fetch that failed: beginnings of files of which nothing came go, and with them the folders that were made
    /// for nothing. What cannot be removed only stays.
    fn leave_nothing_empty(&self, download: &Download, new: &[PathBuf]) {
        for remote in &download.files {
            let part = transfer::part(remote, &self.staging);
            if part.exists() && place::length(&part) == 0 {
                let _ = place::remove(&part);
                let _ = place::remove(&transfer::note(remote, &self.staging));
            }
        }
        // Only what is empty can be removed so.
        let _ = fs::remove_dir(&self.staging);
        for folder in new {
            let _ = fs::remove_dir(folder);
        }
    }

    /// The folder of what is under way, and room for what is to come.
    fn make_ready(&self, missing: &[&Remote], download: &Download) -> Result<(), FetchError> {
        if missing.is_empty() {
            return Ok(());
        }
        place::make_folder(self.folder)?;
        let unpacks = missing.iter().any(|remote| remote.unpack.is_some());
        if unpacks && !self.force && !self.staging.is_dir() {
            self.hold_free(download)?;
        }
        place::make_folder(&self.staging)?;
        let bytes = |remote: &&Remote| {
            let here = place::length(&transfer::part(remote, &self.staging));
            let unpacked = remote.unpack.as_ref().map_or(0, |unpack| unpack.size);
            remote.size.saturating_sub(here) + unpacked
        };
        place::hold_room(self.folder, missing.iter().map(bytes).sum())
    }

    /// Refuses a folder that has something else in it: what an archive holds is not known beforehand.
    fn hold_free(&self, download: &Download) -> Result<(), FetchError> {
        let ours = |name: &OsStr| {
            name == RECORD
                || download
                    .files
                    .iter()
                    .any(|remote| name == remote.name.as_str())
        };
        // With a record it is our own folder, of which something is missing.
        if self.folder.join(RECORD).is_file() {
            return Ok(());
        }
        let entries = fs::read_dir(self.folder);
        let mut entries = entries
            .map_err(|error| FetchError::writing(self.folder, error))?
            .flatten();
        match entries.find(|entry| !ours(&entry.file_name())) {
            Some(entry) => Err(FetchError::Occupied(entry.path())),
            None => Ok(()),
        }
    }

    /// A file that is not there yet, as far as the record knows; whether it was there all the same.
    fn bring(
        &self,
        remote: &Remote,
        watcher: &mut dyn Watcher,
    ) -> Result<(Fetched, bool), FetchError> {
        let (parts, there) = match &remote.unpack {
            None => self.bring_file(remote, watcher)?,
            Some(how) => (self.bring_archive(remote, how, watcher)?, false),
        };
        watcher.ends(&remote.name);
        let fetched = Fetched {
            url: remote.url.clone(),
            checksum: remote.checksum.to_string(),
            parts,
        };
        Ok((fetched, there))
    }

    fn bring_file(
        &self,
        remote: &Remote,
        watcher: &mut dyn Watcher,
    ) -> Result<(Vec<(PathBuf, u64)>, bool), FetchError> {
        let to = self.folder.join(&remote.name);
        let same = !self.force
            && checksum::of_file(&to, &remote.checksum).is_ok_and(|found| found == remote.checksum);
        if !same {
            if to.symlink_metadata().is_ok() && !self.force {
                return Err(FetchError::Occupied(to));
            }
            let whole = transfer(remote, &self.staging, self.patience, watcher)?;
            place::settle(&whole, &to, self.force)?;
        }
        let bytes = place::length(&to);
        Ok((vec![(PathBuf::from(&remote.name), bytes)], same))
    }

    /// An archive is unpacked aside, and its content moved when it is whole. A move that was broken off is
    /// gone on with.
    fn bring_archive(
        &self,
        remote: &Remote,
        how: &Unpack,
        watcher: &mut dyn Watcher,
    ) -> Result<Vec<(PathBuf, u64)>, FetchError> {
        let unpacked = self.staging.join(format!("{}.unpacked", remote.name));
        let listed = self.staging.join(format!("{}.list", remote.name));
        let list = |path: &Path| -> Option<Vec<(PathBuf, u64)>> {
            serde_json::from_slice(&fs::read(path).ok()?).ok()
        };
        let moving = unpacked.is_dir() && !self.force;
        let parts = match list(&listed).filter(|_| moving) {
            Some(parts) => parts,
            None => {
                let archive = transfer(remote, &self.staging, self.patience, watcher)?;
                watcher.working(&remote.name, "unpacking");
                let open = self.staging.join(format!("{}.unpacking", remote.name));
                place::remove(&open)?;
                place::make_folder(&open)?;
                let unpacked_now = unpack(&remote.name, &archive, how, &open);
                let parts = unpacked_now.inspect_err(|_| {
                    // A hostile archive leaves nothing behind; its error is what counts.
                    let _ = place::remove(&open);
                    let _ = place::remove(&archive);
                })?;
                let text = serde_json::to_vec(&parts).unwrap_or_default();
                fs::write(&listed, text).map_err(|error| FetchError::writing(&listed, error))?;
                place::settle(&open, &unpacked, true)?;
                place::remove(&archive)?;
                parts
            }
        };
        let entries = fs::read_dir(&unpacked);
        let entries = entries.map_err(|error| FetchError::writing(&unpacked, error))?;
        for entry in entries.flatten() {
            let to = self.folder.join(entry.file_name());
            // What stands there is of the same archive, in a folder of ours, or goes by force.
            place::settle(&entry.path(), &to, true)?;
        }
        place::remove(&unpacked)?;
        place::remove(&listed)?;
        Ok(parts)
    }
}
