//! `kdp new DIR`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::Answer;
use super::console::Console;
use super::error::CliError;

/// The files of a starter project; `NAME` stands for its name.
const FILES: &[(&str, &str)] = &[
    ("NAME.kdp", include_str!("starter/experiment.kdp")),
    ("kdp.toml", include_str!("starter/kdp.toml")),
    (".gitignore", "/.kdp\n/runs\n"),
];

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  kdp new hello
  kdp run hello/hello.kdp    # trains a teacher and a student on the digits in kdp: seconds")]
pub(super) struct NewArgs {
    /// The folder; it must be empty or not there
    dir: PathBuf,
}

pub(super) fn new(args: NewArgs, console: &Console) -> Answer {
    let name = name_of(&args.dir)?;
    let taken = fs::read_dir(&args.dir).is_ok_and(|mut entries| entries.next().is_some());
    if taken || args.dir.is_file() {
        let wrong = format!(
            "`{}` is there already and not an empty folder",
            args.dir.display()
        );
        return Err(CliError::usage(wrong));
    }
    fs::create_dir_all(&args.dir).map_err(|error| CliError::unwritable(&args.dir, error))?;
    let mut made = vec![];
    for (file, text) in FILES {
        let path = args.dir.join(file.replace("NAME", &name));
        fs::write(&path, text).map_err(|error| CliError::unwritable(&path, error))?;
        made.push(path);
    }
    match console.json {
        true => console.document(&json!({ "files": made })),
        false => {
            for path in &made {
                console.note(&format!("made {}", path.display()));
            }
            console.note(&format!("\nNext: kdp run {}", made[0].display()));
        }
    }
    Ok(0)
}

fn name_of(dir: &Path) -> Result<String, CliError> {
    let absolute = std::path::absolute(dir).map_err(|error| CliError::unreadable(dir, error))?;
    let name = absolute
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    name.ok_or_else(|| CliError::usage(format!("`{}` names no folder", dir.display())))
}
