//! A file from the network: begun where the last try ended, held against its checksum at the end.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::http::{Answer, Client};
use super::{FetchError, Watcher, checksum, place};
use crate::spec::Remote;

/// How long is waited.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the next byte.
    pub silence: Duration,
    /// Tries in a row that bring nothing.
    pub tries: u32,
    /// Before the second try; twice as long before each further one.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(60),
            tries: 5,
            pause: Duration::from_secs(1),
        }
    }
}

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A file on its way.
struct Transfer<'a> {
    remote: &'a Remote,
    client: Client,
    /// What has come of it.
    part: PathBuf,
    /// What the host said by which it knows the file again.
    note: PathBuf,
}

/// Brings a file into the folder of what is under way, whole and checked; its path.
pub fn transfer(
    remote: &Remote,
    staging: &Path,
    patience: Patience,
    watcher: &mut dyn Watcher,
) -> Result<PathBuf, FetchError> {
    let transfer = Transfer {
        remote,
        client: Client::new(&remote.url, patience),
        part: part(remote, staging),
        note: note(remote, staging),
    };
    let resumed = place::length(&transfer.part) > 0;
    transfer.bring(patience, watcher)?;
    match transfer.check(watcher) {
        // What came earlier may have been of another file.
        Err(FetchError::Checksum { .. }) if resumed => {
            transfer.bring(patience, watcher)?;
            transfer.check(watcher)?;
        }
        checked => checked?,
    }
    place::remove(&transfer.note)?;
    Ok(transfer.part)
}

/// Where what has come of a file lies.
pub fn part(remote: &Remote, staging: &Path) -> PathBuf {
    staging.join(format!("{}.part", remote.name))
}

/// Where it is noted by what the host knows the file again.
pub fn note(remote: &Remote, staging: &Path) -> PathBuf {
    staging.join(format!("{}.validator", remote.name))
}

impl Transfer<'_> {
    /// Tries until everything is here.
    fn bring(&self, patience: Patience, watcher: &mut dyn Watcher) -> Result<(), FetchError> {
        let (mut failed, mut pause) = (0, patience.pause);
        loop {
            let before = place::length(&self.part);
            let Err(error) = self.once(watcher) else {
                return Ok(());
            };
            if place::length(&self.part) > before {
                (failed, pause) = (0, patience.pause);
            }
            failed += 1;
            if !error.is_passing() || failed >= patience.tries {
                return Err(error);
            }
            watcher.stumbled(&self.remote.name, &error, pause);
            std::thread::sleep(pause);
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }

    /// One try.
    fn once(&self, watcher: &mut dyn Watcher) -> Result<(), FetchError> {
        let url = &self.remote.url;
        let here = place::length(&self.part);
        let validator = fs::read_to_string(&self.note).ok();
        let mut answer = self.client.get(url, here, validator.as_deref())?;
        if answer.from != 0 && answer.from != here {
            // Bytes that were not asked for.
            answer = self.client.get(url, 0, None)?;
        }
        if answer.from > here {
            return Err(FetchError::Unreachable {
                url: url.clone(),
                reason: "the host sends other bytes than those it is asked for".to_string(),
            });
        }
        let wrong = |path: &Path, error| FetchError::writing(path, error);
        let mut file = OpenOptions::new();
        let file = match answer.from {
            0 => file.write(true).create(true).truncate(true),
            _ => file.append(true),
        };
        let mut file = file
            .open(&self.part)
            .map_err(|error| wrong(&self.part, error))?;
        match &answer.validator {
            Some(validator) => {
                fs::write(&self.note, validator).map_err(|error| wrong(&self.note, error))?;
            }
            None => place::remove(&self.note)?,
        }
        watcher.begins(&self.remote.name, answer.from, answer.length);
        self.pour(answer, &mut file, watcher)?;
        file.sync_all().map_err(|error| wrong(&self.part, error))
    }

    /// Writes what comes.
    fn pour(
        &self,
        mut answer: Answer,
        file: &mut File,
        watcher: &mut dyn Watcher,
    ) -> Result<(), FetchError> {
        let url = &self.remote.url;
        let most = self.remote.size.saturating_mul(2);
        let mut here = answer.from;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = answer.body.read(&mut buffer);
            let n = read.map_err(|error| self.client.broken(url, here, &error))?;
            if n == 0 {
                break;
            }
            here += n as u64;
            if here > most {
                place::remove(&self.part)?;
                return Err(FetchError::TooLong {
                    url: url.clone(),
                    most,
                });
            }
            let written = file.write_all(&buffer[..n]);
            written.map_err(|error| FetchError::writing(&self.part, error))?;
            watcher.came(here);
        }
        match answer.length {
            Some(length) if here < length => Err(FetchError::Cut {
                url: url.clone(),
                here,
            }),
            _ => Ok(()),
        }
    }

    /// Holds what came against its checksum; what is something else is not kept.
    fn check(&self, watcher: &mut dyn Watcher) -> Result<(), FetchError> {
        let Remote {
            name,
            checksum: wanted,
            ..
        } = self.remote;
        watcher.working(name, "checking");
        let found = checksum::of_file(&self.part, wanted);
        let found = found.map_err(|error| FetchError::writing(&self.part, error))?;
        if found == *wanted {
            return Ok(());
        }
        place::remove(&self.part)?;
        place::remove(&self.note)?;
        Err(FetchError::Checksum {
            name: name.clone(),
            found,
            wanted: wanted.clone(),
        })
    }
}
