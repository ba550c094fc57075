//! What is told of a name where the mouse rests.

use std::rc::Rc;

use gen_lsp_types::{Contents, Hover, MarkupContent, MarkupKind, Range};

use super::facts::Facts;
use super::file::File;
use super::names::{Builtin, Holder, Role, Symbol};
use super::resolve::{Meaning, parameters};
use super::workspace::Workspace;
use crate::check::Flow;
use crate::diag::{Span, count};
use crate::doc::{declaration, thousands};
use crate::spec::DataShape;
use crate::syntax::tree::{Item, ItemKind};
use crate::vocabulary::{self, told};

/// What is told of a name.
pub struct Told {
    /// Where the name stands.
    pub span: Span,
    /// The same, as the protocol has it.
    pub range: Range,
    parts: Vec<String>,
    /// The declaration whose nodes may be in the store.
    pub planned: Option<String>,
}

impl Told {
    /// As the protocol has it, with what of the declaration is in the store.
    pub fn hover(mut self, stored: Option<(usize, usize)>) -> Hover {
        self.parts
            .extend(stored.map(|(all, stored)| match (all, stored) {
                (1, 1) => "In the store.".to_string(),
                (1, _) => "Not in the store yet.".to_string(),
                (all, stored) if all == stored => format!("All {all} are in the store."),
                (all, stored) => format!("{stored} of {all} are in the store."),
            }));
        Hover {
            contents: Contents::MarkupContent(MarkupContent {
                kind: MarkupKind::Markdown,
                value: self.parts.join("\n\n"),
            }),
            range: Some(self.range),
        }
    }
}

/// Lines of a declaration that are shown.
const LINES: usize = 12;
/// Ways through a layer that are shown.
const WAYS: usize = 4;

/// What is told of what stands at a place.
pub fn hover(
    workspace: &Workspace,
    file: &Rc<File>,
    byte: usize,
    facts: Option<&Facts>,
) -> Option<Told> {
    let (span, meaning) = workspace.meaning_at(file, byte)?;
    let (code, texts) = match &meaning {
        Meaning::Builtin(builtin) => of_builtin(builtin)?,
        Meaning::File(module) => of_file(module),
        Meaning::Symbol(made, _) => of_symbol(made, &meaning)?,
    };
    let mut parts = vec![format!("```kdp\n{code}\n```")];
    parts.extend(texts.into_iter().filter(|text| !text.is_empty()));
    let mut planned = None;
    if let Some(facts) = facts {
        if let (Meaning::Symbol(made, _), Some(symbol)) = (&meaning, meaning.symbol())
            && made.path == file.path
        {
            parts.extend(of_declaration(facts, symbol, meaning.item()));
            planned = meaning
                .item()
                .filter(|item| is_planned(item))
                .map(|_| symbol.name.clone());
        }
        if is_network(&meaning) {
            parts.extend(facts.flows(span).map(of_flows));
        }
    }
    Some(Told {
        span,
        range: file.range(span),
        parts,
        planned,
    })
}

/// Whether layers are made of it where it is used.
fn is_network(meaning: &Meaning) -> bool {
    use crate::check::WordKind::Layer;
    matches!(meaning, Meaning::Builtin(Builtin::Word(_, Layer)))
        || matches!(
            meaning.item().map(|item| &item.kind),
            Some(ItemKind::Arch { .. })
        )
}

/// Whether it becomes nodes.
fn is_planned(item: &Item) -> bool {
    matches!(
        item.kind,
        ItemKind::Dataset { .. } | ItemKind::Model { .. } | ItemKind::Measure { .. }
    )
}

fn of_file(module: &File) -> (String, Vec<String>) {
    let name = module.path.file_stem().unwrap_or_default();
    let doc = module.tree().doc.iter().map(|line| line.trim());
    (
        format!("// {}", name.to_string_lossy()),
        vec![doc.collect::<Vec<_>>().join("\n")],
    )
}

fn of_builtin(builtin: &Builtin) -> Option<(String, Vec<String>)> {
    let (code, text) = match builtin {
        Builtin::Word(word, _) | Builtin::State(word) => (word.signature(), word.doc.to_string()),
        Builtin::Argument(word, param) => (
            param.signature(),
            format!("{} (argument of `{}`)", param.doc, word.name),
        ),
        Builtin::RecipeField(param) => (
            param.signature(),
            format!("{} (field of a recipe)", param.doc),
        ),
        Builtin::Function(function) => (function.signature(), function.doc.to_string()),
        Builtin::Given(word) => (word.to_string(), told(vocabulary::GIVEN, word)?.1.into()),
        Builtin::Type(word) => (word.to_string(), told(vocabulary::TYPES, word)?.1.into()),
        Builtin::Choice(word) => {
            let doc =
                told(vocabulary::BLENDS, word).map_or("one of the choices here", |told| told.1);
            (word.to_string(), doc.to_string())
        }
        Builtin::Member(holder, word) => (word.to_string(), of_member(*holder, word)?),
    };
    Some((code, vec![text]))
}

fn of_member(holder: Holder, word: &str) -> Option<String> {
    let words = match holder {
        Holder::ModelBlock => vocabulary::MODEL_FIELDS,
        Holder::Dataset => vocabulary::SPLITS,
        Holder::Model => vocabulary::MODEL_MEMBERS,
        Holder::Shape => vocabulary::SHAPE_MEMBERS,
        Holder::Measurement(measure) => {
            let field = vocabulary::fields(measure).find(|field| field.name == word)?;
            return Some(format!("{} (field of `{measure}`)", field.doc));
        }
    };
    Some(told(words, word)?.1.to_string())
}

fn of_symbol(made: &File, meaning: &Meaning) -> Option<(String, Vec<String>)> {
    let symbol = meaning.symbol()?;
    if let Some(item) = meaning.item() {
        let entry = declaration(item, &made.text)?;
        return Some((shortened(&entry.signature), vec![entry.doc]));
    }
    let owner = symbol.owner.and_then(|id| made.names().symbols.get(id));
    let of = |what: &str| match owner {
        Some(owner) => vec![format!("{what} of `{}`", owner.name)],
        None => vec![],
    };
    // The line as it was written, from the name to the end of what follows it.
    let from = |end: Span| shortened(made.slice(symbol.span.to(end)));
    Some(match symbol.role {
        Role::Parameter => {
            let item = owning_item(made, symbol)?;
            let params = parameters(&item)?;
            let param = params.iter().find(|param| param.name.span == symbol.span)?;
            let end = param
                .default
                .as_ref()
                .map_or(param.ty.span, |value| value.span);
            (from(end), of("parameter"))
        }
        Role::Index => {
            let item = owning_item(made, symbol)?;
            let set = index_set(&item, symbol.span)?;
            (from(set), of("index"))
        }
        Role::Local => (format!("let {}", symbol.name), of("constant")),
        _ => (symbol.name.clone(), vec!["goes through a list".into()]),
    })
}

/// The declaration that a symbol belongs to.
fn owning_item(made: &File, symbol: &Symbol) -> Option<Item> {
    let owner = made.names().symbols.get(symbol.owner?)?;
    match &owner.role {
        Role::Declared(path) => super::resolve::item_at(&made.tree().items, path).cloned(),
        _ => None,
    }
}

fn index_set(item: &Item, name: Span) -> Option<Span> {
    let (ItemKind::Dataset { indices, .. }
    | ItemKind::Model { indices, .. }
    | ItemKind::Measure { indices, .. }
    | ItemKind::Trial { indices, .. }) = &item.kind
    else {
        return None;
    };
    let index = indices.iter().find(|index| index.name.span == name)?;
    Some(index.set.span)
}

fn shortened(code: &str) -> String {
    let lines: Vec<&str> = code.lines().collect();
    match lines.len() > LINES {
        true => format!("{}\n…", lines[..LINES].join("\n")),
        false => code.to_string(),
    }
}

/// What the checker learnt of a declaration.
fn of_declaration(facts: &Facts, symbol: &Symbol, item: Option<&Item>) -> Vec<String> {
    let mut parts = vec![];
    if let Some(value) = facts.value(symbol.span) {
        parts.push(format!("= `{value}`"));
    }
    let Some(item) = item else {
        return parts;
    };
    if let Some(trained) = facts.model(item.span) {
        let Flow {
            input,
            output,
            parameters,
        } = &trained.network;
        let mut told = vec![format!(
            "{} → {}, {}",
            input.short(),
            output.short(),
            count(thousands(*parameters), "parameter")
        )];
        told.extend(trained.steps.map(|(least, most)| match least == most {
            true => count(thousands(least as i64), "step"),
            false => format!(
                "{} to {} steps",
                thousands(least as i64),
                thousands(most as i64)
            ),
        }));
        if trained.members > 1 {
            told.push(count(thousands(trained.members as i64), "member"));
        }
        parts.push(told.join(" · "));
    }
    if let Some(data) = facts.dataset(item.span) {
        parts.push(of_data(data));
    }
    parts
}

fn of_data(data: &DataShape) -> String {
    let mut told = vec![
        format!("samples of {}", data.sample.short()),
        count(data.classes, "class"),
        format!("{} to train on", thousands(data.train)),
        format!("{} to test on", thousands(data.test)),
    ];
    if data.validation > 0 {
        told.push(format!("{} to validate on", thousands(data.validation)));
    }
    told.join(" · ")
}

fn of_flows(flows: &[Flow]) -> String {
    let told = flows.iter().take(WAYS).map(of_flow);
    let mut told: Vec<String> = told.collect();
    if flows.len() > WAYS {
        told.push(format!("… {} ways in all", flows.len()));
    }
    told.join("  \n")
}

fn of_flow(flow: &Flow) -> String {
    let sizes = format!("{} → {}", flow.input.short(), flow.output.short());
    match flow.parameters {
        0 => sizes,
        n => format!("{sizes}, {}", count(thousands(n), "parameter")),
    }
}
