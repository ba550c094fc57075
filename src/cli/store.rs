//! `kdp store ls|verify|gc|path`.

use clap::{Args, Subcommand};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

use super::console::{Console, bytes, moment};
use super::error::CliError;
use super::plan::warn_of_damage;
use super::settings::{Settings, StoreFlag};
use super::{Answer, runs};
use crate::diag::count;
use crate::plan::{Facts, Key};
use crate::store::{Entry, OutputsOf, Store};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp store ls
  kdp store verify           # reads every byte; what is damaged is moved aside and made anew when needed
  kdp store gc --dry-run     # what no recent run reaches")]
pub(super) struct StoreArgs {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    store: StoreFlag,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the objects, the newest last
    Ls,
    /// Read every byte and move damaged objects aside
    Verify,
    /// Remove what the last runs do not reach
    Gc {
        /// Say what would be removed, and remove nothing
        #[arg(long)]
        dry_run: bool,
        /// How many of the last runs of each `runs/` folder are kept
        #[arg(long, default_value_t = 20, value_name = "N")]
        keep: usize,
    },
    /// Print the store's folder
    Path,
}

pub(super) fn store(args: StoreArgs, console: &Console) -> Answer {
    let settings = Settings::load()?;
    match args.action {
        Action::Path => {
            let folder = settings.store_folder(&args.store);
            match console.json {
                true => console.document(&json!({ "path": folder })),
                false => console.result(&folder.display().to_string()),
            }
            Ok(0)
        }
        Action::Ls => ls(&settings.look_at_store(&args.store)?, console),
        Action::Verify => verify(&settings.open_store(&args.store)?, console),
        Action::Gc { dry_run, keep } => {
            gc(&settings.open_store(&args.store)?, dry_run, keep, console)
        }
    }
}

fn ls(store: &Store, console: &Console) -> Answer {
    let keys = store.keys()?;
    let mut objects: Vec<(Entry, u64)> = keys
        .into_iter()
        .filter_map(|key| Some((store.find(key)?, store.bytes(key))))
        .collect();
    objects.sort_by(|(a, _), (b, _)| a.manifest.made.at.cmp(&b.manifest.made.at));
    warn_of_damage(store, console);
    let views: u64 = store.views()?.iter().map(|views| views.bytes).sum();
    if console.json {
        let rows: Vec<Value> = objects
            .iter()
            .map(
                |(
                    Entry {
                        manifest: object, ..
                    },
                    bytes,
                )| {
                    json!({
                        "key": object.key,
                        "kind": object.kind,
                        "bytes": bytes,
                        "summary": object.summary,
                        "made": object.made,
                    })
                },
            )
            .collect();
        console.document(&json!({ "path": store.root(), "objects": rows, "outputs": views }));
        return Ok(0);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["key", "kind", "what", "size", "made (UTC)"]);
    if let Some(column) = table.column_mut(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for (entry, size) in &objects {
        let object = &entry.manifest;
        table.add_row([
            object.key.short(),
            object.kind.clone(),
            what(entry),
            bytes(*size),
            moment(&object.made.at).to_string(),
        ]);
    }
    let total = objects.iter().map(|(_, size)| size).sum();
    let mut text = format!(
        "{}\n{} in {}, {}",
        table.trim_fmt(),
        count(objects.len(), "object"),
        store.root().display(),
        bytes(total)
    );
    if views > 0 {
        text += &format!("; outputs on augmented samples, {}", bytes(views));
    }
    console.result(&text);
    Ok(0)
}

/// An object in a few words, from its facts and its summary.
fn what(object: &Entry) -> String {
    let number = |name: &str| object.manifest.summary.get(name).and_then(Value::as_f64);
    if let Some(accuracy) = number("test_accuracy") {
        let steps = number("steps").unwrap_or(0.0);
        return format!("{}, test accuracy {accuracy:.4}", count(steps, "step"));
    }
    if let Some(OutputsOf { model, on }) = OutputsOf::object(object) {
        return format!("of {} on {}", model.short(), on.split.word());
    }
    let facts = object.facts().ok();
    let word = facts.as_ref().and_then(name_in).unwrap_or_default();
    match number("slope") {
        Some(slope) => format!("{word}, slope {slope:.4}"),
        None => word,
    }
}

/// The name of the source or of the measure in a node's facts.
fn name_in(facts: &Facts) -> Option<String> {
    let Facts::Record(fields) = facts else {
        return None;
    };
    match fields.get("name") {
        Some(Facts::Text(name)) => Some(name.clone()),
        _ => ["data", "measure", "source"]
            .iter()
            .find_map(|field| name_in(fields.get(*field)?)),
    }
}

fn verify(store: &Store, console: &Console) -> Answer {
    let keys = store.keys()?;
    let mut damaged = vec![];
    for key in &keys {
        if let Err(error) = store.verify(*key) {
            store.move_aside(*key)?;
            damaged.push((*key, error.to_string()));
        }
    }
    if console.json {
        let rows: Vec<Value> = damaged
            .iter()
            .map(|(key, what)| json!({ "key": key, "what": what }))
            .collect();
        console.document(&json!({ "objects": keys.len(), "damaged": rows }));
    } else {
        for (_, what) in &damaged {
            console.warn(what);
        }
        console.result(&match damaged.len() {
            0 => format!("{} verified, all whole", count(keys.len(), "object")),
            n => format!(
                "{} verified, {n} damaged and moved aside; the next run that needs them makes them anew",
                count(keys.len(), "object")
            ),
        });
    }
    Ok(if damaged.is_empty() { 0 } else { 5 })
}

fn gc(store: &Store, dry_run: bool, keep: usize, console: &Console) -> Answer {
    let (kept, runs) = runs::reached(store, keep)?;
    if runs == 0 && keep > 0 && !dry_run {
        return Err(
            CliError::usage("no run is known that uses this store: nothing was removed")
                .help("`kdp store gc --keep 0` removes every object"),
        );
    }
    let unreached: Vec<(Key, u64)> = store
        .unreached(&kept)?
        .into_iter()
        .map(|key| (key, store.bytes(key)))
        .collect();
    let views = store.unreached_views(&kept)?;
    if !dry_run {
        for (key, _) in &unreached {
            store.remove(*key)?;
        }
        for views in &views {
            store.remove_views(views)?;
        }
        store.clear_aside()?;
        store.clear_work()?;
    }
    let total: u64 = unreached.iter().map(|(_, size)| size).sum();
    let outputs: u64 = views.iter().map(|views| views.bytes).sum();
    if console.json {
        let keys: Vec<Key> = unreached.iter().map(|(key, _)| *key).collect();
        console.document(
            &json!({ "removed": !dry_run, "keys": keys, "bytes": total, "outputs": outputs }),
        );
        return Ok(0);
    }
    let word = if dry_run {
        "would be removed"
    } else {
        "removed"
    };
    for (key, size) in &unreached {
        console.note(&format!("{} {word} ({})", key.short(), bytes(*size)));
    }
    if outputs > 0 {
        let size = bytes(outputs);
        console.note(&format!("outputs on augmented samples {word} ({size})"));
    }
    console.result(&format!(
        "{} {word}, {}; {} kept, which {} reach",
        count(unreached.len(), "object"),
        bytes(total),
        count(kept.len(), "node"),
        count(runs, "run"),
    ));
    Ok(0)
}
