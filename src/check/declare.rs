//! Declarations: each member of each, evaluated once.

use super::codes::*;
use super::family::member_id;
use super::module::{DeclId, ModuleId, declared_name};
use super::scope::Scope;
use super::types::Type;
use super::value::Value;
use super::{Checker, program};
use crate::diag::{Diagnostic, Mend, SourceId, Span, closest};
use crate::syntax::tree::{Expr, Item, ItemKind, RecipeBody};

impl Checker<'_> {
    /// Reads the texts that `--set` gave.
    pub(super) fn settle(&mut self, root: ModuleId, settings: &[(String, String)]) {
        let tree = self.modules[root.0].tree.clone();
        let params: Vec<&str> = tree
            .items
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Param { name, .. } => Some(name.text.as_str()),
                _ => None,
            })
            .collect();
        for (name, text) in settings {
            let param = tree.items.iter().find_map(|item| match &item.kind {
                ItemKind::Param {
                    name: declared, ty, ..
                } if declared.text == *name => Some(ty),
                _ => None,
            });
            let source = self.sources.add(format!("--set {name}"), text.as_str());
            let whole = Span::new(source, 0, text.len());
            let Some(ty) = param else {
                let help = closest(name, params.iter().copied()).map_or_else(
                    || match params.is_empty() {
                        true => Mend::from("the file has no params"),
                        false => format!("its params are {}", params.join(", ")).into(),
                    },
                    |near| format!("did you mean `{near}`?").into(),
                );
                self.fail_with(
                    UNKNOWN_PARAM,
                    format!("the file has no param `{name}`"),
                    whole,
                    help,
                );
                continue;
            };
            let word = ty.name.text.as_str();
            let expr = match word {
                // In a terminal nobody wants to quote a path twice.
                "text" | "path" if !text.starts_with('"') => Some(Expr {
                    kind: crate::syntax::tree::ExprKind::Text(vec![
                        crate::syntax::tree::TextPart::Literal(text.clone()),
                    ]),
                    span: whole,
                }),
                _ => self.setting(source, text),
            };
            if let Some(expr) = expr {
                self.settings.insert(name.clone(), expr);
            }
        }
    }

    /// An expression of a setting's text.
    fn setting(&mut self, source: SourceId, text: &str) -> Option<Expr> {
        let (expr, errors) = crate::syntax::parse_expression(source, text);
        self.findings.extend(errors);
        expr
    }

    /// Evaluates every declaration of the file that runs, and looks at those of its imports.
    pub(super) fn everything(&mut self, root: ModuleId) {
        self.program.doc = self.modules[root.0].tree.doc.clone();
        for module in 0..self.modules.len() {
            let id = ModuleId(module);
            if self.modules[module].standard {
                continue;
            }
            let tree = self.modules[module].tree.clone();
            for (at, item) in tree.items.iter().enumerate() {
                let decl = DeclId {
                    module: id,
                    item: at,
                };
                match &item.kind {
                    ItemKind::Use(_) => {}
                    ItemKind::Fn { params, body, .. } => {
                        let scope = self.open_scope(id, params);
                        self.eval(body, &scope);
                    }
                    ItemKind::Arch { params, .. } => {
                        let scope = self.open_scope(id, params);
                        let env = scope
                            .env
                            .bind("input", Value::Unknown)
                            .bind("classes", Value::Unknown);
                        self.arch_body(decl, env, None);
                    }
                    ItemKind::Objective { name, .. } => self.not_built("objective", name.span),
                    ItemKind::Experiment { name, .. } => self.not_built("experiment", name.span),
                    ItemKind::Trial { name, .. } => self.not_built("trial", name.span),
                    ItemKind::Claim { text, condition } if id == root => {
                        self.claim(text, condition, item.span, id)
                    }
                    ItemKind::Claim { .. } => {}
                    _ => {
                        let value = self.declared(decl, item.span);
                        if let Value::Family(family) = value {
                            self.family_members(&family, item.span);
                        }
                    }
                }
            }
        }
    }

    fn not_built(&mut self, word: &str, span: Span) {
        self.fail_with(
            NOT_BUILT,
            format!("`{word}` declarations are not run by this version of kdp"),
            span,
            "write the declarations out, as families over index sets",
        );
    }

    /// A scope with parameters that are not known: bodies are looked at even where nothing calls them.
    fn open_scope(&mut self, module: ModuleId, params: &[crate::syntax::tree::Parameter]) -> Scope {
        let mut scope = Scope::of(module);
        for param in params {
            let ty = self.ty(&param.ty);
            if let Some(default) = &param.default {
                self.eval_as(default, &ty, &Scope::of(module));
            }
            scope = scope.bind(&param.name.text, Value::Unknown);
        }
        scope
    }

    /// One member of a declaration.
    pub(super) fn evaluate(
        &mut self,
        decl: DeclId,
        item: &Item,
        place: &[usize],
        scope: &Scope,
    ) -> Value {
        let id = self.shown_id(decl, place);
        match &item.kind {
            ItemKind::Let { value, .. } => self.eval(value, scope),
            ItemKind::Param {
                name,
                ty,
                default,
                condition,
            } => {
                let ty = self.ty(ty);
                let set = if decl.module.0 == 0 {
                    self.settings.get(&name.text).cloned()
                } else {
                    None
                };
                let (value, at) = match (set, default) {
                    (Some(set), _) => {
                        let value = self.eval_as(&set, &ty, scope);
                        // A path of the command line is relative to the current folder.
                        let value = match (&ty, &set.kind, value) {
                            (Type::Path, crate::syntax::tree::ExprKind::Text(_), _) => {
                                match self.eval(&set, scope) {
                                    Value::Text(text, _) => Value::Path(text.into()),
                                    other => other,
                                }
                            }
                            (_, _, value) => value,
                        };
                        (value, set.span)
                    }
                    (None, Some(default)) => (self.eval_as(default, &ty, scope), default.span),
                    (None, None) => {
                        if self.must_be_set {
                            let message =
                                format!("the param `{}` has no default and is not set", name.text);
                            let help = format!("give it: `--set {}=…`", name.text);
                            self.fail_with(PARAM_NOT_SET, message, name.span, help);
                        }
                        return Value::Unknown;
                    }
                };
                if let Some(condition) = condition {
                    let holds = self.eval_as(
                        condition,
                        &Type::Bool,
                        &scope.bind(&name.text, value.clone()),
                    );
                    if matches!(holds, Value::Bool(false)) {
                        self.report(
                            Diagnostic::error(
                                CONDITION_FAILS,
                                format!(
                                    "`{}` is {}, which its condition does not allow",
                                    name.text,
                                    value.describe()
                                ),
                            )
                            .label(at, "given here")
                            .label(condition.span, "must hold"),
                        );
                        return Value::Unknown;
                    }
                }
                value
            }
            ItemKind::Dataset { source, .. } => match self.eval_as(source, &Type::Dataset, scope) {
                Value::Dataset(dataset) => {
                    let named = program::Dataset {
                        id,
                        span: item.span,
                        ..(*dataset).clone()
                    };
                    let named = std::rc::Rc::new(named);
                    self.program.datasets.push(named.clone());
                    Value::Dataset(named)
                }
                _ => Value::Unknown,
            },
            ItemKind::Recipe { body, .. } => match body {
                RecipeBody::Fields(fields) => {
                    Value::Recipe(std::rc::Rc::new(self.recipe_fields(fields, scope)))
                }
                RecipeBody::Expr(expr) => self.eval_as(expr, &Type::Recipe, scope),
            },
            ItemKind::Model {
                word,
                network,
                fields,
                ..
            } => self.model(&word.text, id, item.span, network, fields.as_deref(), scope),
            ItemKind::Measure { value, .. } => match self.eval_as(value, &Type::Measurement, scope)
            {
                Value::Measurement(at) => {
                    self.program.measures[at].id = id;
                    self.program.measures[at].span = item.span;
                    Value::Measurement(at)
                }
                _ => Value::Unknown,
            },
            ItemKind::Fn { name, .. }
            | ItemKind::Arch { name, .. }
            | ItemKind::Objective { name, .. }
            | ItemKind::Experiment { name, .. } => Value::Callable(name.text.clone()),
            // Said at the declaration.
            ItemKind::Trial { .. } | ItemKind::Use(_) | ItemKind::Claim { .. } => Value::Unknown,
        }
    }

    fn claim(&mut self, text: &Expr, condition: &Expr, span: Span, module: ModuleId) {
        let scope = Scope::of(module);
        let text = self.eval_as(text, &Type::Text, &scope);
        let value = self.eval(condition, &scope);
        let found = match &value {
            Value::Unknown => return,
            Value::Family(_) => {
                self.fail_with(
                    FAMILY_MISMATCH,
                    "a claim is one condition, and this is a family of them",
                    condition.span,
                    "fold it: `all(…)`, `any(…)`, or compare means: `mean(gap.slope) > 1`",
                );
                return;
            }
            value => value.as_condition(),
        };
        match (text, found) {
            (Value::Text(text, _), Some(condition)) => self.program.claims.push(program::Claim {
                text,
                span,
                condition,
            }),
            (_, None) => {
                let message = format!(
                    "a claim's condition is true or false, not {}",
                    value.describe()
                );
                self.fail_with(
                    WRONG_TYPE,
                    message,
                    condition.span,
                    "compare it: `mean(gap.slope) > 1.0`",
                );
            }
            _ => {}
        }
    }

    /// A member as a user writes it.
    pub(super) fn shown_id(&mut self, decl: DeclId, place: &[usize]) -> String {
        let tree = self.modules[decl.module.0].tree.clone();
        let item = &tree.items[decl.item];
        let name = declared_name(item).map_or("claim", |name| name.text.as_str());
        match self.axes.get(&decl) {
            Some(Some(axes)) => member_id(name, axes.iter().map(|(axis, _)| axis), place),
            _ => name.to_string(),
        }
    }
}
