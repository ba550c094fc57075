//! Why a verb gave up.

use std::io;
use std::path::Path;

use crate::diag::plainly;
use crate::store::StoreError;

/// Why a verb gave up, how to mend it, and the exit code.
#[derive(Debug)]
pub(super) struct CliError {
    pub message: String,
    pub help: Option<String>,
    pub code: u8,
    /// What was found in the `.kdp` file, drawn on the console already.
    pub diagnostics: Option<serde_json::Value>,
}

impl CliError {
    /// Wrong use: exit code 2.
    pub fn usage(message: impl Into<String>) -> CliError {
        CliError {
            message: message.into(),
            help: None,
            code: 2,
            diagnostics: None,
        }
    }

    /// The machine failed: exit code 5.
    pub fn machine(message: impl Into<String>) -> CliError {
        CliError {
            code: 5,
            ..CliError::usage(message)
        }
    }

    /// A file that the user named cannot be read: wrong use.
    pub fn unreadable(path: &Path, error: impl Into<io::Error>) -> CliError {
        let why = plainly(&error.into());
        CliError::usage(format!("`{}` cannot be read: {why}", path.display()))
    }

    /// A file cannot be written: the machine failed.
    pub fn unwritable(path: &Path, error: impl Into<io::Error>) -> CliError {
        let why = plainly(&error.into());
        CliError::machine(format!("`{}` cannot be written: {why}", path.display()))
    }

    pub fn help(mut self, help: impl Into<String>) -> CliError {
        self.help = Some(help.into());
        self
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> CliError {
        let help = error.help().map(str::to_string);
        CliError {
            help,
            ..CliError::machine(error.to_string())
        }
    }
}
