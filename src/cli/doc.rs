//! `kdp doc`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::json;

use super::console::Console;
use super::error::CliError;
use super::{Answer, front};
use crate::diag::count;
use crate::doc::{Entry, Found, Parts, Section, find, page, reference, standard};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp doc conv                      # a layer, with its arguments
  kdp doc std.archs                 # what a module has
  kdp doc resnet_cifar              # a name of the standard library
  kdp doc then                      # a word or a sign of the language
  kdp doc slope                     # a field of a measure, an argument
  kdp doc cifar.kdp                 # what a file declares, as Markdown
  kdp doc cifar.kdp small           # one declaration of it
  kdp doc -o reference.md           # the whole reference as Markdown")]
pub(super) struct DocArgs {
    /// A name, a module, or a `.kdp` file [default: the whole reference, as Markdown]
    #[arg(value_name = "NAME | FILE")]
    what: Option<String>,
    /// A declaration of the file
    name: Option<String>,
    /// Write Markdown to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn doc(args: DocArgs, console: &Console) -> Answer {
    let file = args.what.as_deref().filter(|what| is_file(what));
    let sections = match file {
        Some(file) => vec![front::documented(Path::new(file), console)?],
        None => standard(),
    };
    let asked = match (file, &args.what, &args.name) {
        (Some(_), _, name) => name,
        (None, Some(what), Some(name)) => {
            let wrong = format!("`{what}` is no file, so it has no declaration `{name}`");
            return Err(CliError::usage(wrong).help("name one thing, or a `.kdp` file first"));
        }
        (None, what, None) => what,
        (None, None, Some(_)) => &None,
    };
    let Some(name) = asked else {
        let markdown = match file {
            Some(_) => sections.iter().map(page).collect(),
            None => reference(&sections),
        };
        if console.json {
            console.document(&json!({ "sections": sections }));
        }
        return match args.output {
            Some(path) => write(&path, &markdown, console),
            None if console.json => Ok(0),
            None => {
                console.result(&markdown);
                Ok(0)
            }
        };
    };
    let found = find(&sections, name).map_err(|close| unknown(name, file, close))?;
    let one = match &found {
        Found::Section(section) => (*section).clone(),
        Found::Entries(entries) => Section {
            name: entries
                .first()
                .map_or(name, |entry| &entry.path)
                .to_string(),
            entries: entries.clone(),
            ..Section::default()
        },
    };
    match (args.output, console.json) {
        (Some(path), _) => return write(&path, &page(&one), console),
        (None, true) => console.document(&json!({ "sections": [one] })),
        (None, false) => console.result(&match &found {
            Found::Section(section) => overview(section),
            Found::Entries(entries) => entries.iter().map(told).collect::<Vec<_>>().join("\n"),
        }),
    }
    Ok(0)
}

fn is_file(what: &str) -> bool {
    what.ends_with(".kdp") || Path::new(what).is_file()
}

fn unknown(name: &str, file: Option<&str>, close: Option<&str>) -> CliError {
    let help = match (close, file) {
        (Some(close), _) => format!("did you mean `{close}`?"),
        (None, Some(file)) => format!("`kdp doc {file}` tells what it declares"),
        (None, None) => "`kdp doc` tells of every name; a file's name ends in `.kdp`".into(),
    };
    let place = file.unwrap_or("the standard library");
    CliError::usage(format!("nothing in {place} is called `{name}`")).help(help)
}

fn write(path: &Path, text: &str, console: &Console) -> Answer {
    fs::write(path, text).map_err(|error| CliError::unwritable(path, error))?;
    if !console.json {
        console.note(&format!("wrote {}", path.display()));
    }
    Ok(0)
}

/// The names of a section, each with its first sentence.
fn overview(section: &Section) -> String {
    let mut out = format!("\x1b[1m{}\x1b[0m\n", section.name);
    if !section.doc.is_empty() {
        out += &format!("\n{}\n", columns([vec![section.doc.replace('\n', " ")]]));
    }
    let rows = section
        .entries
        .iter()
        .map(|entry| vec![entry.name.clone(), entry.kind.clone(), entry.summary()]);
    out + &format!("\n{}", columns(rows))
}

/// Everything that is known of a name.
fn told(entry: &Entry) -> String {
    let mut out = format!("{}, {}\n", entry.path, entry.kind);
    let signature = entry.signature.lines();
    for (nth, line) in signature.filter(|line| *line != entry.name).enumerate() {
        let parting = if nth == 0 { "\n" } else { "" };
        out += &format!("{parting}  \x1b[1m{line}\x1b[0m\n");
    }
    for paragraph in entry.doc.split("\n\n").filter(|text| !text.is_empty()) {
        out += &format!("\n{}\n", columns([vec![paragraph.replace('\n', " ")]]));
    }
    if entry.parameters.iter().any(|param| !param.doc.is_empty()) {
        let rows = entry.parameters.iter().map(|param| {
            let default = match param.default.as_deref() {
                None => String::new(),
                Some("nothing") => "may be left out".into(),
                Some(value) => format!("= {value}"),
            };
            vec![
                param.name.clone(),
                param.ty.clone(),
                default,
                param.doc.clone(),
            ]
        });
        out += &titled("parameters", rows);
    }
    if let Some(Parts { title, rows }) = &entry.parts {
        let rows = rows.iter().map(|part| {
            let cells = [&part.name, &part.text, &part.doc].map(|cell| cell.replace('\n', " "));
            cells.into_iter().filter(|cell| !cell.is_empty()).collect()
        });
        out += &titled(title, rows);
    }
    if !entry.sizes.is_empty() {
        let rows = entry.sizes.iter().map(|size| {
            let parameters = crate::doc::thousands(size.parameters);
            vec![size.call.clone(), count(parameters, "parameter")]
        });
        out += &titled(&format!("on {}", crate::doc::USUAL), rows);
    }
    out
}

fn titled(title: &str, rows: impl IntoIterator<Item = Vec<String>>) -> String {
    format!("\n{title}\n{}\n", columns(rows))
}

/// Columns, set in a little, no wider than the terminal.
fn columns(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    for row in rows {
        table.add_row(row);
    }
    let lines = table.trim_fmt();
    let lines: Vec<String> = lines.lines().map(|line| format!(" {line}")).collect();
    lines.join("\n")
}
