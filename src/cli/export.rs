//! `kdp export FILE NODE -o F`.

use std::collections::HashMap;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use safetensors::{SafeTensorError, SafeTensors};
use serde_json::json;
use tempfile::Builder;

use super::Answer;
use super::console::{Console, bytes};
use super::error::CliError;
use super::front::{FileArgs, Planned};
use super::points;
use super::settings::{Settings, StoreFlag};
use crate::plan::{NodeIndex, Task};
use crate::store::{Entry, Manifest, Store};

/// A network's weights.
const WEIGHTS: &str = "weights.safetensors";
/// The points of a deviation.
const POINTS: &str = "points.safetensors";

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp export cifar.kdp 'big[seed: 0]' -o big.safetensors    # weights under their published names
  kdp export cifar.kdp 'gap[seed: 0]' -o gap.safetensors    # x, y, label, flipped … of a deviation
  kdp export cifar.kdp 'gap[seed: 0]' -o gap.csv            # the same points, a line a sample
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
    hold_writable(&args.output)?;
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
    let mut content = entry.read(&blob)?;
    let damaged = |why: String| CliError::machine(format!("`{blob}` of `{}`: {why}", node.id));
    if blob == WEIGHTS {
        content = for_pytorch(&content).map_err(|error| damaged(error.to_string()))?;
    }
    if blob == POINTS && is_csv(&args.output) {
        content = points::to_csv(&content).map_err(damaged)?;
    }
    write(&args.output, &content).map_err(|error| CliError::unwritable(&args.output, error))?;
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

/// Refuses a place that cannot be written to before anything is looked up.
fn hold_writable(output: &Path) -> Result<(), CliError> {
    if output.is_dir() {
        let wrong = format!("`{}` is a folder, not a file to write", output.display());
        let inside = output.join(WEIGHTS);
        let help = format!("name the file: `-o {}`", inside.display());
        return Err(CliError::usage(wrong).help(help));
    }
    let folder = folder(output);
    if !folder.is_dir() {
        let wrong = format!("there is no folder `{}` to write to", folder.display());
        let help = format!(
            "make it (`mkdir -p {}`), or choose another",
            folder.display()
        );
        return Err(CliError::usage(wrong).help(help));
    }
    Ok(())
}

/// The folder a file lies in.
fn folder(file: &Path) -> &Path {
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

/// Writes a file whole or not at all.
fn write(output: &Path, content: &[u8]) -> io::Result<()> {
    // A pipe or a device is written to as it is.
    if output.exists() && !output.is_file() {
        return fs::write(output, content);
    }
    let mut file = Builder::new()
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder(output))?;
    file.write_all(content)?;
    file.persist(output)?;
    Ok(())
}

/// The same tensors, with the note by which transformers 4 knows PyTorch's.
fn for_pytorch(weights: &[u8]) -> Result<Vec<u8>, SafeTensorError> {
    let tensors = SafeTensors::deserialize(weights)?;
    let note = HashMap::from([("format".to_string(), "pt".to_string())]);
    safetensors::serialize(tensors.iter(), Some(note))
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
    let points = |name: &str| name == POINTS && is_csv(&args.output);
    let fits = |name: &&&str| Path::new(name).extension() == ending || points(name);
    let preferred = [WEIGHTS, POINTS, "result.json"];
    let known = preferred
        .iter()
        .filter(|name| names.contains(name))
        .find(fits);
    let fitting: Vec<&&str> = names.iter().filter(fits).collect();
    match (known, fitting.as_slice()) {
        (Some(name), _) => Ok(name.to_string()),
        (None, [only]) => Ok(only.to_string()),
        _ if names.contains(&WEIGHTS) && is_pytorch(&args.output) => {
            let safe = args.output.with_extension("safetensors");
            let help = format!(
                "name it `{}`; PyTorch reads it by `safetensors.torch.load_file`",
                safe.display()
            );
            Err(CliError::usage("weights are written as safetensors").help(help))
        }
        _ => Err(CliError::usage(format!(
            "which of the node's files is meant cannot be told from `{}`",
            args.output.display()
        ))
        .help(format!("{all}: choose one with `--blob`"))),
    }
}

/// Whether a file is called as tables of comma-separated values are.
fn is_csv(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "csv")
}

/// Whether a file is called as those of `torch.save` are.
fn is_pytorch(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("pth" | "pt" | "bin"))
}

#[cfg(test)]
mod tests {
    use safetensors::tensor::{Dtype, TensorView};

    use super::*;

    #[test]
    fn exported_weights_are_the_same_and_say_that_they_are_pytorchs() {
        let ones = TensorView::new(Dtype::U8, vec![2], &[1, 1]).expect("sound");
        let twos = TensorView::new(Dtype::U8, vec![1], &[2]).expect("sound");
        let tensors = [("fc.weight", &ones), ("fc.bias", &twos)];
        let weights = safetensors::serialize(tensors, None).expect("packed");
        let exported = for_pytorch(&weights).expect("sound");
        let (_, header) = SafeTensors::read_metadata(&exported).expect("sound");
        let note = header.metadata().as_ref().expect("a note");
        assert_eq!(note["format"], "pt");
        let [before, after] = [&weights, &exported].map(|bytes| {
            let mut all = SafeTensors::deserialize(bytes).expect("sound").tensors();
            all.sort_by(|a, b| a.0.cmp(&b.0));
            all
        });
        assert_eq!(before, after);
    }
}
