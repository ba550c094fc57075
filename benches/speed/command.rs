//! Running a command as a user does, and what it took.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// What one run of a command took.
#[derive(Clone, Copy)]
pub struct Took {
    pub wall: Duration,
    /// Of all cores, the system's part too.
    pub cpu: Duration,
    /// The most memory, in bytes.
    pub memory: u64,
    pub succeeded: bool,
}

/// Runs a command in a folder, its output thrown away.
pub fn run(program: &Path, args: &[&str], folder: &Path) -> std::io::Result<Took> {
    let begin = Instant::now();
    let mut child = Command::new(program)
        .args(args)
        .current_dir(folder)
        .env("KDP_STORE", folder.join("store"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let end = child.wait4()?;
    Ok(Took {
        wall: begin.elapsed(),
        cpu: end.rusage.utime + end.rusage.stime,
        memory: end.rusage.maxrss,
        succeeded: end.status.success(),
    })
}

/// The middle of several runs, and how far they spread.
pub struct Spread {
    pub median: Took,
    pub fastest: Duration,
    pub slowest: Duration,
    pub runs: usize,
}

impl Spread {
    /// `None` of no runs.
    pub fn of(mut runs: Vec<Took>) -> Option<Spread> {
        runs.sort_by_key(|took| took.wall);
        Some(Spread {
            median: *runs.get(runs.len() / 2)?,
            fastest: runs.first()?.wall,
            slowest: runs.last()?.wall,
            runs: runs.len(),
        })
    }
}
