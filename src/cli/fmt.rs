//! `kdp fmt FILE…`.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::console::{Console, count};
use super::error::CliError;
use super::{Answer, front};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp fmt cifar.kdp
  kdp fmt --check pipelines/*.kdp    # for continuous integration: exit code 1 if any would change
  kdp fmt - < cifar.kdp              # from standard input to standard output")]
pub(super) struct FmtArgs {
    /// The files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Change nothing; exit code 1 if any file would change
    #[arg(long)]
    check: bool,
}

pub(super) fn fmt(args: FmtArgs, console: &Console) -> Answer {
    let mut changed = vec![];
    let mut broken = 0;
    for file in &args.files {
        let piped = file == Path::new("-");
        let text = if piped { read_input()? } else { read(file)? };
        let Some(formatted) = front::format(file, &text, console) else {
            broken += 1;
            continue;
        };
        if piped && !args.check {
            console.result(&formatted);
            continue;
        }
        if formatted != text {
            changed.push(file.display().to_string());
            if !args.check {
                fs::write(file, formatted).map_err(|error| CliError::unwritable(file, error))?;
            }
        }
    }
    if console.json {
        console.document(&json!({ "changed": changed, "broken": broken }));
    } else {
        for file in &changed {
            let word = if args.check {
                "would change"
            } else {
                "formatted"
            };
            console.note(&format!("{word} {file}"));
        }
        let kept = args.files.len() - changed.len() - broken;
        if kept > 0 {
            console.note(&format!(
                "{} in canonical layout already",
                count(kept, "file")
            ));
        }
    }
    Ok(u8::from(broken > 0 || (args.check && !changed.is_empty())))
}

fn read(file: &Path) -> Result<String, CliError> {
    fs::read_to_string(file).map_err(|error| CliError::unreadable(file, error))
}

fn read_input() -> Result<String, CliError> {
    let mut text = String::new();
    match std::io::stdin().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(CliError::unreadable(Path::new("-"), error)),
    }
}
