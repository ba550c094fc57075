//! From a file's name to its plan: the only place where the command calls the front end.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::console::Console;
use super::digests::Remembered;
use super::error::CliError;
use crate::check::{self, Disk, Memory, STANDARD, World};
use crate::diag::{Coded, Diagnostic, Example, MAIN, SourceId, Sources, count, render, to_json};
use crate::doc::{self, Section};
use crate::plan::{self, Call, Key, NodeIndex, Plan};
use crate::run::{Fetchable, all_targets, select};
use crate::store::Store;
use crate::syntax;

/// A file and the params that are set.
#[derive(Clone, Debug, Args)]
pub(super) struct FileArgs {
    /// The `.kdp` file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Set a param: `--set tau=2 --set 'seeds=[0, 1]'`
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    pub settings: Vec<(String, String)>,
}

impl FileArgs {
    /// Of a file's name that came another way.
    pub fn of(file: &str, settings: Vec<(String, String)>) -> FileArgs {
        FileArgs {
            file: file.into(),
            settings,
        }
    }
}

/// The two sides of `name=value`.
pub(super) fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok((name.trim().into(), value.trim().into()))
        }
        _ => Err("write it as NAME=VALUE, such as `tau=2`".into()),
    }
}

/// A file that was checked and planned.
pub(super) struct Planned {
    pub plan: &'static Plan,
    /// The file's name as it was given.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Planned {
    /// Checks and plans a file. What is found in it is drawn on the console; errors end the verb.
    pub fn load(args: &FileArgs, store: &Store, console: &Console) -> Result<Planned, CliError> {
        bytes(&args.file)?;
        let loaded = check::load(&args.file, &args.settings, &Disk);
        let found = Findings::of(&loaded.diagnostics, &loaded.sources, console);
        let (Some(program), 0) = (&loaded.program, found.errors) else {
            let errors = count(found.errors, "error");
            return Err(CliError {
                code: 1,
                diagnostics: Some(Value::Array(found.json)),
                ..CliError::usage(format!(
                    "{} has {errors}; nothing was done",
                    args.file.display()
                ))
            });
        };
        let planned = Planned {
            plan: kept(plan::plan(
                program,
                &loaded.sources,
                &Remembered { store, console },
            )),
            name: args.file.display().to_string(),
            text: loaded.sources.get(SourceId::default()).text.clone(),
        };
        kept(loaded);
        Ok(planned)
    }

    /// The nodes' names by key.
    pub fn names(&self) -> BTreeMap<Key, &str> {
        let nodes = self.plan.graph.node_weights();
        nodes.map(|node| (node.key, node.id.as_str())).collect()
    }

    /// The nodes that are asked for: all, where none is named.
    pub fn targets(&self, names: &[String]) -> Result<BTreeSet<NodeIndex>, CliError> {
        if names.is_empty() {
            return Ok(all_targets(self.plan));
        }
        let mut targets = BTreeSet::new();
        for name in names {
            targets.extend(self.some(name)?);
        }
        Ok(targets)
    }

    /// The nodes of a name: one, or a family's members.
    pub fn some(&self, name: &str) -> Result<BTreeSet<NodeIndex>, CliError> {
        select(self.plan, name).map_err(CliError::usage)
    }

    /// The one node of a name.
    pub fn one(&self, name: &str) -> Result<NodeIndex, CliError> {
        let nodes: Vec<NodeIndex> = self.some(name)?.into_iter().collect();
        if let [node] = nodes[..] {
            return Ok(node);
        }
        let ids = nodes
            .iter()
            .map(|node| format!("`{}`", self.plan.graph[*node].id));
        let help = format!("its members are {}", ids.collect::<Vec<_>>().join(", "));
        Err(CliError::usage(format!("`{name}` is a family: name one member")).help(help))
    }
}

/// What lives as long as the command: taking something large apart at the end only takes time.
pub(super) fn kept<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// What was found in a file.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub errors: usize,
    pub warnings: usize,
    pub json: Vec<Value>,
}

impl Findings {
    /// Draws diagnostics on the console, and counts them.
    fn of(diagnostics: &[Diagnostic], sources: &Sources, console: &Console) -> Findings {
        if !diagnostics.is_empty() {
            console.note(&render(diagnostics, sources, console.rendering()));
        }
        let errors = diagnostics.iter().filter(|one| one.is_error()).count();
        let json = match to_json(diagnostics, sources) {
            Value::Array(items) => items,
            _ => vec![],
        };
        Findings {
            errors,
            warnings: diagnostics.len() - errors,
            json,
        }
    }
}

/// Checks a file without planning it; a param that must be set may be missing.
pub(super) fn look(
    file: &Path,
    settings: &[(String, String)],
    console: &Console,
) -> Result<Findings, CliError> {
    bytes(file)?;
    let loaded = kept(check::look(file, settings, &Disk));
    Ok(Findings::of(&loaded.diagnostics, &loaded.sources, console))
}

/// A text and its canonical layout; `None`, with the errors drawn, where it has errors.
pub(super) fn format(name: &str, bytes: Vec<u8>, console: &Console) -> Option<(String, String)> {
    let mut sources = Sources::default();
    let (id, tree, diagnostics) = syntax::read(name, bytes, &mut sources);
    let found = Findings::of(&diagnostics, &sources, console);
    let text = sources.get(id).text.clone();
    (found.errors == 0).then(|| {
        let formatted = syntax::format(&tree, &text);
        (text, formatted)
    })
}

/// What a file declares; that it cannot be read as one ends the verb.
pub(super) fn documented(file: &Path, console: &Console) -> Result<Section, CliError> {
    let mut sources = Sources::default();
    let name = file.display().to_string();
    let (id, tree, diagnostics) = syntax::read(name, bytes(file)?, &mut sources);
    let found = Findings::of(&diagnostics, &sources, console);
    match found.errors {
        0 => Ok(doc::of_file(file, &sources.get(id).text, &tree, &Disk)),
        errors => Err(CliError {
            code: 1,
            diagnostics: Some(Value::Array(found.json)),
            ..CliError::usage(format!("{} has {}", file.display(), count(errors, "error")))
        }),
    }
}

pub(super) use crate::check::Named;

/// The data sets to fetch that a file names; errors in it end the verb.
pub(super) fn downloads(file: &Path, console: &Console) -> Result<Vec<Named>, CliError> {
    bytes(file)?;
    let loaded = check::load(file, &[], &Disk);
    let found = Findings::of(&loaded.diagnostics, &loaded.sources, console);
    match loaded.program {
        Some(program) => Ok(program.downloads),
        None => Err(CliError {
            code: 1,
            diagnostics: Some(Value::Array(found.json)),
            ..CliError::usage(format!(
                "{} has {}; nothing was fetched",
                file.display(),
                count(found.errors, "error")
            ))
        }),
    }
}

/// The data sets to fetch that the standard library names.
pub(super) fn standard_downloads() -> Vec<Named> {
    let module = STANDARD.iter().find(|(name, _)| *name == "downloads");
    let text = module.map_or("", |(_, text)| text);
    let world = Memory([("downloads.kdp".into(), text.into())].into());
    let loaded = check::load(Path::new("downloads.kdp"), &[], &world);
    loaded
        .program
        .map(|program| program.downloads)
        .unwrap_or_default()
}

/// What can be fetched, and the sources that read it.
pub(super) fn fetchable() -> Vec<Fetchable> {
    let known = standard_downloads().into_iter().map(|set| {
        let read = set.download.declare.as_deref().and_then(source_of);
        let (source, paths) = read.unzip();
        Fetchable {
            source,
            name: set.name,
            download: (*set.download).clone(),
            paths: paths.unwrap_or_default(),
        }
    });
    known.collect()
}

/// The source of a data set and its paths, by what declares it, which is checked like a file.
fn source_of(declare: &str) -> Option<(Call, BTreeMap<String, PathBuf>)> {
    let (word, _) = declare.split_once('(')?;
    let text = format!("use std.datasets.{word}\ndataset it = {declare}\n");
    let world = Memory([("it.kdp".into(), text)].into());
    let program = check::load(Path::new("it.kdp"), &[], &world).program?;
    match &program.datasets.first()?.from {
        check::DataFrom::Source { call, paths } => Some((call.clone(), paths.clone())),
        _ => None,
    }
}

/// Every diagnostic's code.
pub(super) fn codes() -> impl Iterator<Item = &'static Coded> {
    syntax::codes::CODES.iter().chain(check::CODES)
}

/// What is told of an example, written for standard output.
pub(super) fn told(example: &Example, console: &Console) -> String {
    let files = example.files.iter();
    let world = Memory(
        files
            .map(|(name, text)| (name.into(), text.clone()))
            .collect(),
    );
    let loaded = check::load(Path::new(MAIN), &example.settings, &world);
    render(
        &loaded.diagnostics,
        &loaded.sources,
        console.rendering_of_results(),
    )
}

/// The bytes of a file; that it cannot be read is told before anything else.
pub(super) fn bytes(file: &Path) -> Result<Vec<u8>, CliError> {
    Disk.read(file).map_err(|error| {
        let wrong = CliError::unreadable(file, error);
        if file.is_dir() {
            return wrong.help("name a `.kdp` file in it");
        }
        let near = check::near_path(&Disk, Path::new(""), &file.to_string_lossy());
        match near {
            Some(near) => wrong.help(format!("did you mean `{near}`?")),
            None => wrong,
        }
    })
}
