//! How long the command takes, as users run it: `make bench-speed`.
//!
//! Each line is the median of several runs of the release build. With `peers` as an argument the
//! no-op run is held against Snakemake and DVC, installed by `benches/peers/setup.sh`: the same
//! number of steps that have nothing to do, run in turns with kdp.

mod command;
mod peers;
mod programs;
mod project;

use std::path::Path;
use std::time::Duration;

use command::{Spread, Took, run};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// The release build.
const KDP: &str = env!("CARGO_BIN_EXE_kdp");

fn main() -> Outcome<()> {
    let asked = |word: &str| std::env::args().any(|arg| arg == word);
    head();
    if asked("peers") {
        return peers::side_by_side();
    }
    front()?;
    no_op()
}

fn head() {
    println!(
        "{:<34} {:>10} {:>10} {:>10} {:>10} {:>9} {:>5}",
        "what", "median ms", "fastest", "slowest", "CPU ms", "MB", "runs"
    );
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Prints a line of the table.
fn line(what: &str, spread: &Spread) {
    println!(
        "{what:<34} {:>10.1} {:>10.1} {:>10.1} {:>10.1} {:>9.0} {:>5}",
        ms(spread.median.wall),
        ms(spread.fastest),
        ms(spread.slowest),
        ms(spread.median.cpu),
        spread.median.memory as f64 / 1e6,
        spread.runs
    );
}

/// A command of kdp in a folder, so many times.
fn several(args: &[&str], folder: &Path, runs: usize) -> Outcome<Spread> {
    let took: Result<Vec<Took>, _> = (0..runs).map(|_| run(KDP.as_ref(), args, folder)).collect();
    Ok(Spread::of(took?).ok_or("no runs")?)
}

/// Checking and planning.
fn front() -> Outcome<()> {
    let measure = |what: &str, text: &str, verb: &str, runs| -> Outcome<Spread> {
        let folder = project::with_program(text)?;
        let spread = several(&[verb, project::FILE], folder.path(), runs)?;
        line(what, &spread);
        Ok(spread)
    };
    // A program that is refused is not what was to be measured.
    let sound = |what: &str, text: &str, verb: &str, runs| -> Outcome<Spread> {
        let spread = measure(what, text, verb, runs)?;
        match spread.median.succeeded {
            true => Ok(spread),
            false => Err(format!("{what}: the program is refused").into()),
        }
    };
    sound("check, start", programs::ONE, "check", 21)?;
    let long = programs::long(10_000);
    sound("check, 10,000 lines", &long, "check", 11)?;
    for (what, text) in programs::hostile() {
        measure(&format!("check, {what}"), &text, "check", 5)?;
    }
    let small = sound("plan, 10,000 nodes", &programs::sweep(10_000), "plan", 7)?;
    let large = sound("plan, 100,000 nodes", &programs::sweep(100_000), "plan", 5)?;
    let growth = large.median.cpu.as_secs_f64() / small.median.cpu.as_secs_f64();
    println!("10 times the nodes take {growth:.1} times the CPU");
    Ok(())
}

/// A run of what is in the store already.
fn no_op() -> Outcome<()> {
    for (nodes, runs) in [(1, 21), (1_000, 11), (10_000, 5)] {
        let folder = no_op_project(nodes)?;
        let spread = several(&["run", project::FILE], folder.path(), runs)?;
        if !spread.median.succeeded {
            return Err("a run of what is in the store failed".into());
        }
        line(&format!("no-op run, {nodes} nodes"), &spread);
    }
    Ok(())
}

/// A project of about so many nodes, all in the store.
fn no_op_project(nodes: usize) -> Outcome<tempfile::TempDir> {
    let text = match nodes {
        1 => programs::ONE.to_string(),
        _ => programs::sweep(nodes),
    };
    let folder = project::with_program(&text)?;
    project::fill(folder.path())?;
    // Objects of this moment are looked at more closely, since they might still change unseen. The
    // first run after that notes what it has seen.
    std::thread::sleep(Duration::from_secs(3));
    several(&["run", project::FILE], folder.path(), 1)?;
    Ok(folder)
}
