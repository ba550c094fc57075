//! The outline of a file.

use gen_lsp_types::{DocumentSymbol, SymbolKind};

use super::file::File;
use crate::check::declared_name;
use crate::syntax::tree::{IndexSet, Item, ItemKind, Parameter};

/// The declarations of a file; those of an experiment lie inside it.
pub fn symbols(file: &File) -> Vec<DocumentSymbol> {
    outline(file, &file.tree().items)
}

fn outline(file: &File, items: &[Item]) -> Vec<DocumentSymbol> {
    items.iter().filter_map(|item| symbol(file, item)).collect()
}

fn symbol(file: &File, item: &Item) -> Option<DocumentSymbol> {
    let (name, place) = match &item.kind {
        ItemKind::Claim { text, .. } => (file.slice(text.span).to_string(), text.span),
        _ => {
            let name = declared_name(item)?;
            (name.text.clone(), name.span)
        }
    };
    if name.is_empty() {
        return None;
    }
    let children = match &item.kind {
        ItemKind::Experiment { body, .. } => Some(outline(file, &body.items)),
        _ => None,
    };
    let range = file.range(item.span.to(place));
    #[allow(deprecated, reason = "the protocol still has the field")]
    Some(DocumentSymbol {
        name,
        detail: Some(detail(file, item)),
        kind: kind(&item.kind),
        tags: None,
        deprecated: None,
        range,
        selection_range: file.range(place),
        children,
    })
}

/// Its word, and what it goes over or takes.
fn detail(file: &File, item: &Item) -> String {
    let indices = |indices: &[IndexSet]| {
        let names: Vec<&str> = indices.iter().map(|set| set.name.text.as_str()).collect();
        match names.is_empty() {
            true => String::new(),
            false => format!("[{}]", names.join(", ")),
        }
    };
    let params = |params: &[Parameter]| {
        let shown =
            |param: &Parameter| format!("{}: {}", param.name.text, file.slice(param.ty.span));
        let shown: Vec<String> = params.iter().map(shown).collect();
        format!("({})", shown.join(", "))
    };
    let word = word(&item.kind);
    match &item.kind {
        ItemKind::Param { ty, .. } => format!("{word}: {}", file.slice(ty.span)),
        ItemKind::Fn { params: all, .. }
        | ItemKind::Arch { params: all, .. }
        | ItemKind::Objective { params: all, .. }
        | ItemKind::Experiment { params: all, .. } => format!("{word}{}", params(all)),
        ItemKind::Dataset { indices: sets, .. }
        | ItemKind::Model { indices: sets, .. }
        | ItemKind::Measure { indices: sets, .. }
        | ItemKind::Trial { indices: sets, .. } => format!("{word}{}", indices(sets)),
        _ => word.to_string(),
    }
}

/// The word that opens a declaration.
pub fn word(kind: &ItemKind) -> &str {
    match kind {
        ItemKind::Use(_) => "use",
        ItemKind::Param { .. } => "param",
        ItemKind::Let { .. } => "let",
        ItemKind::Fn { .. } => "fn",
        ItemKind::Arch { .. } => "arch",
        ItemKind::Dataset { .. } => "dataset",
        ItemKind::Recipe { .. } => "recipe",
        ItemKind::Model { word, .. } => &word.text,
        ItemKind::Objective { .. } => "objective",
        ItemKind::Measure { .. } => "measure",
        ItemKind::Claim { .. } => "claim",
        ItemKind::Experiment { .. } => "experiment",
        ItemKind::Trial { .. } => "trial",
    }
}

fn kind(kind: &ItemKind) -> SymbolKind {
    match kind {
        ItemKind::Use(_) => SymbolKind::Module,
        ItemKind::Param { .. } => SymbolKind::Property,
        ItemKind::Let { .. } => SymbolKind::Constant,
        ItemKind::Fn { .. } | ItemKind::Objective { .. } => SymbolKind::Function,
        ItemKind::Arch { .. } => SymbolKind::Class,
        ItemKind::Dataset { .. } => SymbolKind::Array,
        ItemKind::Recipe { .. } => SymbolKind::Struct,
        ItemKind::Model { .. } => SymbolKind::Object,
        ItemKind::Measure { .. } => SymbolKind::Number,
        ItemKind::Claim { .. } => SymbolKind::Boolean,
        ItemKind::Experiment { .. } => SymbolKind::Namespace,
        ItemKind::Trial { .. } => SymbolKind::Event,
    }
}
