//! From a use to what it means, across files and into the standard library.

use std::path::Path;
use std::rc::Rc;

use super::file::File;
use super::names::{Builtin, Holder, Import, Role, Symbol, SymbolId, Target};
use super::workspace::Workspace;
use crate::check::WordKind;
use crate::syntax::tree::{Expr, ExprKind, Item, ItemKind, Parameter};
use crate::vocabulary::{self, STATES};

/// What a name means.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// A name that a file makes.
    Symbol(Rc<File>, SymbolId),
    /// A whole file.
    File(Rc<File>),
    /// A word of the language.
    Builtin(Builtin),
}

impl Meaning {
    /// Whether two are the same.
    pub fn is(&self, other: &Meaning) -> bool {
        match (self, other) {
            (Meaning::Symbol(a, at), Meaning::Symbol(b, bt)) => a.path == b.path && at == bt,
            (Meaning::File(a), Meaning::File(b)) => a.path == b.path,
            (Meaning::Builtin(a), Meaning::Builtin(b)) => a == b,
            _ => false,
        }
    }

    /// The symbol, where it is one.
    pub fn symbol(&self) -> Option<&Symbol> {
        match self {
            Meaning::Symbol(file, id) => file.names().symbols.get(*id),
            _ => None,
        }
    }

    /// The declaration, where it is one.
    pub fn item(&self) -> Option<&Item> {
        let Meaning::Symbol(file, _) = self else {
            return None;
        };
        match &self.symbol()?.role {
            Role::Declared(path) => item_at(&file.tree().items, path),
            _ => None,
        }
    }
}

/// A declaration by its places.
pub fn item_at<'t>(items: &'t [Item], path: &[usize]) -> Option<&'t Item> {
    let (first, rest) = path.split_first()?;
    let item = items.get(*first)?;
    match (&item.kind, rest) {
        (_, []) => Some(item),
        (ItemKind::Experiment { body, .. }, rest) => item_at(&body.items, rest),
        _ => None,
    }
}

/// The parameters of a declaration that is called.
pub fn parameters(item: &Item) -> Option<&[Parameter]> {
    match &item.kind {
        ItemKind::Fn { params, .. }
        | ItemKind::Arch { params, .. }
        | ItemKind::Objective { params, .. }
        | ItemKind::Experiment { params, .. } => Some(params),
        _ => None,
    }
}

/// What kind of value something is, as far as its members go.
#[derive(Clone, Debug)]
pub enum Class {
    /// A data set.
    Dataset,
    /// A trained model.
    Model,
    /// A measurement, by its measure.
    Measurement(&'static str),
    /// The shape that reaches an arch.
    Shape,
    /// A use of an experiment.
    Trial(Rc<File>, SymbolId),
    /// An imported file.
    Module(Rc<File>),
    /// Without members, or not known.
    Other,
}

/// How far definitions lead to others (`let a = b`).
const FAR: usize = 8;

impl Workspace {
    /// What the use at a place means, and where the use stands.
    pub fn meaning_at(&self, file: &Rc<File>, byte: usize) -> Option<(crate::diag::Span, Meaning)> {
        let found = file.names().at(byte)?;
        Some((found.span, self.meaning(file, &found.target)?))
    }

    /// What a use means.
    pub fn meaning(&self, file: &Rc<File>, target: &Target) -> Option<Meaning> {
        match target {
            Target::Symbol(id) => match &file.names().symbols.get(*id)?.role {
                Role::Import(import) => self.imported(file, import),
                _ => Some(Meaning::Symbol(file.clone(), *id)),
            },
            Target::Import(import) => self.imported(file, import),
            Target::Builtin(builtin) => Some(Meaning::Builtin(*builtin)),
            Target::Argument(callee, name) => match self.meaning(file, callee)? {
                Meaning::Symbol(file, id) => owned(&file, id, &Role::Parameter, name),
                Meaning::Builtin(Builtin::Word(word, _) | Builtin::State(word)) => {
                    let param = word.params.iter().find(|param| param.name == name)?;
                    Some(Meaning::Builtin(Builtin::Argument(word, param)))
                }
                _ => None,
            },
            Target::Index(family, name) => self.index(file, family, name),
            Target::Member(base, name) => self.member(file, base, name),
            Target::Elsewhere(name) => self.exported(file, name),
            Target::Result(_) | Target::Unknown => None,
        }
    }

    fn imported(&self, from: &File, import: &Import) -> Option<Meaning> {
        match import {
            Import::Module(module) => self.standard_module(module).map(Meaning::File),
            Import::Name(module, name) => self.exported(&self.standard_module(module)?, name),
            Import::File(path) => {
                let folder = from.path.parent().unwrap_or(Path::new(""));
                self.at(&folder.join(path)).map(Meaning::File)
            }
        }
    }

    /// A declaration that a module lets others use.
    fn exported(&self, module: &Rc<File>, name: &str) -> Option<Meaning> {
        self.module_of(module).into_iter().find_map(|file| {
            let id = file.names().exported(name)?;
            Some(Meaning::Symbol(file, id))
        })
    }

    /// An index of a family; the members of a trial have those of both.
    fn index(&self, file: &Rc<File>, family: &Target, name: &str) -> Option<Meaning> {
        let own = match self.meaning(file, family)? {
            Meaning::Symbol(file, id) => owned(&file, id, &Role::Index, name),
            _ => None,
        };
        match family {
            Target::Member(base, _) => own.or_else(|| self.index(file, base, name)),
            _ => own,
        }
    }

    fn member(&self, file: &Rc<File>, base: &Target, name: &str) -> Option<Meaning> {
        if let Some(index) = self.index(file, base, name) {
            return Some(index);
        }
        let member = |words: &'static [vocabulary::Told], holder| {
            let (word, _) = vocabulary::told(words, name)?;
            Some(Meaning::Builtin(Builtin::Member(holder, word)))
        };
        match self.class(file, base) {
            Class::Module(file) => self.exported(&file, name),
            Class::Trial(file, experiment) => {
                owned(&file, experiment, &Role::Declared(vec![]), name)
            }
            Class::Dataset => member(vocabulary::SPLITS, Holder::Dataset),
            Class::Model => match vocabulary::find(STATES, name) {
                Some(state) => Some(Meaning::Builtin(Builtin::State(state))),
                None => member(vocabulary::MODEL_MEMBERS, Holder::Model),
            },
            Class::Shape => member(vocabulary::SHAPE_MEMBERS, Holder::Shape),
            Class::Measurement(measure) => {
                let field = vocabulary::fields(measure).find(|field| field.name == name)?;
                let builtin = Builtin::Member(Holder::Measurement(measure), field.name);
                Some(Meaning::Builtin(builtin))
            }
            Class::Other => None,
        }
    }

    /// What kind of value a target is.
    pub fn class(&self, file: &Rc<File>, target: &Target) -> Class {
        self.class_within(file, target, FAR)
    }

    fn class_within(&self, file: &Rc<File>, target: &Target, far: usize) -> Class {
        let Some(far) = far.checked_sub(1) else {
            return Class::Other;
        };
        if let Target::Result(callee) = target {
            return self.class_of_call(file, callee, far);
        }
        match self.meaning(file, target) {
            Some(Meaning::File(file)) => Class::Module(file),
            Some(Meaning::Builtin(Builtin::Given("input"))) => Class::Shape,
            Some(meaning) => self.class_of(&meaning, far),
            None => Class::Other,
        }
    }

    fn class_of(&self, meaning: &Meaning, far: usize) -> Class {
        let Meaning::Symbol(file, _) = meaning else {
            return Class::Other;
        };
        let Some(symbol) = meaning.symbol() else {
            return Class::Other;
        };
        if symbol.role == Role::Parameter {
            return class_of_parameter(file, symbol);
        }
        let Some(item) = meaning.item() else {
            return Class::Other;
        };
        match &item.kind {
            ItemKind::Dataset { .. } => Class::Dataset,
            ItemKind::Model { .. } => Class::Model,
            ItemKind::Let { value, .. } => self.class_of_value(file, value, far),
            ItemKind::Param { ty, .. } => class_of_type(&ty.name.text),
            ItemKind::Measure { value, .. } => self.class_of_value(file, value, far),
            ItemKind::Trial { value, .. } => {
                let ExprKind::Call { callee, .. } = &value.kind else {
                    return Class::Other;
                };
                let target = file.names().at(callee.span.end as usize);
                match target.and_then(|found| self.meaning(file, &found.target)) {
                    Some(Meaning::Symbol(file, id)) => Class::Trial(file, id),
                    _ => Class::Other,
                }
            }
            _ => Class::Other,
        }
    }

    fn class_of_value(&self, file: &Rc<File>, value: &Expr, far: usize) -> Class {
        let callee = match &value.kind {
            ExprKind::Call { callee, .. } => callee,
            ExprKind::Pipe { .. } => return Class::Dataset,
            ExprKind::Paren(inner) => return self.class_of_value(file, inner, far),
            ExprKind::Index { base, .. } => return self.class_of_value(file, base, far),
            ExprKind::Name(_) | ExprKind::Member { .. } => {
                let found = file.names().at(value.span.end as usize);
                return found.map_or(Class::Other, |found| {
                    self.class_within(file, &found.target, far)
                });
            }
            _ => return Class::Other,
        };
        let found = file.names().at(callee.span.end as usize);
        found.map_or(Class::Other, |found| {
            self.class_of_call(file, &found.target, far)
        })
    }

    fn class_of_call(&self, file: &Rc<File>, callee: &Target, far: usize) -> Class {
        match self.meaning(file, callee) {
            Some(Meaning::Builtin(Builtin::Word(word, kind))) => match kind {
                WordKind::Source | WordKind::Transform | WordKind::Derived => Class::Dataset,
                WordKind::Model => Class::Model,
                WordKind::Measure => Class::Measurement(word.name),
                _ => Class::Other,
            },
            Some(Meaning::Builtin(Builtin::State(_))) => Class::Model,
            Some(meaning) => match (&meaning, meaning.item().map(|item| &item.kind)) {
                (Meaning::Symbol(file, _), Some(ItemKind::Fn { body, .. })) if far > 0 => {
                    self.class_of_value(file, body, far - 1)
                }
                _ => Class::Other,
            },
            None => Class::Other,
        }
    }
}

/// Something that belongs to a declaration.
fn owned(file: &Rc<File>, owner: SymbolId, role: &Role, name: &str) -> Option<Meaning> {
    let id = file.names().owned(owner, role, name)?;
    Some(Meaning::Symbol(file.clone(), id))
}

fn class_of_parameter(file: &Rc<File>, symbol: &Symbol) -> Class {
    let owner = symbol
        .owner
        .map(|owner| Meaning::Symbol(file.clone(), owner));
    let item = owner.as_ref().and_then(Meaning::item);
    let params = item.and_then(parameters).unwrap_or_default();
    let param = params.iter().find(|param| param.name.span == symbol.span);
    param.map_or(Class::Other, |param| class_of_type(&param.ty.name.text))
}

fn class_of_type(word: &str) -> Class {
    match word {
        "dataset" => Class::Dataset,
        "model" => Class::Model,
        _ => Class::Other,
    }
}
