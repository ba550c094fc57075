//! From a tree to its names.

use std::collections::HashMap;

use super::{Builtin, Holder, Import, Names, Role, Symbol, SymbolId, Target, Use};
use crate::check::declared_name;
use crate::diag::Span;
use crate::syntax::tree::{
    self, ArchBody, ExprKind, Field, IndexSet, Item, ItemKind, Name, Parameter, RecipeBody,
    Statement, TextPart, Tree, TypeExpr,
};
use crate::vocabulary::{self, RECIPE_FIELDS};

/// The names of a tree.
pub(super) fn names(tree: &Tree) -> Names {
    let mut walk = Walk::default();
    for (at, item) in tree.items.iter().enumerate() {
        walk.declare(item, vec![at], None, None);
    }
    let outer: Vec<SymbolId> = (0..walk.names.symbols.len()).collect();
    for id in outer {
        let name = walk.names.symbols[id].name.clone();
        walk.module.entry(name).or_insert(id);
    }
    walk.items(&tree.items, &mut vec![]);
    walk.names
        .uses
        .sort_by_key(|one| (one.span.start, one.span.end));
    walk.names
}

#[derive(Default)]
pub(super) struct Walk {
    pub(super) names: Names,
    /// The names of the file's outermost scope.
    pub(super) module: HashMap<String, SymbolId>,
    /// The names of inner scopes, the innermost last.
    pub(super) scope: Vec<SymbolId>,
    /// The symbols of the declarations, by the place of their names.
    declared: HashMap<Span, SymbolId>,
}

impl Walk {
    /// Enters what a declaration makes.
    fn declare(
        &mut self,
        item: &Item,
        path: Vec<usize>,
        owner: Option<SymbolId>,
        visible: Option<Span>,
    ) {
        if let ItemKind::Use(import) = &item.kind {
            for (name, import) in imported(import) {
                self.symbol(&name, Role::Import(import), visible, owner);
            }
        } else if let Some(name) = declared_name(item) {
            let id = self.symbol(name, Role::Declared(path), visible, owner);
            self.declared.insert(name.span, id);
        }
    }

    fn symbol(
        &mut self,
        name: &Name,
        role: Role,
        visible: Option<Span>,
        owner: Option<SymbolId>,
    ) -> SymbolId {
        self.names.symbols.push(Symbol {
            name: name.text.clone(),
            span: name.span,
            role,
            visible,
            owner,
        });
        self.names.symbols.len() - 1
    }

    /// Enters a name of an inner scope; its making is a use of it.
    pub(super) fn bind(&mut self, name: &Name, role: Role, visible: Span, owner: Option<SymbolId>) {
        let id = self.symbol(name, role, Some(visible), owner);
        self.scope.push(id);
        self.used(name.span, Target::Symbol(id));
    }

    pub(super) fn used(&mut self, span: Span, target: Target) {
        self.names.uses.push(Use { span, target });
    }

    fn items(&mut self, items: &[Item], path: &mut Vec<usize>) {
        for (at, item) in items.iter().enumerate() {
            path.push(at);
            let depth = self.scope.len();
            self.item(item, path);
            self.scope.truncate(depth);
            path.pop();
        }
    }

    fn item(&mut self, item: &Item, path: &mut Vec<usize>) {
        let own = declared_name(item).and_then(|name| self.declared.get(&name.span).copied());
        if let (Some(name), Some(id)) = (declared_name(item), own) {
            self.used(name.span, Target::Symbol(id));
        }
        match &item.kind {
            ItemKind::Use(import) => self.import(import),
            ItemKind::Param {
                ty,
                default,
                condition,
                ..
            } => {
                self.ty(ty);
                default
                    .iter()
                    .chain(condition)
                    .for_each(|expr| self.expr(expr));
            }
            ItemKind::Let { value, .. } => self.expr(value),
            ItemKind::Fn { params, body, .. } | ItemKind::Objective { params, body, .. } => {
                self.parameters(params, item.span, own);
                self.expr(body);
            }
            ItemKind::Arch { params, body, .. } => {
                self.parameters(params, item.span, own);
                self.arch(body, item.span, own);
            }
            ItemKind::Dataset {
                indices, source, ..
            } => {
                self.indices(indices, item.span, own);
                self.expr(source);
            }
            ItemKind::Recipe { body, .. } => match body {
                RecipeBody::Fields(fields) => self.recipe(fields),
                RecipeBody::Expr(expr) => self.expr(expr),
            },
            ItemKind::Model {
                indices,
                network,
                fields,
                ..
            } => {
                self.indices(indices, item.span, own);
                self.expr(network);
                for field in fields.iter().flatten() {
                    let known = vocabulary::told(vocabulary::MODEL_FIELDS, &field.name.text);
                    let target = known.map_or(Target::Unknown, |(name, _)| {
                        Target::Builtin(Builtin::Member(Holder::ModelBlock, name))
                    });
                    self.used(field.name.span, target);
                    self.expr(&field.value);
                }
            }
            ItemKind::Measure { indices, value, .. } | ItemKind::Trial { indices, value, .. } => {
                self.indices(indices, item.span, own);
                self.expr(value);
            }
            ItemKind::Claim { text, condition } => {
                self.expr(text);
                self.expr(condition);
            }
            ItemKind::Experiment { params, body, .. } => {
                self.parameters(params, item.span, own);
                let first = self.names.symbols.len();
                for (at, inner) in body.items.iter().enumerate() {
                    let path = path.iter().copied().chain([at]).collect();
                    self.declare(inner, path, own, Some(item.span));
                }
                self.scope.extend(first..self.names.symbols.len());
                self.items(&body.items, path);
            }
        }
    }

    fn import(&mut self, import: &tree::Use) {
        match import {
            tree::Use::Names { path, names, .. } => {
                for module in path.iter().skip(1) {
                    let import = Import::Module(module.text.clone());
                    self.used(module.span, Target::Import(import));
                }
                for ((_, import), taken) in imported(import).into_iter().zip(names) {
                    self.used(taken.name.span, Target::Import(import));
                    self.alias(taken.alias.as_ref());
                }
            }
            tree::Use::File { path, alias } => {
                for (_, import) in imported(import) {
                    self.used(path.span, Target::Import(import));
                }
                self.alias(alias.as_ref());
            }
        }
    }

    fn alias(&mut self, alias: Option<&Name>) {
        let Some(alias) = alias else { return };
        let symbols = &self.names.symbols;
        if let Some(id) = symbols.iter().position(|symbol| symbol.span == alias.span) {
            self.used(alias.span, Target::Symbol(id));
        }
    }

    fn parameters(&mut self, params: &[Parameter], visible: Span, owner: Option<SymbolId>) {
        for param in params {
            self.ty(&param.ty);
            param.default.iter().for_each(|default| self.expr(default));
        }
        for param in params {
            self.bind(&param.name, Role::Parameter, visible, owner);
        }
        let conditions = params.iter().filter_map(|param| param.condition.as_ref());
        conditions.for_each(|condition| self.expr(condition));
    }

    fn indices(&mut self, indices: &[IndexSet], visible: Span, owner: Option<SymbolId>) {
        for index in indices {
            self.expr(&index.set);
        }
        for index in indices {
            self.bind(&index.name, Role::Index, visible, owner);
        }
    }

    fn arch(&mut self, body: &ArchBody, whole: Span, owner: Option<SymbolId>) {
        let layers = match body {
            ArchBody::Expr(layers) => layers,
            ArchBody::Block { statements, layers } => {
                for statement in statements {
                    match statement {
                        Statement::Let { name, value } => {
                            self.expr(value);
                            let visible = Span {
                                start: value.span.end,
                                ..whole
                            };
                            self.bind(name, Role::Local, visible, owner);
                        }
                        Statement::Require { condition, why } => {
                            self.expr(condition);
                            why.iter().for_each(|why| self.expr(why));
                        }
                    }
                }
                layers
            }
        };
        self.expr(layers);
    }

    fn ty(&mut self, ty: &TypeExpr) {
        let known = vocabulary::told(vocabulary::TYPES, &ty.name.text);
        let target = known.map_or(Target::Unknown, |(word, _)| {
            Target::Builtin(Builtin::Type(word))
        });
        self.used(ty.name.span, target);
        ty.args.iter().for_each(|arg| self.ty(arg));
    }

    pub(super) fn recipe(&mut self, fields: &[Field]) {
        for field in fields {
            let known = RECIPE_FIELDS
                .iter()
                .find(|param| param.name == field.name.text);
            let target = known.map_or(Target::Unknown, |param| {
                Target::Builtin(Builtin::RecipeField(param))
            });
            self.used(field.name.span, target);
            self.value(&field.value, known.map(|param| param.ty));
        }
    }
}

/// What an import brings, and the names under which it does.
fn imported(import: &tree::Use) -> Vec<(Name, Import)> {
    match import {
        tree::Use::Names { path, names, .. } => {
            let words: Vec<&str> = path.iter().map(|name| name.text.as_str()).collect();
            let brings = |name: &Name| match words.as_slice() {
                ["std", module, ..] => Import::Name(module.to_string(), name.text.clone()),
                _ => Import::Module(name.text.clone()),
            };
            let taken = names.iter();
            taken
                .map(|taken| {
                    let here = taken.alias.as_ref().unwrap_or(&taken.name);
                    (here.clone(), brings(&taken.name))
                })
                .collect()
        }
        tree::Use::File { path, alias } => {
            let ExprKind::Text(parts) = &path.kind else {
                return vec![];
            };
            let [TextPart::Literal(text)] = parts.as_slice() else {
                return vec![];
            };
            let stem = || {
                let stem = std::path::Path::new(text).file_stem();
                stem.map(|stem| stem.to_string_lossy().into_owned())
            };
            let here = alias.clone().unwrap_or_else(|| Name {
                text: stem().unwrap_or_default(),
                span: path.span,
            });
            vec![(here, Import::File(text.clone()))]
        }
    }
}
