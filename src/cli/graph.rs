//! `kdp graph FILE`.

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Answer;
use super::console::Console;
use super::error::CliError;
use super::front::{FileArgs, Planned, kept};
use super::settings::{Settings, StoreFlag};
use crate::report::graph::{Boxes, Drawing, svg};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp graph cifar.kdp | dot -Tpng > cifar.png
  kdp graph cifar.kdp --format svg -o cifar.svg
  kdp graph cifar.kdp --target 'gap[seed: 0]' -o gap.svg
  kdp graph cifar.kdp --format mermaid --collapsed    # families as one box, for a README")]
pub(super) struct GraphArgs {
    #[command(flatten)]
    file: FileArgs,
    #[command(flatten)]
    store: StoreFlag,
    /// Only this node (or family) and what it needs; repeatable
    #[arg(long = "target", value_name = "NODE")]
    targets: Vec<String>,
    /// The language of the drawing [default: by the ending of `-o`, else dot]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// Show a family as one box, with its count and its index sets
    #[arg(long)]
    collapsed: bool,
    /// Write the drawing to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Format {
    /// Graphviz
    Dot,
    /// Mermaid, as GitHub draws it
    Mermaid,
    /// A picture
    Svg,
}

pub(super) fn graph(args: GraphArgs, console: &Console) -> Answer {
    if console.json && (args.format.is_some() || args.output.is_some()) {
        return Err(CliError::usage("a drawing cannot be given as JSON")
            .help("`--json` answers boxes and arrows: leave `--format` and `-o` out"));
    }
    let settings = Settings::of_file(&args.file.file)?;
    let store = settings.look_at_store(&args.store)?;
    let planned = Planned::load(&args.file, &store, console)?;
    let targets = planned.targets(&args.targets)?;
    let plan = match args.targets.is_empty() {
        true => planned.plan,
        false => kept(planned.plan.part(&targets)),
    };
    let of = match args.collapsed {
        true => Boxes::Families,
        false => Boxes::Nodes,
    };
    if console.json {
        console.document(&Drawing::new(plan, of));
        return Ok(0);
    }
    let format = match args.format {
        Some(format) => format,
        None => args.format_by_name()?,
    };
    let text = match format {
        Format::Dot => Drawing::new(plan, of).dot(),
        Format::Mermaid => Drawing::new(plan, of).mermaid(),
        Format::Svg => svg(plan, of).map_err(|error| CliError::machine(error.to_string()))?,
    };
    match &args.output {
        None => console.result(&text),
        Some(path) => {
            fs::write(path, text).map_err(|error| CliError::unwritable(path, error))?;
            console.note(&format!("wrote {}", path.display()));
        }
    }
    Ok(0)
}

impl GraphArgs {
    /// The format that the name of the output asks for.
    fn format_by_name(&self) -> Result<Format, CliError> {
        let ending = self.output.as_ref().and_then(|path| path.extension());
        match ending.map(|ending| ending.to_string_lossy()).as_deref() {
            Some("svg") => Ok(Format::Svg),
            Some("mmd" | "mermaid") => Ok(Format::Mermaid),
            None | Some("dot" | "gv") => Ok(Format::Dot),
            Some(other) => {
                let wrong = format!("`.{other}` is the ending of no drawing that kdp makes");
                let help = "end it in `.svg`, `.dot` or `.mmd`, or say `--format`; Graphviz makes others: `kdp graph FILE | dot -Tpng > x.png`";
                Err(CliError::usage(wrong).help(help))
            }
        }
    }
}
