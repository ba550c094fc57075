//! `kdp run FILE`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::console::Console;
use super::error::CliError;
use super::front::{self, FileArgs, Planned};
use super::leases::leases;
use super::saving::saving;
use super::settings::{Settings, StoreFlag};
use super::size::size;
use super::standing::Standing;
use super::{Answer, doctor, engine, runs};
use crate::plan::{Node, Plan};
use crate::report::page::{self, PAGE};
use crate::report::terminal;
use crate::run::{self, Event, Failure, Outcome, Queue, RunOptions, Saving, Stop, default_jobs};
use crate::store::Store;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp run cifar.kdp
  kdp run cifar.kdp --set tau=2 --set 'seeds=[0]'    # params, typed and checked
  kdp run cifar.kdp --target 'small[seed: 0]'        # one node and what it needs
  kdp run cifar.kdp --device cuda:0,cuda:1           # a model on each, two at a time
  kdp run cifar.kdp --device cuda:0+cuda:1           # each model on both

What is in the store is not computed again, so the same command goes on after a run that was
stopped, at the last state that each training saved, and ends with the same bits.
A node that fails takes those that need it along; all others still run.
Ctrl-C saves what is under way and stops the run. Pressed twice, it ends at once.")]
pub(super) struct RunArgs {
    #[command(flatten)]
    file: FileArgs,
    /// Only this node (or family) and what it needs; repeatable
    #[arg(long = "target", value_name = "NODE")]
    targets: Vec<String>,
    #[command(flatten)]
    store: StoreFlag,
    /// auto, cpu, mps, cuda:0 or several: `cuda:0,cuda:1` trains a model on each, `cuda:0+cuda:1` each model
    /// on both [default: auto]
    #[arg(long, value_name = "DEVICE")]
    device: Option<String>,
    /// The most nodes at a time [default: one for each core, or one for each lease of graphics cards]
    #[arg(long, value_name = "N", value_parser = positive)]
    jobs: Option<usize>,
    /// Threads for each node [default: every core for a large network, one for a small one, of which
    /// several are trained side by side]
    #[arg(long, value_name = "N", value_parser = positive)]
    threads: Option<usize>,
    /// Room in the store for what teachers say of augmented samples; 0 keeps nothing [default: 10 GB, or a
    /// tenth of what is free]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    outputs: Option<u64>,
    /// When trainings save their state: `60 s`, `100 steps` or `never` [default: 60 s]
    #[arg(long, value_name = "TIME", value_parser = saving)]
    checkpoint: Option<Saving>,
    /// Go on also from states that another kind or number of devices, another number of threads or another
    /// libtorch made: the last bits may then be others
    #[arg(long)]
    across: bool,
    /// Go on even when the store or the machine fails, such as by a full disk
    #[arg(long)]
    keep_going: bool,
    /// A claim that is false makes exit code 4
    #[arg(long)]
    strict: bool,
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err("a whole number above 0 is wanted".into()),
    }
}

pub(super) fn run(args: RunArgs, console: &Console) -> Answer {
    let begin = Instant::now();
    let settings = Settings::of_file(&args.file.file)?;
    let asked = match args.device.as_ref().or(settings.device.as_ref()) {
        Some(device) => leases(device)?,
        None => vec!["auto".into()],
    };
    let store = settings.open_store(&args.store)?;
    let planned = Planned::load(&args.file, &store, console)?;
    let latest = Standing::latest(&settings.home);
    let whole = args.targets.is_empty();
    if let Some((folder, standing)) = &latest
        && whole
        && !(console.json || args.strict)
        && standing.is_untouched(&planned, &store)
    {
        tell_again(standing, folder, &planned, begin, console);
        return Ok(0);
    }
    let plan = planned.plan;
    let targets = planned.targets(&args.targets)?;
    let found = run::survey(plan, &store);
    let there = |node| found.contains_key(&node);
    let queue = Queue::new(plan, &targets, there, BTreeMap::new());
    let idle = queue.waiting().next().is_none();
    let engine = engine::find(&settings);
    let devices = match idle {
        true => asked,
        false => resolve(asked, &engine)?,
    };
    let jobs = args.jobs.or(settings.jobs);
    let options = RunOptions {
        jobs: jobs.unwrap_or_else(|| jobs_for(&devices)),
        engine,
        devices,
        threads: args.threads.or(settings.threads),
        cores: default_jobs(),
        outputs: args
            .outputs
            .or(settings.outputs)
            .unwrap_or_else(|| default_outputs(&store)),
        saving: args.checkpoint.or(settings.checkpoint).unwrap_or_default(),
        across: args.across,
        keep_going: args.keep_going,
        stop: stop_on_signals(console),
        fetchable: match plan.nodes().any(lacks_files) {
            true => front::fetchable(),
            false => vec![],
        },
    };

    let begun = match idle {
        true => None,
        false => Some(begin_folder(&settings.home, plan, &store)?),
    };
    let mut observer = terminal::observer(console.verbose);
    let mut outcome = run::run(plan, &targets, &store, found, &options, &mut *observer);
    drop(observer);
    let mut standing = Standing::of(&planned, &outcome);
    let (folder, fresh) = match (begun, latest) {
        (None, Some((folder, known))) if standing.tells_as(&known) => (folder, false),
        (Some(folder), _) => (folder, true),
        (None, _) => (begin_folder(&settings.home, plan, &store)?, true),
    };
    outcome.run = Some(terminal::short_path(&folder).display().to_string());
    let page = match fresh {
        true => write(&planned, &outcome, &store, &folder, console)?,
        false => Some(folder.join(PAGE)),
    };
    let footer = terminal::footer(&outcome, page.as_deref());
    if fresh {
        runs::write_summary(&folder, &standing.findings.told(&footer, None))?;
    }
    match console.json {
        true => console.document(&outcome),
        false => console.result(&standing.findings.told(&footer, terminal::width())),
    }
    if idle && whole {
        standing = standing.of_whole(&planned, &store);
    }
    standing.note(&folder);
    if let Some(Failure { message, help }) = &outcome.failure {
        let failure = CliError::machine(message);
        let failure = CliError {
            help: help.clone(),
            ..failure
        };
        // The outcome is the document already.
        Console {
            json: false,
            ..*console
        }
        .fail(&failure);
    }
    Ok(outcome.exit_code(args.strict))
}

/// Tells what the latest run told: nothing has changed since.
fn tell_again(
    standing: &Standing,
    folder: &Path,
    planned: &Planned,
    begin: Instant,
    console: &Console,
) {
    let nodes = planned
        .plan
        .nodes()
        .filter(|node| !node.only_watches())
        .count();
    terminal::observer(console.verbose).event(Event::Begin {
        pending: 0,
        stored: nodes,
    });
    let seconds = begin.elapsed().as_secs_f64();
    let footer = terminal::footer_of_stored(nodes, seconds, &folder.join(PAGE));
    console.result(&standing.findings.told(&footer, terminal::width()));
}

/// Makes the run's folder. What the run reaches stands in it from the start, so that a run that
/// is killed keeps what it made from `kdp store gc`.
fn begin_folder(home: &Path, plan: &Plan, store: &Store) -> Result<PathBuf, CliError> {
    let folder = runs::make(home)?;
    runs::write_outcome(&folder, &Outcome::begun(plan))?;
    runs::note_in_store(store, &folder);
    Ok(folder)
}

/// Writes the outcome and the page of a run; gives the page's file.
fn write(
    planned: &Planned,
    outcome: &Outcome,
    store: &Store,
    folder: &Path,
    console: &Console,
) -> Result<Option<PathBuf>, CliError> {
    runs::write_outcome(folder, outcome)?;
    let (text, name) = (&planned.text, &planned.name);
    match page::write(planned.plan, outcome, store, text, name, folder) {
        Ok(page) => Ok(Some(page)),
        Err(error) => {
            console.warn(&error.to_string());
            Ok(None)
        }
    }
}

/// `auto` becomes the graphics cards that libtorch can use, else the CPU. The engine is only
/// asked where there may be any.
fn resolve(asked: Vec<String>, engine: &Path) -> Result<Vec<String>, CliError> {
    if asked != ["auto"] {
        return Ok(asked);
    }
    let mut devices = vec![];
    if doctor::has_nvidia_driver() || cfg!(target_os = "macos") {
        let found = doctor::ask(engine).map_err(CliError::machine)?;
        let names = found.devices.into_iter().map(|device| device.name);
        devices.extend(names.filter(|name| name.starts_with("cuda")));
    }
    if devices.is_empty() {
        devices.push("cpu".into());
    }
    Ok(devices)
}

/// One job for each core, or one for each lease of graphics cards.
fn jobs_for(devices: &[String]) -> usize {
    match devices
        .iter()
        .any(|device| device == "cpu" || device == "auto")
    {
        true => default_jobs(),
        false => devices.len(),
    }
}

/// Whether files of a node were not there when it was planned.
fn lacks_files(node: &Node) -> bool {
    node.files.values().any(|file| file.digest.is_none())
}

/// Room for outputs of teachers: 10 GB, or a tenth of what is free on the store's disk.
fn default_outputs(store: &Store) -> u64 {
    let free = doctor::free_bytes(store.root()).unwrap_or(u64::MAX);
    (free / 10).min(10_000_000_000)
}

/// The first Ctrl-C asks the run to stop, the second ends kdp at once (and the system ends its
/// workers).
fn stop_on_signals(console: &Console) -> Stop {
    let stop = Stop::default();
    let asked = stop.clone();
    let handler = move || match asked.request() {
        1 => {}
        _ => {
            terminal::restore();
            std::process::exit(130)
        }
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        console.warn(&format!("Ctrl-C cannot be caught: {error}"));
    }
    stop
}
