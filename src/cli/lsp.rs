//! `kdp lsp`: the language server on standard input and output.

use std::env;
use std::path::PathBuf;

use clap::Args;

use super::Answer;
use super::error::CliError;
use super::settings::{Settings, StoreFlag};
use crate::lsp::{self, Options};

#[derive(Debug, Args)]
#[command(after_help = "\
An editor starts it and speaks the Language Server Protocol with it; `editors/` has what VS Code,
Neovim and Helix need to do so.")]
pub(super) struct LspArgs {
    /// Speak over standard input and output, which is what it does anyway; some editors ask for it
    #[arg(long)]
    stdio: bool,
}

pub(super) fn lsp(_args: &LspArgs) -> Answer {
    let failed = |error| CliError::machine(format!("the server cannot start: {error}"));
    let (connection, writer) = lsp::stdio().map_err(failed)?;
    let options = Options {
        cache: cache(),
        store: Box::new(|file| {
            let settings = Settings::of(file.parent()?).ok()?;
            settings.look_at_store(&StoreFlag::default()).ok()
        }),
    };
    let code = lsp::serve(&connection, options).map_err(failed)?;
    drop(connection);
    // What is still to be written is written before the end.
    let _ = writer.join();
    Ok(code)
}

/// Where a user's caches lie.
fn cache() -> Option<PathBuf> {
    let folder = |name| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    folder("XDG_CACHE_HOME")
        .or_else(|| Some(folder("HOME")?.join(".cache")))
        .or_else(|| Some(env::temp_dir()))
}
