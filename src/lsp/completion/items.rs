//! The words that fit, as the protocol has them.

use std::rc::Rc;

use gen_lsp_types::{
    CompletionItem, CompletionItemKind as Kind, Documentation, MarkupContent, MarkupKind,
};

use crate::check::{WORDS, WordKind, standard_modules};
use crate::doc::declaration;
use crate::lsp::file::File;
use crate::lsp::names::{Builtin, Names, Role, SymbolId, Target};
use crate::lsp::resolve::{Class, Meaning, parameters};
use crate::lsp::workspace::Workspace;
use crate::syntax::tree::ItemKind;
use crate::vocabulary::{
    self, DECLARATIONS, FUNCTIONS, JOINTS, MODEL_FIELDS, RECIPE_FIELDS, STATEMENTS, STATES, Told,
    Type, VALUES, WINDOWS,
};

/// The list being made.
pub struct Items<'a> {
    workspace: &'a Workspace,
    file: &'a Rc<File>,
    /// The words so far.
    pub list: Vec<CompletionItem>,
}

impl<'a> Items<'a> {
    /// An empty list.
    pub fn new(workspace: &'a Workspace, file: &'a Rc<File>) -> Items<'a> {
        Items {
            workspace,
            file,
            list: vec![],
        }
    }

    fn push(&mut self, rank: u8, label: &str, kind: Kind, detail: String, doc: String) {
        if self.list.iter().any(|item| item.label == label) {
            return;
        }
        self.list.push(CompletionItem {
            label: label.to_string(),
            kind: Some(kind),
            detail: (!detail.is_empty()).then_some(detail),
            documentation: (!doc.is_empty()).then_some(Documentation::MarkupContent(
                MarkupContent {
                    kind: MarkupKind::Markdown,
                    value: doc,
                },
            )),
            sort_text: Some(format!("{rank}{label}")),
            ..CompletionItem::default()
        });
    }

    /// As [`Items::push`], of what a value follows: `name: `.
    fn push_named(&mut self, name: &str, kind: Kind, detail: String, doc: String) {
        self.push(0, name, kind, detail, doc);
        if let Some(item) = self.list.last_mut().filter(|item| item.label == name) {
            item.insert_text = Some(format!("{name}: "));
        }
    }

    fn told(&mut self, rank: u8, words: &[Told], kind: Kind) {
        for (word, doc) in words {
            self.push(rank, word, kind, String::new(), doc.to_string());
        }
    }

    /// Words that open declarations.
    pub fn declarations(&mut self) {
        self.told(0, DECLARATIONS, Kind::Keyword);
    }

    /// Types.
    pub fn types(&mut self) {
        self.told(0, vocabulary::TYPES, Kind::Class);
    }

    /// Units.
    pub fn units(&mut self) {
        self.told(0, vocabulary::UNITS, Kind::Unit);
        self.told(1, WINDOWS, Kind::Keyword);
        self.told(1, JOINTS, Kind::Keyword);
    }

    /// Shapes of a blend.
    pub fn blends(&mut self) {
        self.told(0, vocabulary::BLENDS, Kind::EnumMember);
    }

    /// Words behind a value.
    pub fn operators(&mut self) {
        self.told(0, WINDOWS, Kind::Keyword);
        self.told(0, JOINTS, Kind::Keyword);
    }

    /// Words of an arch's body.
    pub fn statements(&mut self) {
        self.told(0, STATEMENTS, Kind::Keyword);
    }

    /// Modules of the standard library; at the beginning of an import, all of it.
    pub fn modules(&mut self) {
        let behind = self.list.is_empty();
        for module in standard_modules() {
            let file = self.workspace.standard_module(module);
            let doc = file.map_or(String::new(), |file| file.tree().doc.join("\n"));
            self.push(0, module, Kind::Module, format!("std.{module}"), doc);
        }
        if behind {
            let doc = "The standard library.".to_string();
            self.push(1, "std", Kind::Module, String::new(), doc);
        }
    }

    /// The names of a module of the standard library.
    pub fn exports(&mut self, module: String) {
        if let Some(file) = self.workspace.standard_module(&module) {
            self.exported(&file);
        }
    }

    fn exported(&mut self, module: &Rc<File>) {
        for file in self.workspace.module_of(module) {
            let names: &Names = file.names();
            for (id, _) in names.exports() {
                self.symbol(0, &file, id);
            }
        }
    }

    /// A symbol with what is told of it.
    fn symbol(&mut self, rank: u8, file: &Rc<File>, id: SymbolId) {
        let Some(symbol) = file.names().symbols.get(id) else {
            return;
        };
        let name = symbol.name.clone();
        let meaning = match &symbol.role {
            Role::Import(_) => self.workspace.meaning(file, &Target::Symbol(id)),
            _ => Some(Meaning::Symbol(file.clone(), id)),
        };
        let (kind, detail, doc) = match &meaning {
            Some(Meaning::File(module)) => {
                (Kind::Module, String::new(), module.tree().doc.join("\n"))
            }
            Some(meaning @ Meaning::Symbol(made, _)) => match meaning.item() {
                Some(item) => {
                    let entry = declaration(item, &made.text).unwrap_or_default();
                    let first = entry.signature.lines().next().unwrap_or_default();
                    (kind_of(&item.kind), first.to_string(), entry.doc)
                }
                None => (Kind::Variable, String::new(), String::new()),
            },
            _ => (Kind::Variable, String::new(), String::new()),
        };
        self.push(rank, &name, kind, detail, doc);
    }

    /// Fields of a recipe that are not given yet.
    pub fn recipe_fields(&mut self, given: &[String]) {
        for field in RECIPE_FIELDS {
            if !given.iter().any(|name| name == field.name) {
                self.push_named(field.name, Kind::Field, field.signature(), field.doc.into());
            }
        }
    }

    /// Fields of a model that are not given yet.
    pub fn model_fields(&mut self, given: &[String]) {
        for (name, doc) in MODEL_FIELDS {
            if !given.iter().any(|given| given == name) {
                self.push_named(name, Kind::Field, String::new(), doc.to_string());
            }
        }
    }

    /// Members of what a target is.
    pub fn members(&mut self, base: &Target) {
        let owner = self.workspace.meaning(self.file, base);
        match self.workspace.class(self.file, base) {
            Class::Module(file) => self.exported(&file),
            Class::Trial(file, experiment) => {
                for (id, symbol) in file.names().symbols.iter().enumerate() {
                    if symbol.owner == Some(experiment) && matches!(symbol.role, Role::Declared(_))
                    {
                        self.symbol(0, &file, id);
                    }
                }
            }
            Class::Dataset => self.told(0, vocabulary::SPLITS, Kind::Property),
            Class::Model => {
                for state in STATES {
                    let (detail, doc) = (state.signature(), state.doc.to_string());
                    self.push(0, state.name, Kind::Method, detail, doc);
                }
                self.told(1, vocabulary::MODEL_MEMBERS, Kind::Property);
            }
            Class::Shape => self.told(0, vocabulary::SHAPE_MEMBERS, Kind::Property),
            Class::Measurement(measure) => {
                for field in vocabulary::fields(measure) {
                    let doc = field.doc.to_string();
                    self.push(0, field.name, Kind::Property, String::new(), doc);
                }
            }
            Class::Other => {}
        }
        if let Some(Meaning::Symbol(file, id)) = owner {
            self.owned(&file, id, &Role::Index, &[], "the labels of this index");
        }
    }

    /// Indices of a family that are not given yet.
    pub fn indices(&mut self, family: &Target, given: &[String]) {
        if let Some(Meaning::Symbol(file, id)) = self.workspace.meaning(self.file, family) {
            self.owned(&file, id, &Role::Index, given, "index of this family");
            for item in &mut self.list {
                item.insert_text = Some(format!("{}: ", item.label));
            }
        }
    }

    /// What belongs to a symbol.
    fn owned(&mut self, file: &File, owner: SymbolId, role: &Role, given: &[String], doc: &str) {
        let symbols = file.names().symbols.iter();
        let own = symbols.filter(|symbol| symbol.owner == Some(owner) && symbol.role == *role);
        let names: Vec<String> = own.map(|symbol| symbol.name.clone()).collect();
        for name in names.iter().filter(|name| !given.contains(name)) {
            self.push(0, name, Kind::Property, String::new(), doc.to_string());
        }
    }

    /// Names of arguments that are not given yet.
    pub fn arguments(&mut self, callee: &Target, given: &[String]) {
        match self.workspace.meaning(self.file, callee) {
            Some(Meaning::Builtin(Builtin::Word(word, _) | Builtin::State(word))) => {
                for param in word.params {
                    if !given.iter().any(|name| name == param.name) {
                        let (detail, doc) = (param.signature(), param.doc.to_string());
                        self.push_named(param.name, Kind::Field, detail, doc);
                    }
                }
            }
            Some(meaning @ Meaning::Symbol(..)) => {
                let Meaning::Symbol(made, _) = &meaning else {
                    return;
                };
                let params = meaning.item().and_then(parameters).unwrap_or_default();
                for param in params {
                    if !given.contains(&param.name.text) {
                        let detail = made.slice(param.span()).to_string();
                        self.push_named(&param.name.text, Kind::Field, detail, String::new());
                    }
                }
            }
            _ => {}
        }
    }

    /// Everything that a value can begin with; what fits the wanted type comes first.
    pub fn values(&mut self, locals: &[String], wanted: Option<Type>) {
        if let Some(Type::Choice(words)) = wanted {
            for word in words {
                self.push(0, word, Kind::EnumMember, String::new(), String::new());
            }
        }
        for local in locals {
            self.push(1, local, Kind::Variable, String::new(), String::new());
        }
        for (id, symbol) in self.file.clone().names().symbols.iter().enumerate() {
            if symbol.visible.is_none() {
                self.symbol(2, &self.file.clone(), id);
            }
        }
        for (words, kind) in WORDS {
            for word in *words {
                let rank = if fits(*kind, wanted) { 0 } else { 3 };
                let item = if *kind == WordKind::Layer {
                    Kind::Class
                } else {
                    Kind::Function
                };
                self.push(rank, word.name, item, word.signature(), word.doc.into());
            }
        }
        for function in FUNCTIONS {
            let (detail, doc) = (function.signature(), function.doc.to_string());
            self.push(4, function.name, Kind::Function, detail, doc);
        }
        self.told(4, vocabulary::GIVEN, Kind::Variable);
        self.told(5, VALUES, Kind::Keyword);
    }
}

/// Whether a word makes what is wanted.
fn fits(kind: WordKind, wanted: Option<Type>) -> bool {
    matches!(
        (kind, wanted),
        (WordKind::Objective, Some(Type::Objective))
            | (WordKind::Optimiser, Some(Type::Optimiser))
            | (WordKind::Initial, Some(Type::Initial))
            | (
                WordKind::Augmentation,
                Some(Type::List(Type::Augmentation) | Type::Augmentation)
            )
            | (
                WordKind::Layer,
                Some(Type::Layers | Type::List(Type::Layers))
            )
            | (WordKind::Source | WordKind::Derived, Some(Type::Dataset))
            | (WordKind::Model, Some(Type::Model))
            | (WordKind::Tokenizer, Some(Type::Tokenizer))
    )
}

fn kind_of(kind: &ItemKind) -> Kind {
    match kind {
        ItemKind::Fn { .. } | ItemKind::Objective { .. } => Kind::Function,
        ItemKind::Arch { .. } => Kind::Class,
        ItemKind::Experiment { .. } => Kind::Constructor,
        ItemKind::Let { .. } | ItemKind::Param { .. } => Kind::Constant,
        ItemKind::Recipe { .. } => Kind::Struct,
        _ => Kind::Value,
    }
}
