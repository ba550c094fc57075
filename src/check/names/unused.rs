//! Warnings of names that nothing uses.

use std::collections::HashSet;

use crate::check::Checker;
use crate::check::codes::UNUSED;
use crate::diag::Diagnostic;
use crate::syntax::tree::{ArchBody, Expr, ItemKind, Name, Parameter, Statement, Tree};

impl Checker<'_> {
    /// Warns of what nothing uses, in the user's own files.
    pub(in crate::check) fn unused(&mut self) {
        if !self.findings.has_errors() {
            self.unused_indices();
            self.unused_names();
        }
    }

    fn unused_names(&mut self) {
        // A file that others import is there to be imported.
        let root = self.modules.first().map(|root| root.tree.clone());
        let (mut declared, mut idle) = (vec![], vec![]);
        if let Some(tree) = root {
            declarations(&tree, &mut declared);
            locals(&tree, &mut idle);
        }
        let is_idle = |name: &Name| !self.used.contains(&name.span);
        let imported = self.imports.iter().cloned();
        let imported = imported.filter(is_idle).map(|name| (name, "imported"));
        let declared = declared.into_iter().filter(is_idle).chain(idle);
        let declared = declared.map(|name| (name, "declared"));
        for (name, how) in imported.chain(declared).collect::<Vec<_>>() {
            self.report(
                Diagnostic::warning(UNUSED, format!("`{}` is {how} and never used", name.text))
                    .label(name.span, "")
                    .help("delete it, or use it"),
            );
        }
    }
}

/// The names that something must use, those of experiments included.
fn declarations(tree: &Tree, out: &mut Vec<Name>) {
    for item in &tree.items {
        match &item.kind {
            ItemKind::Let { name, .. }
            | ItemKind::Param { name, .. }
            | ItemKind::Dataset { name, .. }
            | ItemKind::Fn { name, .. }
            | ItemKind::Arch { name, .. }
            | ItemKind::Objective { name, .. }
            | ItemKind::Recipe { name, .. } => out.push(name.clone()),
            ItemKind::Experiment {
                name, params, body, ..
            } => {
                out.push(name.clone());
                out.extend(params.iter().map(|param| param.name.clone()));
                declarations(body, out);
            }
            _ => {}
        }
    }
}

/// The parameters and constants of functions, archs and objectives that their bodies do not name.
fn locals(tree: &Tree, out: &mut Vec<Name>) {
    for item in &tree.items {
        match &item.kind {
            ItemKind::Fn { params, body, .. } | ItemKind::Objective { params, body, .. } => {
                idle(params, &[body], out);
            }
            ItemKind::Arch { params, body, .. } => {
                let mut behind = vec![];
                let (statements, layers) = match body {
                    ArchBody::Expr(layers) => (&[][..], layers),
                    ArchBody::Block { statements, layers } => (&statements[..], layers),
                };
                behind.push(layers);
                // From the last statement to the first: what stands behind a constant may name it.
                for statement in statements.iter().rev() {
                    match statement {
                        Statement::Let { name, value } => {
                            if !named(&behind).contains(name.text.as_str()) {
                                out.push(name.clone());
                            }
                            behind.push(value);
                        }
                        Statement::Require { condition, why } => {
                            behind.push(condition);
                            behind.extend(why);
                        }
                    }
                }
                idle(params, &behind, out);
            }
            ItemKind::Experiment { body, .. } => locals(body, out),
            _ => {}
        }
    }
}

/// The parameters that the expressions do not name.
fn idle(params: &[Parameter], body: &[&Expr], out: &mut Vec<Name>) {
    let named = named(body);
    let idle = params
        .iter()
        .filter(|param| !named.contains(param.name.text.as_str()));
    out.extend(idle.map(|param| param.name.clone()));
}

fn named<'e>(expressions: &[&'e Expr]) -> HashSet<&'e str> {
    expressions.iter().flat_map(|expr| expr.names()).collect()
}
