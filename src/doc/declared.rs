//! What a file declares.

use std::path::Path;

use super::entry::{Entry, Part, Parts, Section};
use super::sizes::{Import, sizes};
use super::source::Source;
use crate::check::World;
use crate::syntax::tree::{ArchBody, Field, Item, ItemKind, RecipeBody, Statement, Tree};

/// The declarations of a file of the user's, whose text was read without an error as this tree.
pub fn of_file(path: &Path, text: &str, tree: &Tree, world: &dyn World) -> Section {
    let name = path.file_name().unwrap_or(path.as_os_str());
    section(
        &name.to_string_lossy(),
        text,
        tree,
        &Import::File(path, world),
    )
}

/// One declaration of a text, sizes aside; imports are none.
pub fn declaration(item: &Item, text: &str) -> Option<Entry> {
    declared(item, Source(text))
}

/// The declarations of a text; `import` is how another file takes names from it.
pub(super) fn section(name: &str, text: &str, tree: &Tree, import: &Import) -> Section {
    let source = Source(text);
    let entries = tree.items.iter().filter_map(|item| {
        let mut entry = declared(item, source)?;
        entry.path = match import {
            Import::Standard(_) => format!("{name}.{}", entry.name),
            Import::File(..) => entry.name.clone(),
        };
        if entry.kind == "arch" {
            entry.sizes = sizes(&entry, import);
        }
        Some(entry)
    });
    Section {
        name: name.to_string(),
        doc: paragraph(&tree.doc),
        entries: entries.collect(),
    }
}

/// Lines of a doc comment, the blank behind each mark taken off.
fn paragraph(lines: &[String]) -> String {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    lines.join("\n")
}

/// What a declaration says of itself; imports say nothing.
fn declared(item: &Item, source: Source) -> Option<Entry> {
    let mut entry = Entry {
        doc: paragraph(&item.doc),
        ..Entry::default()
    };
    let (kind, name) = match &item.kind {
        ItemKind::Use(_) => return None,
        ItemKind::Param { name, .. } => {
            entry.signature = source.at(item.span);
            ("param", &name.text)
        }
        ItemKind::Let { name, .. } => {
            entry.signature = source.at(item.span);
            ("let", &name.text)
        }
        ItemKind::Fn { name, params, .. } => {
            entry.parameters = source.parameter_rows(params);
            entry.signature = format!("fn {}{}", name.text, source.parameters(params));
            ("fn", &name.text)
        }
        ItemKind::Arch { name, params, body } => {
            entry.parameters = source.parameter_rows(params);
            entry.signature = format!("arch {}{}", name.text, source.parameters(params));
            entry.parts = requirements(body, source);
            ("arch", &name.text)
        }
        ItemKind::Objective { name, params, .. } => {
            entry.parameters = source.parameter_rows(params);
            entry.signature = source.at(item.span);
            ("objective", &name.text)
        }
        ItemKind::Recipe { name, body } => {
            entry.signature = match body {
                RecipeBody::Fields(fields) => {
                    entry.parts = Some(field_rows(fields, source));
                    format!("recipe {}", name.text)
                }
                RecipeBody::Expr(_) => source.at(item.span),
            };
            ("recipe", &name.text)
        }
        ItemKind::Model {
            word,
            name,
            indices,
            network,
            fields,
        } => {
            let indices = source.indices(indices);
            let network = source.at(network.span);
            entry.signature = format!("{} {}{indices} = {network}", word.text, name.text);
            entry.parts = fields.as_ref().map(|fields| field_rows(fields, source));
            (word.text.as_str(), &name.text)
        }
        ItemKind::Dataset { name, .. } => {
            entry.signature = source.at(item.span);
            ("dataset", &name.text)
        }
        ItemKind::Measure { name, .. } => {
            entry.signature = source.at(item.span);
            ("measure", &name.text)
        }
        ItemKind::Trial { name, .. } => {
            entry.signature = source.at(item.span);
            ("trial", &name.text)
        }
        ItemKind::Claim { text, .. } => {
            entry.kind = "claim".into();
            entry.name = source.line(text.span).trim_matches('"').to_string();
            entry.signature = source.at(item.span);
            return Some(entry);
        }
        ItemKind::Experiment { name, params, body } => {
            entry.parameters = source.parameter_rows(params);
            entry.signature = format!("experiment {}{}", name.text, source.parameters(params));
            entry.parts = Some(members(&body.items, source));
            ("experiment", &name.text)
        }
    };
    entry.kind = kind.to_string();
    entry.name = name.clone();
    Some(entry)
}

fn field_rows(fields: &[Field], source: Source) -> Parts {
    let row = |field: &Field| Part {
        name: field.name.text.clone(),
        text: source.line(field.value.span),
        doc: paragraph(&field.doc),
    };
    Parts {
        title: "fields".into(),
        rows: fields.iter().map(row).collect(),
    }
}

/// What an experiment declares, each under the name that a trial gives it.
fn members(items: &[Item], source: Source) -> Parts {
    let row = |item: &Item| {
        let entry = declared(item, source)?;
        Some(Part {
            text: match entry.signature.contains('\n') {
                true => format!("{} {}{}", entry.kind, entry.name, index_names(item)),
                false => entry.signature,
            },
            name: entry.name,
            doc: entry.doc,
        })
    };
    Parts {
        title: "members".into(),
        rows: items.iter().filter_map(row).collect(),
    }
}

/// `[seed, way]`; nothing where there are no indices.
fn index_names(item: &Item) -> String {
    let (ItemKind::Dataset { indices, .. }
    | ItemKind::Model { indices, .. }
    | ItemKind::Measure { indices, .. }
    | ItemKind::Trial { indices, .. }) = &item.kind
    else {
        return String::new();
    };
    let names: Vec<&str> = indices
        .iter()
        .map(|index| index.name.text.as_str())
        .collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("[{}]", names.join(", ")),
    }
}

/// What an arch asks of its arguments.
fn requirements(body: &ArchBody, source: Source) -> Option<Parts> {
    let ArchBody::Block { statements, .. } = body else {
        return None;
    };
    let row = |statement: &Statement| match statement {
        Statement::Let { .. } => None,
        Statement::Require { condition, why } => Some(Part {
            name: String::new(),
            text: source.line(condition.span),
            doc: why.as_ref().map_or_else(String::new, |why| {
                source.line(why.span).trim_matches('"').to_string()
            }),
        }),
    };
    let rows: Vec<Part> = statements.iter().filter_map(row).collect();
    (!rows.is_empty()).then(|| Parts {
        title: "requires".into(),
        rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Disk;
    use crate::diag::SourceId;
    use crate::syntax;

    fn of(text: &str) -> Section {
        let (tree, wrong) = syntax::parse(SourceId::default(), text);
        assert!(wrong.is_empty(), "{wrong:?}");
        of_file(Path::new("ours.kdp"), text, &tree, &Disk)
    }

    #[test]
    fn a_declaration_is_told_as_it_is_written() {
        let section = of(
            "//! Ours.\n\n/// Twice\n/// as much.\nfn twice(a: int,\n  b: number = 1e-3) = 2 * a\n",
        );
        assert_eq!(section.doc, "Ours.");
        let twice = &section.entries[0];
        assert_eq!(twice.signature, "fn twice(a: int, b: number = 1e-3)");
        assert_eq!(twice.doc, "Twice\nas much.");
        assert_eq!(twice.parameters[1].default.as_deref(), Some("1e-3"));
    }

    #[test]
    fn index_sets_keep_their_lines() {
        let section = of(
            "student small[\n  seed in 0..2,\n  way in {\n    a: one_hot\n  }\n] = mlp([8]) {\n  data: d.train\n}\n",
        );
        let small = &section.entries[0];
        assert_eq!(
            small.signature,
            "student small[\n  seed in 0..2,\n  way in {\n    a: one_hot\n  }\n] = mlp([8])"
        );
        let fields = small.parts.as_ref().map(|parts| &parts.rows[0]);
        assert_eq!(fields.map(|field| field.text.as_str()), Some("d.train"));
    }

    #[test]
    fn members_of_an_experiment_are_told_with_their_docs() {
        let section = of(
            "experiment e(n: int) {\n  /// The one.\n  teacher big[i in 0..n] = mlp() { data: d.train }\n  claim \"so\" = n > 1\n}\n",
        );
        let parts = section.entries[0].parts.as_ref().unwrap();
        assert_eq!(parts.title, "members");
        assert_eq!(parts.rows[0].text, "teacher big[i in 0..n] = mlp()");
        assert_eq!(parts.rows[0].doc, "The one.");
        assert_eq!(parts.rows[1].name, "so");
    }

    #[test]
    fn the_sizes_of_resnets_are_those_of_the_paper() {
        let sections = super::super::standard();
        let Ok(super::super::Found::Entries(found)) = super::super::find(&sections, "resnet_cifar")
        else {
            panic!("no resnet_cifar");
        };
        // He et al. 2016, table 6, in millions; and a network of 20 layers with projections.
        let told: Vec<String> = found[0]
            .sizes
            .iter()
            .map(|size| format!("{:.2}", size.parameters as f64 / 1e6))
            .collect();
        assert_eq!(told, ["0.27", "0.46", "0.66", "0.85", "1.73", "0.27"]);
    }
}
