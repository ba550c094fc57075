//! Where answers go.

use std::io::Write;

use anstream::ColorChoice;
use clap::ValueEnum;
use serde_json::json;

use super::Common;
use super::error::CliError;
use crate::diag::Rendering;

/// Columns that prose takes at most.
const WIDTH: usize = 100;

/// When colour is used.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How diagnostics are written for a person.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Told {
    /// Drawn, unless NO_GRAPHICS is set
    #[default]
    Auto,
    /// Drawn over the lines of the file
    Drawn,
    /// In sentences, a place a line, for screen readers
    Narrated,
}

/// Standard output for results, standard error for everything else. What is written may hold
/// colours; they are taken out where they are not wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Console {
    /// Whether the answer is one JSON document.
    pub json: bool,
    /// Whether the workers' logs are shown.
    pub verbose: bool,
    /// Whether diagnostics are told in sentences.
    pub narrated: bool,
}

impl Console {
    pub fn new(common: &Common) -> Console {
        let choice = match common.color {
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        };
        choice.write_global();
        Console {
            json: common.json,
            verbose: common.verbose > 0,
            narrated: match common.diagnostics {
                Told::Auto => std::env::var_os("NO_GRAPHICS").is_some_and(|set| set != "0"),
                Told::Drawn => false,
                Told::Narrated => true,
            },
        }
    }

    /// A result. A reader that went away (`kdp plan … | head`) is no error.
    pub fn result(&self, text: &str) {
        let mut out = anstream::stdout().lock();
        let _ = out.write_all(text.as_bytes());
        if !text.ends_with('\n') {
            let _ = out.write_all(b"\n");
        }
        let _ = out.flush();
    }

    /// A paragraph broken into lines for standard output, each after an indent.
    pub fn wrapped(&self, text: &str, indent: &str) -> String {
        let width = terminal_size::terminal_size_of(std::io::stdout())
            .map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(20, WIDTH));
        let options = textwrap::Options::new(width)
            .initial_indent(indent)
            .subsequent_indent(indent);
        textwrap::fill(text, options)
    }

    /// A result as JSON.
    pub fn document(&self, value: &impl serde::Serialize) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => self.result(&text),
            Err(error) => self.note(&format!("the answer is no JSON: {error}")),
        }
    }

    /// Refuses `--json` for an answer that is a text in a language of its own.
    pub fn refuse_json(&self, what: &str) -> Result<(), CliError> {
        match self.json {
            true => Err(CliError::usage(format!("{what} cannot be given as JSON"))
                .help("leave `--json` out")),
            false => Ok(()),
        }
    }

    /// Anything that is no result.
    pub fn note(&self, text: &str) {
        let mut out = anstream::stderr().lock();
        let _ = writeln!(out, "{}", text.trim_end_matches('\n'));
    }

    /// Something is not as it should be.
    pub fn warn(&self, text: &str) {
        self.note(&format!("\x1b[33;1mwarning\x1b[0m: {text}"));
    }

    /// How diagnostics are written on standard error.
    pub fn rendering(&self) -> Rendering {
        self.rendering_with(anstream::AutoStream::choice(&std::io::stderr()))
    }

    /// How diagnostics are written where they are the answer.
    pub fn rendering_of_results(&self) -> Rendering {
        self.rendering_with(anstream::AutoStream::choice(&std::io::stdout()))
    }

    fn rendering_with(&self, colour: ColorChoice) -> Rendering {
        match colour {
            _ if self.narrated => Rendering::Narrated,
            ColorChoice::Never => Rendering::Plain,
            _ => Rendering::Colour,
        }
    }

    /// Says why a verb gave up; its exit code.
    pub fn fail(&self, error: &CliError) -> u8 {
        if !error.message.is_empty() {
            let mut text = format!("\x1b[31;1merror\x1b[0m: {}", error.message);
            if let Some(help) = &error.help {
                text += &format!("\n  \x1b[36mhelp\x1b[0m: {help}");
            }
            self.note(&text);
        }
        if self.json {
            self.document(&match &error.diagnostics {
                Some(diagnostics) => json!({ "diagnostics": diagnostics }),
                None => json!({ "error": { "message": error.message, "help": error.help } }),
            });
        }
        error.code
    }
}

/// Bytes for a person: `1.5 MiB`.
pub(super) fn bytes(n: u64) -> String {
    let mut size = n as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if size < 1024.0 {
            return match unit {
                "B" => format!("{n} B"),
                _ => format!("{size:.1} {unit}"),
            };
        }
        size /= 1024.0;
    }
    format!("{size:.1} TiB")
}

/// An RFC 3339 time to the second: `2026-01-02T03:04:05`.
pub(super) fn moment(at: &str) -> &str {
    at.get(..19).unwrap_or(at)
}
