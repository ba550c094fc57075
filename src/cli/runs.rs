//! The folders of runs: `runs/<time>/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::error::CliError;
use crate::plan::Key;
use crate::run::Outcome;
use crate::store::Store;

/// What the terminal showed at the end of a run, in its folder.
pub(super) const SUMMARY: &str = "summary.txt";

/// Makes the folder of a run that begins now, under `home/runs`.
pub(super) fn make(home: &Path) -> Result<PathBuf, CliError> {
    let runs = home.join("runs");
    let failed = |error: io::Error| CliError::unwritable(&runs, error);
    fs::create_dir_all(&runs).map_err(failed)?;
    let time = jiff::Zoned::now().strftime("%Y-%m-%dT%H-%M-%S").to_string();
    let names = (1..1000).map(|n| match n {
        1 => time.clone(),
        n => format!("{time}-{n}"),
    });
    for name in names {
        match fs::create_dir(runs.join(&name)) {
            Ok(()) => {
                point_latest_at(&runs, &name);
                return Ok(runs.join(name));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Err(failed(io::ErrorKind::AlreadyExists.into()))
}

/// `runs/latest` is a convenience: where links cannot be made there is none.
fn point_latest_at(runs: &Path, name: &str) {
    let (link, fresh) = (runs.join("latest"), runs.join(format!(".latest-{name}")));
    if std::os::unix::fs::symlink(name, &fresh).is_ok() && fs::rename(&fresh, link).is_err() {
        let _ = fs::remove_file(fresh);
    }
}

/// Notes in the store that a run uses it, so that `gc` keeps what the run reaches even when it
/// is called from elsewhere.
pub(super) fn note_in_store(store: &Store, folder: &Path) {
    if let Ok(folder) = folder.canonicalize() {
        let _ = store.note_user(&folder);
    }
}

/// Writes the outcome of a run into its folder, in one step.
pub(super) fn write_outcome(folder: &Path, outcome: &Outcome) -> Result<(), CliError> {
    let path = folder.join("outcome.json");
    let write = || -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o666))
            .tempfile_in(folder)?;
        file.write_all(&serde_json::to_vec_pretty(outcome)?)?;
        file.persist(&path)?;
        Ok(())
    };
    write().map_err(|error| CliError::unwritable(&path, error))
}

/// Writes what the terminal showed into the run's folder, without its colours.
pub(super) fn write_summary(folder: &Path, text: &str) -> Result<(), CliError> {
    let path = folder.join(SUMMARY);
    let plain = anstream::adapter::strip_str(text).to_string();
    fs::write(&path, plain).map_err(|error| CliError::unwritable(&path, error))
}

/// The outcome of a run's folder.
pub(super) fn outcome(folder: &Path) -> Result<Outcome, CliError> {
    let path = folder.join("outcome.json");
    let text = fs::read(&path).map_err(|error| CliError::unreadable(&path, error))?;
    serde_json::from_slice(&text).map_err(|error| CliError::unreadable(&path, error))
}

/// The keys that the last `keep` runs of every folder of runs reach, and how many runs those are.
/// A run that failed or was stopped reaches what it asked for too, but does not take the place of one
/// that came through. A run whose folder was removed reaches nothing.
pub(super) fn reached(store: &Store, keep: usize) -> Result<(BTreeSet<Key>, usize), CliError> {
    let mut places: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for run in store.users()? {
        if let Some(place) = run.parent().filter(|_| run.is_dir()) {
            places.entry(place.to_path_buf()).or_default().insert(run);
        }
    }
    let (mut keys, mut runs) = (BTreeSet::new(), 0);
    // Names are times, so their order is that of the runs.
    for place in places.values() {
        let mut through = 0;
        for run in place.iter().rev() {
            if through == keep {
                break;
            }
            let outcome = outcome(run)?;
            through += usize::from(outcome.exit_code(false) == 0);
            keys.extend(outcome.nodes.iter().map(|node| node.key));
            keys.extend(outcome.watched);
            runs += 1;
        }
    }
    Ok((keys, runs))
}
