//! `kdp fmt FILE…`.

use crate::diag::count;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use similar::TextDiff;

use super::console::Console;
use super::error::CliError;
use super::{Answer, front};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp fmt cifar.kdp
  kdp fmt --check pipelines/*.kdp    # for continuous integration: shows what would change, exit code 1
  kdp fmt --check a.kdp | patch -p0  # the same as `kdp fmt a.kdp`
  kdp fmt - < cifar.kdp              # from standard input to standard output")]
pub(super) struct FmtArgs {
    /// The files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Change nothing, show what would change; exit code 1 if any file would
    #[arg(long)]
    check: bool,
}

pub(super) fn fmt(args: FmtArgs, console: &Console) -> Answer {
    // By file, what changes in it.
    let mut changed: BTreeMap<String, String> = BTreeMap::new();
    let (mut kept, mut broken) = (0, 0);
    // What standard input becomes, for `--json`.
    let mut input = None;
    for file in &args.files {
        let piped = file == Path::new("-");
        let name = file.display().to_string();
        let bytes = if piped {
            read_input()?
        } else {
            front::bytes(file)?
        };
        let Some((text, formatted)) = front::format(&name, bytes.clone(), console) else {
            broken += 1;
            continue;
        };
        if piped && !args.check && !console.json {
            console.result(&formatted);
            continue;
        }
        if piped {
            input = Some(formatted.clone());
        }
        if formatted == text {
            kept += 1;
            continue;
        }
        if !args.check && !piped {
            fs::write(file, &formatted).map_err(|error| CliError::unwritable(file, error))?;
        }
        changed.insert(name.clone(), difference(&name, &text, &formatted));
    }
    if console.json {
        let names: Vec<&String> = changed.keys().collect();
        console.document(&json!({
            "changed": names,
            "differences": changed,
            "text": input,
            "broken": broken,
        }));
    } else {
        for (file, difference) in &changed {
            if args.check {
                console.result(&coloured(difference));
            } else {
                console.note(&format!("formatted {file}"));
            }
        }
        if args.check && !changed.is_empty() {
            console.note(&format!("{} would change", count(changed.len(), "file")));
        }
        if broken > 0 {
            console.note(&format!("{} with errors left alone", count(broken, "file")));
        }
        if kept > 0 {
            console.note(&format!(
                "{} in canonical layout already",
                count(kept, "file")
            ));
        }
    }
    Ok(u8::from(broken > 0 || (args.check && !changed.is_empty())))
}

fn read_input() -> Result<Vec<u8>, CliError> {
    let mut bytes = vec![];
    match std::io::stdin().read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(CliError::unreadable(Path::new("-"), error)),
    }
}

/// What changes, as `diff -u` writes it.
fn difference(name: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .header(name, name)
        .to_string()
}

/// The lines of a difference in the colours that they usually have.
fn coloured(difference: &str) -> String {
    let lines = difference.split_inclusive('\n').map(|line| {
        let style = match line.as_bytes() {
            [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => "1",
            [b'+', ..] => "32",
            [b'-', ..] => "31",
            [b'@', ..] => "36",
            _ => return line.to_owned(),
        };
        let text = line.trim_end_matches('\n');
        format!("\x1b[{style}m{text}\x1b[0m{}", &line[text.len()..])
    });
    lines.collect()
}
