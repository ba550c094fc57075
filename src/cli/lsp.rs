//! `kdp lsp`: the language server on standard input and output.

use std::env;
use std::path::PathBuf;

use clap::Args;
use lsp_server::Connection;

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
    let (connection, threads) = Connection::stdio();
    let options = Options {
        cache: cache(),
        store: Box::new(|file| {
            Settings::of(file.parent()?)
                .ok()
                .map(|one| one.look_at_store(&StoreFlag::default()))
        }),
    };
    let code = lsp::serve(&connection, options)
        .map_err(|error| CliError::machine(format!("the server cannot start: {error}")))?;
    drop(connection);
    // A message that could not be read ends the session too.
    match threads.join() {
        Ok(()) => Ok(code),
        Err(error) => Err(CliError::usage(format!("the client's message: {error}"))),
    }
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
