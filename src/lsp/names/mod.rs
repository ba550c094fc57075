//! Names and what they stand for, by the text alone: scopes are lexical, so a tree tells them, and
//! one with holes in it tells the rest of them.

mod expressions;
mod walk;

pub use expressions::builtin;

use crate::check::WordKind;
use crate::diag::Span;
use crate::syntax::tree::Tree;
use crate::vocabulary::{Function, Param, Word};

/// A symbol's place among those of its file.
pub type SymbolId = usize;

/// A name that a file makes.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// The name.
    pub name: String,
    /// Where it is made.
    pub span: Span,
    /// How it is made.
    pub role: Role,
    /// Where it can be seen; everywhere in the file where this is `None`.
    pub visible: Option<Span>,
    /// What it belongs to: the declaration of a parameter or an index, the experiment of a
    /// declaration.
    pub owner: Option<SymbolId>,
}

/// How a name is made.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// By `use`.
    Import(Import),
    /// By a declaration: its places among the items of the file and of its experiment.
    Declared(Vec<usize>),
    /// As a parameter of a function, arch, objective or experiment.
    Parameter,
    /// As an index of a family.
    Index,
    /// By the `for` of a comprehension.
    Variable,
    /// By `let` in an arch.
    Local,
}

/// What an import brings.
#[derive(Clone, Debug, PartialEq)]
pub enum Import {
    /// A module of the standard library.
    Module(String),
    /// A name of one.
    Name(String, String),
    /// A file, by its path as written.
    File(String),
}

/// What a use of a name means, as far as its own file tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A name of this file.
    Symbol(SymbolId),
    /// What an import names.
    Import(Import),
    /// A word of the language.
    Builtin(Builtin),
    /// The named argument of a call.
    Argument(Box<Target>, String),
    /// An index of a family, where it is chosen from.
    Index(Box<Target>, String),
    /// A member.
    Member(Box<Target>, String),
    /// What a call gives.
    Result(Box<Target>),
    /// A name that the file does not make; another file of its module may.
    Elsewhere(String),
    /// Nothing that is known.
    Unknown,
}

/// A word of the language.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Builtin {
    /// A layer, a source, an objective, ….
    Word(&'static Word, WordKind),
    /// A state of a model: `at`, `best`.
    State(&'static Word),
    /// An argument of one of them.
    Argument(&'static Word, &'static Param),
    /// A function on numbers, lists and families.
    Function(&'static Function),
    /// What every arch is given: `input`, `classes`.
    Given(&'static str),
    /// A type.
    Type(&'static str),
    /// A field of recipes.
    RecipeField(&'static Param),
    /// A field of models, a split, a member of a measurement, …: where it stands, and the word.
    Member(Holder, &'static str),
    /// One of an argument's choices.
    Choice(&'static str),
}

/// What has members that the language names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The block of a `teacher`, `student` or `model`.
    ModelBlock,
    /// A data set.
    Dataset,
    /// A trained model.
    Model,
    /// The shape that reaches an arch.
    Shape,
    /// A measurement, by its measure.
    Measurement(&'static str),
}

/// A use of a name.
#[derive(Clone, Debug)]
pub struct Use {
    /// Where it stands.
    pub span: Span,
    /// What it means.
    pub target: Target,
}

/// The names of a file.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Every name that is made.
    pub symbols: Vec<Symbol>,
    /// Every use, in the order of the text; a name's making is one.
    pub uses: Vec<Use>,
}

impl Names {
    /// The names of a tree.
    pub fn of(tree: &Tree) -> Names {
        walk::names(tree)
    }

    /// The use at a place; right behind it is at it, too.
    pub fn at(&self, byte: usize) -> Option<&Use> {
        let byte = byte as u32;
        let behind = self.uses.partition_point(|one| one.span.start <= byte);
        let before = self.uses[..behind].iter().rev();
        before.take(2).find(|one| byte <= one.span.end)
    }

    /// The symbol that something of an owner is called by.
    pub fn owned(&self, owner: SymbolId, role: &Role, name: &str) -> Option<SymbolId> {
        self.symbols.iter().position(|symbol| {
            symbol.owner == Some(owner)
                && symbol.name == name
                && std::mem::discriminant(&symbol.role) == std::mem::discriminant(role)
        })
    }

    /// A declaration that other files can use.
    pub fn exported(&self, name: &str) -> Option<SymbolId> {
        self.symbols.iter().position(|symbol| {
            symbol.owner.is_none()
                && symbol.name == name
                && matches!(symbol.role, Role::Declared(_))
        })
    }

    /// The declarations that other files can use.
    pub fn exports(&self) -> impl Iterator<Item = (SymbolId, &Symbol)> {
        let all = self.symbols.iter().enumerate();
        all.filter(|(_, symbol)| symbol.owner.is_none() && matches!(symbol.role, Role::Declared(_)))
    }
}
