//! `kdp graph FILE`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use clap::{Args, ValueEnum};

use super::Answer;
use super::console::Console;
use super::error::CliError;
use super::front::{FileArgs, Planned};
use super::settings::{Settings, StoreFlag};
use crate::plan::Plan;
use crate::report::graph::svg;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kdp graph cifar.kdp | dot -Tpng > cifar.png
  kdp graph cifar.kdp --format svg > cifar.svg
  kdp graph cifar.kdp --format mermaid --collapsed    # families as one box, for a README")]
pub(super) struct GraphArgs {
    #[command(flatten)]
    file: FileArgs,
    /// The language of the drawing
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Show a family as one box
    #[arg(long)]
    collapsed: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// Graphviz
    #[default]
    Dot,
    /// Mermaid, as GitHub draws it
    Mermaid,
    /// A picture
    Svg,
}

pub(super) fn graph(args: GraphArgs, console: &Console) -> Answer {
    console.refuse_json("a drawing")?;
    let settings = Settings::load()?;
    let store = settings.look_at_store(&StoreFlag::default());
    let planned = Planned::load(&args.file, &store, console)?;
    let drawing = || Drawing::of(&planned.plan, args.collapsed);
    console.result(&match args.format {
        Format::Dot => drawing().dot(),
        Format::Mermaid => drawing().mermaid(),
        Format::Svg => svg(&planned.plan, args.collapsed)
            .map_err(|error| CliError::machine(error.to_string()))?,
    });
    Ok(0)
}

/// Boxes and arrows.
#[derive(Debug, Default, PartialEq)]
struct Drawing {
    /// Name and kind.
    boxes: Vec<(String, &'static str)>,
    /// From what is needed to what needs it.
    arrows: BTreeSet<(usize, usize)>,
}

impl Drawing {
    fn of(plan: &Plan, collapsed: bool) -> Drawing {
        let mut drawing = Drawing::default();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut place_of = vec![];
        for node in plan.graph.node_weights() {
            let name = match node.id.split_once('[') {
                Some((family, _)) if collapsed => format!("{family}[…]"),
                _ => node.id.clone(),
            };
            let boxes = &mut drawing.boxes;
            let place = *places.entry(name.clone()).or_insert_with(|| {
                boxes.push((name, node.task.kind()));
                boxes.len() - 1
            });
            place_of.push(place);
        }
        for edge in plan.graph.edge_indices() {
            if let Some((from, to)) = plan.graph.edge_endpoints(edge) {
                let (from, to) = (place_of[from.index()], place_of[to.index()]);
                if from != to {
                    drawing.arrows.insert((from, to));
                }
            }
        }
        drawing
    }

    fn dot(&self) -> String {
        let mut out =
            String::from("digraph kdp {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n");
        for (i, (name, kind)) in self.boxes.iter().enumerate() {
            let shape = match *kind {
                "data" => "cylinder",
                "measure" => "ellipse",
                _ => "box",
            };
            let name = name.replace('\\', "\\\\").replace('"', "\\\"");
            // Writing into a String cannot fail.
            let _ = writeln!(out, "  n{i} [label=\"{name}\", shape={shape}];");
        }
        for (from, to) in &self.arrows {
            let _ = writeln!(out, "  n{from} -> n{to};");
        }
        out + "}\n"
    }

    fn mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        for (i, (name, kind)) in self.boxes.iter().enumerate() {
            let (open, close) = match *kind {
                "data" => ("[(", ")]"),
                "measure" => ("([", "])"),
                _ => ("[", "]"),
            };
            let name = name.replace('"', "#quot;");
            let _ = writeln!(out, "  n{i}{open}\"{name}\"{close}");
        }
        for (from, to) in &self.arrows {
            let _ = writeln!(out, "  n{from} --> n{to}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing() -> Drawing {
        Drawing {
            boxes: vec![
                ("cifar".into(), "data"),
                ("s[way: \"a\"]".into(), "train"),
                ("gap".into(), "measure"),
            ],
            arrows: [(0, 1), (1, 2)].into(),
        }
    }

    #[test]
    fn names_are_quoted() {
        let dot = drawing().dot();
        assert!(
            dot.contains(r#"n1 [label="s[way: \"a\"]", shape=box];"#),
            "{dot}"
        );
        assert!(dot.contains("n0 -> n1;"), "{dot}");
        let mermaid = drawing().mermaid();
        assert!(
            mermaid.contains(r#"n1["s[way: #quot;a#quot;]"]"#),
            "{mermaid}"
        );
        assert!(mermaid.contains("n1 --> n2"), "{mermaid}");
    }
}
