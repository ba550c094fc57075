//! `kdp data fetch|list`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;

use super::Answer;
use super::console::{Console, bytes};
use super::error::CliError;
use super::front::{self, Named};
use crate::diag::closest;
use crate::fetch::{self, FetchError, Patience, RECORD, Record};
use crate::report::terminal::fetching;
use crate::vocabulary::{TOKENIZERS, WEIGHTS, find as find_word};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp data list                               # what can be fetched, its size and terms
  kdp data fetch cifar10 --to data/cifar10    # then a file says `cifar10(\"data/cifar10\")`
  kdp data fetch ours.kdp:reviews             # `let reviews = download(…)` of a file of one's own")]
pub(super) struct DataArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Fetch a data set (or a tokenizer, or weights) from its host into a folder
    Fetch(FetchArgs),
    /// List what can be fetched
    List {
        /// Say too which of them are in this folder, or in folders of it
        #[arg(value_name = "DIR", default_value = "data")]
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
struct FetchArgs {
    /// The data set, as `kdp data list` names it; or `FILE.kdp:NAME`
    set: String,
    /// The folder for its files; `data/SET` where it is not said
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Fetch everything anew, and replace what is there
    #[arg(long)]
    force: bool,
    /// How many seconds to wait for the next byte
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// How many tries in a row may bring nothing
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    tries: u32,
}

pub(super) fn data(args: DataArgs, console: &Console) -> Answer {
    match args.action {
        Action::Fetch(args) => fetch(&args, console),
        Action::List { folder } => list(&folder, console),
    }
}

fn fetch(args: &FetchArgs, console: &Console) -> Answer {
    let set = find(&args.set, console)?;
    let folder = match &args.to {
        Some(folder) => folder.clone(),
        None => Path::new("data").join(&set.name),
    };
    if let (true, Some(how)) = (set.download.files.is_empty(), &set.download.by_hand) {
        let wrong = format!(
            "`{}` cannot be fetched by a program: it is {}",
            set.name, set.download.terms
        );
        return Err(CliError::usage(wrong).help(how.as_str()));
    }
    let begun = Instant::now();
    stop_on_signals(*console, folder.clone());
    let patience = Patience {
        silence: Duration::from_secs(args.timeout),
        tries: args.tries,
        ..Patience::default()
    };
    let files = fetch::fetch(
        &set.name,
        &set.download,
        &folder,
        args.force,
        patience,
        fetching::watcher().as_mut(),
    )
    .map_err(|error| told(&error, &folder))?;
    let declare = set.download.declare_in(&folder);
    if console.json {
        let rows: Vec<_> = files
            .iter()
            .map(|file| {
                let status = if file.there { "there" } else { "fetched" };
                json!({ "name": file.name, "status": status, "bytes": file.bytes })
            })
            .collect();
        console.document(&json!({
            "set": set.name,
            "path": folder,
            "files": rows,
            "terms": set.download.terms,
            "declare": declare,
            "seconds": begun.elapsed().as_secs_f64(),
        }));
        return Ok(0);
    }
    let size = bytes(files.iter().map(|file| file.bytes).sum());
    let said = match files.iter().all(|file| file.there) {
        true => format!("`{}` was in {} already, {size}", set.name, folder.display()),
        false => format!("`{}` is in {}, {size}", set.name, folder.display()),
    };
    console.result(&format!("{said}\nterms: {}", set.download.terms));
    if let Some(declare) = declare {
        console.result(&format!("in a file: {}", statement(&set.name, &declare)));
    }
    Ok(0)
}

/// What a file says of it: a tokenizer and weights are values, anything else is data.
fn statement(name: &str, declare: &str) -> String {
    let word = declare.split('(').next().unwrap_or_default();
    let keyword = match find_word(TOKENIZERS, word).or_else(|| find_word(WEIGHTS, word)) {
        Some(_) => "let",
        None => "dataset",
    };
    format!("{keyword} {name} = {declare}")
}

/// A set of the standard library, or of a file: `ours.kdp:reviews`.
fn find(name: &str, console: &Console) -> Result<Named, CliError> {
    let (sets, name, list) = match name.rsplit_once(':') {
        Some((file, name)) => {
            let sets = front::downloads(Path::new(file), console)?;
            let list = match sets.is_empty() {
                true => format!("{file} has no `let NAME = download(…)`"),
                false => format!("it has {}", names(&sets).join(", ")),
            };
            (sets, name, list)
        }
        None => (
            front::standard_downloads(),
            name,
            "`kdp data list` lists them".to_string(),
        ),
    };
    let help = did_you_mean(name, &names(&sets)).unwrap_or(list);
    let found = sets.into_iter().find(|set| set.name == name);
    found.ok_or_else(|| {
        CliError::usage(format!("there is no data set `{name}` to fetch")).help(help)
    })
}

/// The closest name; else all that begin so, as `cifar10` and `cifar100` do with `cifar`.
fn did_you_mean(name: &str, names: &[&str]) -> Option<String> {
    let longer: Vec<&str> = match closest(name, names.iter().copied()) {
        Some(near) => vec![near],
        None => {
            let begins = |known: &&&str| !name.is_empty() && known.starts_with(name);
            names.iter().filter(begins).copied().collect()
        }
    };
    let quoted: Vec<String> = longer.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => None,
        [one] => Some(format!("did you mean {one}?")),
        [several @ .., last] => Some(format!("did you mean {} or {last}?", several.join(", "))),
    }
}

fn names(sets: &[Named]) -> Vec<&str> {
    sets.iter().map(|set| set.name.as_str()).collect()
}

fn list(folder: &Path, console: &Console) -> Answer {
    let sets = front::standard_downloads();
    let there = fetched(folder);
    let place = |set: &Named| {
        let found = there.iter().find(|(_, record)| record.set == set.name);
        found.map(|(folder, _)| folder.clone())
    };
    let size = |set: &Named| set.download.files.iter().map(|file| file.size).sum::<u64>();
    if console.json {
        let rows: Vec<_> = sets
            .iter()
            .map(|set| {
                json!({
                    "name": set.name,
                    "doc": set.doc,
                    "bytes": size(set),
                    "terms": set.download.terms,
                    "by_hand": set.download.by_hand,
                    "path": place(set),
                })
            })
            .collect();
        console.document(&json!({ "sets": rows }));
        return Ok(0);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["name", "to fetch", "is in", "terms"]);
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for set in &sets {
        table.add_row([
            set.name.clone(),
            match set.download.files.is_empty() {
                true => "by hand".to_string(),
                false => bytes(size(set)),
            },
            place(set).map_or_else(|| "–".to_string(), |folder| folder.display().to_string()),
            set.download.terms.clone(),
        ]);
    }
    console.result(&format!(
        "{}\n{} to fetch; `kdp doc std.downloads` tells what is in them",
        table.trim_fmt(),
        sets.len()
    ));
    Ok(0)
}

/// The folders, this one or in it, with what was fetched into them.
fn fetched(folder: &Path) -> Vec<(PathBuf, Record)> {
    let inner = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = inner.map(|entry| entry.path()).collect();
    folders.push(folder.to_path_buf());
    folders.sort();
    let recorded = folders
        .into_iter()
        .filter(|folder| folder.join(RECORD).is_file());
    recorded
        .map(|folder| {
            let record = Record::read(&folder);
            (folder, record)
        })
        .collect()
}

/// What came of a file is a beginning of it at any moment, so a fetch may end at once.
fn stop_on_signals(console: Console, folder: PathBuf) {
    static ASKED: AtomicBool = AtomicBool::new(false);
    let handler = move || {
        if !ASKED.swap(true, Ordering::SeqCst) {
            let stopped = CliError {
                code: 130,
                ..CliError::machine("interrupted")
            };
            let stopped = match fetch::keeps(&folder) {
                true => stopped.help("what came is kept: the same command goes on there"),
                false => stopped,
            };
            std::process::exit(console.fail(&stopped).into());
        }
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        console.warn(&format!("Ctrl-C cannot be caught: {error}"));
    }
}

/// What went wrong with a fetch into a folder.
fn told(error: &FetchError, folder: &Path) -> CliError {
    let wrong = CliError::machine(error.to_string());
    match error.help(fetch::keeps(folder)) {
        Some(help) => wrong.help(help),
        None => wrong,
    }
}
