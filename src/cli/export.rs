//! `kdp export FILE NODE -o F`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::Answer;
use super::console::{Console, bytes};
use super::error::CliError;
use super::front::{FileArgs, Planned};
use super::settings::{Settings, StoreFlag};
use crate::plan::{NodeIndex, Task};
use crate::store::{Entry, Manifest, Store};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp export cifar.kdp 'big[seed: 0]' -o big.safetensors    # weights under their published names
  kdp export cifar.kdp 'gap[seed: 0]' -o gap.safetensors    # x, y, label, flipped … of a deviation
  kdp export cifar.kdp 'gap[seed: 0]' -o gap.json           # its fields")]
pub(super) struct ExportArgs {
    #[command(flatten)]
    file: FileArgs,
    /// The node, as in `kdp plan`
    node: String,
    /// The file to write; its ending chooses among what the node has
    #[arg(short, long, value_name = "F")]
    output: PathBuf,
    /// Which of the node's files, where its ending does not tell
    #[arg(long, value_name = "NAME")]
    blob: Option<String>,
    #[command(flatten)]
    store: StoreFlag,
}

pub(super) fn export(args: ExportArgs, console: &Console) -> Answer {
    let folder = args.output.parent();
    if let Some(folder) = folder.filter(|folder| *folder != Path::new("") && !folder.is_dir()) {
        let wrong = format!("there is no folder `{}` to write to", folder.display());
        let help = format!(
            "make it (`mkdir -p {}`), or choose another",
            folder.display()
        );
        return Err(CliError::usage(wrong).help(help));
    }
    let settings = Settings::of_file(&args.file.file)?;
    let store = settings.open_store(&args.store)?;
    let planned = Planned::load(&args.file, &store, console)?;
    let index = planned.one(&args.node)?;
    let node = &planned.plan.graph[index];
    let Some(entry) = store.find(node.key) else {
        for warning in store.take_warnings() {
            console.warn(&warning);
        }
        let wrong = format!("`{}` is not in the store", node.id);
        let help = format!(
            "`kdp run {} --target '{}'` makes it",
            args.file.file.display(),
            node.id
        );
        return Err(CliError::usage(wrong).help(help));
    };
    if let Task::Ensemble(task) = &node.task
        && args
            .output
            .extension()
            .is_some_and(|ending| ending == "safetensors")
    {
        let names = planned.names();
        let members = task.ensemble.members.iter();
        let members: Vec<&str> = members.filter_map(|key| names.get(key).copied()).collect();
        let wrong = format!("`{}` is an ensemble: it has no weights of its own", node.id);
        let help = format!("export its members: {}", members.join(", "));
        return Err(CliError::usage(wrong).help(help));
    }
    let entry = match told(&planned, index, &store, &args) {
        Some(told) => told,
        None => entry,
    };
    let blob = choose(&entry.manifest, &args)?;
    let content = entry.read(&blob)?;
    fs::write(&args.output, &content).map_err(|error| CliError::unwritable(&args.output, error))?;
    match console.json {
        true => console.document(&json!({
            "node": node.id,
            "key": node.key,
            "blob": blob,
            "path": args.output,
            "bytes": content.len(),
        })),
        false => console.note(&format!(
            "{}: {blob} of `{}`, {}",
            args.output.display(),
            node.id,
            bytes(content.len() as u64)
        )),
    }
    Ok(0)
}

/// What tells of a model, where a blob of that is asked for: its curves.
fn told(planned: &Planned, node: NodeIndex, store: &Store, args: &ExportArgs) -> Option<Entry> {
    let blob = args.blob.as_deref()?;
    let plan = planned.plan;
    let (name, _) = plan.models.iter().find(|(_, model)| **model == node)?;
    let told = store.find(plan.teller(name)?.key)?;
    told.manifest.blobs.contains_key(blob).then_some(told)
}

/// The blob that is asked for by name, else the one that a node of this kind is exported for and
/// that has the output's ending.
fn choose(manifest: &Manifest, args: &ExportArgs) -> Result<String, CliError> {
    let names: Vec<&str> = manifest.blobs.keys().map(String::as_str).collect();
    let all = format!("it has {}", names.join(", "));
    if let Some(name) = &args.blob {
        return match names.contains(&name.as_str()) {
            true => Ok(name.clone()),
            false => Err(CliError::usage(format!("the node has no `{name}`")).help(all)),
        };
    }
    let ending = args.output.extension();
    let fits = |name: &&&str| Path::new(name).extension() == ending;
    let preferred = ["weights.safetensors", "points.safetensors", "result.json"];
    let known = preferred
        .iter()
        .filter(|name| names.contains(name))
        .find(fits);
    let fitting: Vec<&&str> = names.iter().filter(fits).collect();
    match (known, fitting.as_slice()) {
        (Some(name), _) => Ok(name.to_string()),
        (None, [only]) => Ok(only.to_string()),
        _ => Err(CliError::usage(format!(
            "which of the node's files is meant cannot be told from `{}`",
            args.output.display()
        ))
        .help(format!("{all}: choose one with `--blob`"))),
    }
}
