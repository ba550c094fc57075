//! `kdp check FILE…`.

use crate::diag::count;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::Answer;
use super::console::Console;
use super::front;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp check cifar.kdp
  kdp check pipelines/*.kdp --deny-warnings
  kdp check cifar.kdp --json | jq '.diagnostics[].code'

`kdp explain CODE` says more about a diagnostic's code.")]
pub(super) struct CheckArgs {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Set a param: `--set tau=2 --set 'seeds=[0, 1]'`
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = front::setting)]
    settings: Vec<(String, String)>,
    /// A warning is an error
    #[arg(long)]
    deny_warnings: bool,
}

pub(super) fn check(args: CheckArgs, console: &Console) -> Answer {
    let (mut errors, mut warnings) = (0, 0);
    let mut diagnostics: Vec<Value> = vec![];
    for file in &args.files {
        let found = front::look(file, &args.settings, console)?;
        errors += found.errors;
        warnings += found.warnings;
        diagnostics.extend(found.json);
    }
    if console.json {
        console.document(&json!({
            "diagnostics": diagnostics,
            "errors": errors,
            "warnings": warnings,
        }));
    } else {
        let files = count(args.files.len(), "file");
        let verdict = match (errors, warnings) {
            (0, 0) => format!("{files} checked: all is well"),
            (0, n) => format!("{files} checked: {}", count(n, "warning")),
            (n, 0) => format!("{files} checked: {}", count(n, "error")),
            (n, m) => format!(
                "{files} checked: {}, {}",
                count(n, "error"),
                count(m, "warning")
            ),
        };
        console.note(&verdict);
    }
    let bad = errors > 0 || (args.deny_warnings && warnings > 0);
    Ok(u8::from(bad))
}
