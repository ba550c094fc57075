//! What `--set` gives: read as an expression, and how it is mended where it is none.

use std::rc::Rc;

use super::module::{DeclId, ModuleId, Named};
use crate::check::Checker;
use crate::check::codes::*;
use crate::check::names::standard_module;
use crate::diag::{Diagnostic, Mend, SourceId, Span, closest};
use crate::syntax::parse_expression;
use crate::syntax::tree::{Expr, ExprKind, ItemKind, TextPart, TypeExpr};

/// What a setting's source is called, before the param's name.
const SETTING: &str = "--set ";

/// A param that can be set: as `--set` calls it, whose it is, its name there, and its type.
struct Settable {
    called: String,
    module: ModuleId,
    name: String,
    ty: TypeExpr,
}

impl Checker<'_> {
    /// Reads the texts that `--set` gave.
    pub(in crate::check) fn settle(&mut self, root: ModuleId, settings: &[(String, String)]) {
        if settings.is_empty() {
            return;
        }
        let params = self.settable(root);
        for (name, text) in settings {
            let source = self.sources.add(format!("{SETTING}{name}"), text.as_str());
            let whole = Span::new(source, 0, text.len());
            let Some(param) = params.iter().find(|param| param.called == *name) else {
                self.no_param(name, whole, &params);
                continue;
            };
            let at = (param.module, param.name.clone());
            if let Some(first) = self.settings.get(&at) {
                let twice = Diagnostic::error(DUPLICATE_FIELD, format!("`{name}` is set twice"))
                    .label(whole, "set here")
                    .label(first.span, "and here")
                    .help("keep one of the two");
                self.report(twice);
                continue;
            }
            let expr = match param.ty.name.text.as_str() {
                // In a terminal nobody wants to quote a path twice.
                "text" | "path" if !text.starts_with('"') => Some(Expr {
                    kind: ExprKind::Text(vec![TextPart::Literal(text.clone())]),
                    span: whole,
                }),
                _ => self.setting(source, text, name, &param.ty),
            };
            if let Some(expr) = expr {
                self.import_for(param.module, &expr);
                self.settings.insert(at, expr);
            }
        }
    }

    /// Lets a module have the names of the standard library that a value for one of its params uses: in a
    /// terminal there is no `use`.
    fn import_for(&mut self, module: ModuleId, value: &Expr) {
        for name in value.names() {
            if self.modules[module.0].names.contains_key(name) {
                continue;
            }
            let Some(id) = standard_module(name).and_then(|home| self.load_standard(home)) else {
                continue;
            };
            if let Some((Named::Item(item), _)) = self.modules[id.0].names.get(name) {
                let decl = DeclId {
                    module: id,
                    item: *item,
                };
                let names = Rc::make_mut(&mut self.modules[module.0].names);
                names.insert(name.to_string(), (Named::Taken(decl), value.span));
            }
        }
    }

    /// The params of a file, and of those that it imports by a name: `tau`, `grid.tau`.
    fn settable(&self, root: ModuleId) -> Vec<Settable> {
        let mut found = vec![];
        let mut seen = vec![root];
        let mut open = vec![(root, String::new())];
        while let Some((module, prefix)) = open.pop() {
            let at = &self.modules[module.0];
            for item in &at.tree.items {
                if let ItemKind::Param { name, ty, .. } = &item.kind {
                    found.push(Settable {
                        called: format!("{prefix}{}", name.text),
                        module,
                        name: name.text.clone(),
                        ty: ty.clone(),
                    });
                }
            }
            let mut imports: Vec<_> = at.names.iter().collect();
            imports.sort_by_key(|(_, (_, span))| span.start);
            for (name, (meant, _)) in imports {
                if let Named::Module(import) = meant
                    && !self.modules[import.0].standard
                    && !seen.contains(import)
                {
                    seen.push(*import);
                    open.push((*import, format!("{prefix}{name}.")));
                }
            }
        }
        found
    }

    fn no_param(&mut self, name: &str, at: Span, params: &[Settable]) {
        let names: Vec<&str> = params.iter().map(|param| param.called.as_str()).collect();
        let of_import = params.iter().find(|param| param.name == name);
        let near = of_import.map(|param| param.called.as_str());
        let help = match near.or_else(|| closest(name, names.iter().copied())) {
            Some(near) => Mend::from(format!("did you mean `{near}`?")),
            None if names.is_empty() => "the file has no params".into(),
            None => format!("its params are {}", names.join(", ")).into(),
        };
        let message = format!("the file has no param `{name}`");
        self.fail_with(UNKNOWN_PARAM, message, at, help);
    }

    /// An expression of a setting's text; one error where it is none.
    fn setting(&mut self, source: SourceId, text: &str, name: &str, ty: &TypeExpr) -> Option<Expr> {
        let (expr, mut errors) = parse_expression(source, text);
        if !errors.is_empty()
            && let Some(list) = as_list(text).filter(|_| ty.name.text == "list")
        {
            errors = vec![
                Diagnostic::error(errors[0].code, "a list stands in brackets")
                    .label(Span::new(source, 0, text.len()), "")
                    .help(format!("write `--set '{name}={list}'`")),
            ];
        }
        self.findings.extend(errors);
        expr
    }

    /// Whether a place is in a setting.
    pub(in crate::check) fn is_setting(&self, span: Span) -> bool {
        self.sources.get(span.source).name.starts_with(SETTING)
    }

    /// How to mend a name that means nothing, in a setting.
    pub(in crate::check) fn mend_of_setting(&self, span: Span) -> Option<String> {
        let param = self.sources.get(span.source).name.strip_prefix(SETTING)?;
        Some(format!(
            "give `{param}` a value as a file would write it: a number, `true`, a text in quotes, a list in brackets"
        ))
    }
}

/// `0,1` and `(0,1)` as a list.
fn as_list(text: &str) -> Option<String> {
    let inside = text.trim();
    let inside = inside
        .strip_prefix('(')
        .and_then(|inside| inside.strip_suffix(')'))
        .unwrap_or(inside);
    let parts: Vec<&str> = inside.split(',').map(str::trim).collect();
    let plain = |part: &str| !part.is_empty() && !part.contains(['[', ']', '(', ')', '"']);
    (parts.len() > 1 && parts.iter().all(|part| plain(part)))
        .then(|| format!("[{}]", parts.join(", ")))
}
