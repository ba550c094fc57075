//! Declarations: each member of each, evaluated once.

use std::fmt::{Display, Write};
use std::rc::Rc;

use super::family::indices;
use crate::check::calls::Trial;
use crate::check::codes::*;
use crate::check::limits::BUDGET_OF_A_CLAIM;
use crate::check::losses::in_body;
use crate::check::modules::{DeclId, ModuleId, declared_name};
use crate::check::names::Scope;
use crate::check::values::Type;
use crate::check::values::Value;
use crate::check::{Checker, program};
use crate::diag::Span;
use crate::syntax::tree::{Expr, ExprKind, Item, ItemKind, RecipeBody};

impl Checker<'_> {
    /// Evaluates every declaration of the file that runs. What stands only in its imports, and the
    /// experiments that nothing uses, are looked at for their errors: nothing of them is run.
    pub(in crate::check) fn everything(&mut self, root: ModuleId) {
        self.program.doc = self.modules[root.0].tree.doc.clone();
        let files: Vec<ModuleId> = (0..self.modules.len())
            .map(ModuleId)
            .filter(|id| *id != root && !self.modules[id.0].standard)
            .collect();
        self.all_index_sets(root);
        self.all_of(root);
        let program = &self.program;
        let (datasets, models) = (program.datasets.len(), program.models.len());
        let (measures, claims) = (program.measures.len(), program.claims.len());
        let downloads = program.downloads.len();
        for file in files {
            self.all_of(file);
        }
        while let Some(experiment) = self.seen.pop() {
            self.look_at_experiment(experiment);
        }
        self.program.datasets.truncate(datasets);
        self.program.models.truncate(models);
        self.program.measures.truncate(measures);
        self.program.claims.truncate(claims);
        self.program.downloads.truncate(downloads);
    }

    /// Evaluates the index sets of a module, so that families that are too large are told before their
    /// members are gone through.
    fn all_index_sets(&mut self, module: ModuleId) {
        let tree = self.modules[module.0].tree.clone();
        for (item, declared) in tree.items.iter().enumerate() {
            self.axes_of(DeclId { module, item }, declared);
        }
    }

    /// Evaluates every declaration of a module, and of the trials in it.
    pub(in crate::check) fn all_of(&mut self, id: ModuleId) {
        let around = std::mem::replace(&mut self.here, id);
        let tree = self.modules[id.0].tree.clone();
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
                ItemKind::Objective { params, body, .. } => {
                    let scope = self.open_scope(id, params);
                    let scope = Scope {
                        env: in_body(scope.env),
                        ..scope
                    };
                    self.losses.push(item.span);
                    let value = self.eval(body, &scope);
                    self.as_objective(value, body.span);
                    self.losses.pop();
                }
                ItemKind::Experiment { .. } => self.seen.push(decl),
                ItemKind::Claim { text, condition } => self.claim(text, condition, item.span, id),
                _ => self.all_members(decl, item),
            }
        }
        self.here = around;
    }

    /// Evaluates every member of a declaration.
    fn all_members(&mut self, decl: DeclId, item: &Item) {
        let members = match self.declared(decl, item.span) {
            Value::Family(family) => self.family_members(&family, item.span),
            // Index sets that are not known: the body is looked at all the same.
            Value::Unknown if !indices(item).is_empty() => {
                let mut scope = Scope::of(decl.module);
                for index in indices(item) {
                    if let ExprKind::Record(fields) = &index.set.kind {
                        for field in fields {
                            self.eval(&field.value, &scope);
                        }
                    }
                    scope = scope.bind(&index.name.text, Value::Unknown);
                }
                vec![self.evaluate(decl, item, &[], &scope)]
            }
            lone => vec![lone],
        };
        if let (ItemKind::Let { name, .. }, [Value::Download(download)]) =
            (&item.kind, members.as_slice())
        {
            // It is there to be fetched by its name.
            self.used.insert(name.span);
            self.program.downloads.push(program::Named {
                name: name.text.clone(),
                doc: item.doc.join(" "),
                download: download.clone(),
            });
        }
        // A constant may name a trial that it is itself a part of.
        if !matches!(item.kind, ItemKind::Trial { .. }) {
            return;
        }
        for member in members {
            if let Value::Trial(module) = member {
                self.all_of(module);
            }
        }
    }

    /// A scope with parameters that are not known: bodies are looked at even where nothing calls them.
    pub(in crate::check) fn open_scope(
        &mut self,
        module: ModuleId,
        params: &[crate::syntax::tree::Parameter],
    ) -> Scope {
        let scope = params.iter().fold(Scope::of(module), |scope, param| {
            scope.bind(&param.name.text, Value::Unknown)
        });
        for param in params {
            let ty = self.ty(&param.ty);
            let default = match &param.default {
                Some(default) => self.eval_as(default, &ty, &Scope::of(module)),
                None => Value::Unknown,
            };
            if let Some(condition) = &param.condition {
                let at = param
                    .default
                    .as_ref()
                    .map_or(param.name.span, |default| default.span);
                self.satisfies((&param.name.text, &default), at, condition, &scope);
            }
        }
        scope
    }

    /// One member of a declaration.
    pub(in crate::check) fn evaluate(
        &mut self,
        decl: DeclId,
        item: &Item,
        place: &[usize],
        scope: &Scope,
    ) -> Value {
        let id = self.shown_id(decl, place);
        match &item.kind {
            ItemKind::Let { value, .. } => self.eval(value, scope).called(id, item.span),
            ItemKind::Param {
                name,
                ty,
                default,
                condition,
            } => {
                let ty = self.ty(ty);
                let set = self.settings.get(&(decl.module, name.text.clone()));
                let (value, at) = match (set.cloned(), default) {
                    (Some(set), _) => {
                        // What the default alone names is not unused for that.
                        for name in default.iter().flat_map(Expr::names) {
                            self.binding(name, scope);
                        }
                        (self.eval_as(&set, &ty, scope), set.span)
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
                match condition {
                    Some(condition)
                        if !self.satisfies((&name.text, &value), at, condition, scope) =>
                    {
                        Value::Unknown
                    }
                    _ => value.called(id, item.span),
                }
            }
            ItemKind::Dataset { source, .. } => match self.eval_as(source, &Type::Dataset, scope) {
                Value::Dataset(dataset) => {
                    let named = Rc::new(dataset.called(id, item.span));
                    self.program.datasets.push(named.clone());
                    Value::Dataset(named)
                }
                _ => Value::Unknown,
            },
            ItemKind::Recipe { body, .. } => {
                let value = match body {
                    RecipeBody::Fields(fields) => {
                        Value::Recipe(Rc::new(self.recipe_fields(fields, scope)))
                    }
                    RecipeBody::Expr(expr) => self.eval_as(expr, &Type::Recipe, scope),
                };
                if let Value::Recipe(recipe) = &value {
                    self.look_at_recipe(recipe, item.span);
                }
                value
            }
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
            ItemKind::Trial { value, .. } => {
                let trial = Trial {
                    indices: self.indices_at(decl, place),
                    within: decl.module,
                    span: value.span,
                    id,
                };
                self.trial(value, trial, scope)
            }
            ItemKind::Use(_) | ItemKind::Claim { .. } => Value::Unknown,
        }
    }

    fn claim(&mut self, text: &Expr, condition: &Expr, span: Span, module: ModuleId) {
        if !self.findings.has_errors() {
            let more = BUDGET_OF_A_CLAIM * self.families as u64;
            self.budget = self.budget.map(|budget| budget.saturating_add(more));
        }
        let scope = Scope::of(module);
        let text = match self.eval_as(text, &Type::Text, &scope) {
            Value::Text(text, _) => self.claim_text(text, module),
            _ => return,
        };
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
        match found {
            Some(condition) => self.program.claims.push(program::Claim {
                text,
                span,
                condition,
            }),
            None => {
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
        }
    }

    /// A claim's text, the trial that it is made in before it.
    fn claim_text(&self, text: String, module: ModuleId) -> String {
        let instance = self.modules[module.0].instance.as_ref();
        match instance.and_then(|instance| instance.trial.as_ref()) {
            Some(trial) => format!("{}: {text}", trial.id),
            None => text,
        }
    }

    /// A member as a user writes it: `small[seed: 0]`, `t.small[pair: a, seed: 0]`.
    pub(in crate::check) fn shown_id(&self, decl: DeclId, place: &[usize]) -> String {
        let module = &self.modules[decl.module.0];
        let name = declared_name(&module.tree.items[decl.item]);
        let name = name.map_or("claim", |name| name.text.as_str());
        let axes = self.axes.get(&decl).and_then(Option::as_ref);
        let own = axes.iter().flat_map(|axes| axes.iter()).zip(place);
        let own =
            own.map(|((axis, _), at)| (axis.name.as_str(), &axis.labels[*at] as &dyn Display));
        let around = self.trial_indices(decl.module).iter();
        let around = around.map(|(index, label)| (index.as_str(), label as &dyn Display));
        let mut id = format!("{}{name}", module.prefix);
        let bare = id.len();
        for (index, label) in around.chain(own) {
            let opening = if id.len() == bare { "[" } else { ", " };
            // Writing into a String cannot fail.
            let _ = write!(id, "{opening}{index}: {label}");
        }
        if id.len() > bare {
            id.push(']');
        }
        id
    }

    /// The indices of a member and of the trials that it is in: name and label.
    fn indices_at(&self, decl: DeclId, place: &[usize]) -> Vec<(String, String)> {
        let mut indices = self.trial_indices(decl.module).to_vec();
        if let Some(Some(axes)) = self.axes.get(&decl) {
            indices.extend(
                axes.iter()
                    .zip(place)
                    .map(|((axis, _), at)| (axis.name.clone(), axis.labels[*at].to_string())),
            );
        }
        indices
    }
}
