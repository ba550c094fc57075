//! Warnings of indices that the members of a family do not hang on.

use crate::check::Checker;
use crate::check::codes::UNUSED_INDEX;
use crate::check::families::indices;
use crate::check::modules::declared_name;
use crate::diag::{Diagnostic, Mend, Span};
use crate::syntax::tree::{Expr, Field, IndexSet, Item, ItemKind, Tree};

impl Checker<'_> {
    /// Warns of indices that the members of a family do not hang on.
    pub(in crate::check) fn unused_indices(&mut self) {
        let own = self
            .modules
            .iter()
            .filter(|module| !module.standard && module.instance.is_none());
        let trees: Vec<_> = own.map(|module| module.tree.clone()).collect();
        let mut unused = vec![];
        for tree in &trees {
            indices_without_use(tree, &mut unused);
        }
        for (item, index) in unused {
            let name = &index.name.text;
            let of = declared_name(item).map_or("", |name| &name.text);
            let message = format!(
                "the index `{name}` is never used: the members of `{of}` along it are all the same"
            );
            let mend = match &item.kind {
                ItemKind::Model { fields, .. } if name == "seed" => {
                    self.seeded(fields.as_deref().unwrap_or_default())
                }
                _ => "make the members hang on it, or leave it out".into(),
            };
            self.report(
                Diagnostic::warning(UNUSED_INDEX, message)
                    .label(index.name.span, "")
                    .help(mend),
            );
        }
    }

    /// `seed: seed`, behind the last field of a model; in place of a seed that it has.
    fn seeded(&self, fields: &[Field]) -> Mend {
        let mend = Mend::from("give it to the model: `seed: seed`");
        if let Some(seed) = fields.iter().find(|field| field.name.text == "seed") {
            return mend.edit(seed.value.span, "seed");
        }
        let Some(last) = fields.last() else {
            return mend;
        };
        let (at, end) = (last.name.span, last.value.span.end as usize);
        let before = &self.sources.get(at.source).text[..at.start as usize];
        let indent = before.rsplit('\n').next().unwrap_or_default();
        let parted = match indent.trim().is_empty() {
            true => format!("\n{indent}"),
            false => ", ".to_string(),
        };
        mend.edit(
            Span::new(at.source, end, end),
            format!("{parted}seed: seed"),
        )
    }
}

/// The indices of a tree that nothing in their declarations names, those of experiments included.
fn indices_without_use<'t>(tree: &'t Tree, out: &mut Vec<(&'t Item, &'t IndexSet)>) {
    for item in &tree.items {
        if let ItemKind::Experiment { body, .. } = &item.kind {
            indices_without_use(body, out);
        }
        let body = of_members(item);
        for index in indices(item) {
            let others = indices(item).iter().map(|index| &index.set);
            let mut names = body.iter().copied().chain(others).flat_map(Expr::names);
            if !names.any(|name| name == index.name.text) {
                out.push((item, index));
            }
        }
    }
}

/// The expressions that make each member of a family.
fn of_members(item: &Item) -> Vec<&Expr> {
    match &item.kind {
        ItemKind::Dataset { source: value, .. }
        | ItemKind::Measure { value, .. }
        | ItemKind::Trial { value, .. } => vec![value],
        ItemKind::Model {
            network, fields, ..
        } => {
            let fields = fields.iter().flatten().map(|field| &field.value);
            [network].into_iter().chain(fields).collect()
        }
        _ => vec![],
    }
}
