//! `kdp report RUN`.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::Args;

use super::console::Console;
use super::error::CliError;
use super::settings::Settings;
use super::{Answer, runs};
use crate::diag::plainly;
use crate::report::page::PAGE;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp report                              # the latest run
  kdp report runs/2026-01-02T03-04-05 --open")]
pub(super) struct ReportArgs {
    /// The run's folder [default: the latest run]
    #[arg(value_name = "RUN")]
    run: Option<PathBuf>,
    /// Open the page in the browser
    #[arg(long)]
    open: bool,
}

pub(super) fn report(args: ReportArgs, console: &Console) -> Answer {
    let folder = match args.run {
        Some(run) => run,
        None => Settings::load()?.home.join("runs").join("latest"),
    };
    if !folder.is_dir() {
        let wrong = format!("there is no run `{}`", folder.display());
        return Err(CliError::usage(wrong).help("`kdp run FILE` makes one"));
    }
    let outcome = runs::outcome(&folder)?;
    if console.json {
        console.document(&outcome);
    } else {
        let summary = folder.join(runs::SUMMARY);
        let text =
            fs::read_to_string(&summary).map_err(|error| CliError::unreadable(&summary, error))?;
        console.result(&text);
    }
    if args.open {
        let page = folder.join(PAGE);
        let opener = if cfg!(target_os = "macos") {
            "open"
        } else {
            "xdg-open"
        };
        Command::new(opener)
            .arg(&page)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                let why = plainly(&error);
                CliError::machine(format!("`{opener}` cannot be started: {why}"))
                    .help(format!("open the page yourself: {}", page.display()))
            })?;
    }
    Ok(0)
}
