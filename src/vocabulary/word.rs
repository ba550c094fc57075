//! How a word of the language is declared.

/// The types of the language, as far as a word's arguments need them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    /// A whole number.
    Int,
    /// A number; an int or a fraction serves.
    Number,
    /// `true` or `false`.
    Bool,
    /// `"…"`.
    Text,
    /// A file or folder, relative to the file it was written in.
    Path,
    /// `60%`.
    Fraction,
    /// `3 epochs`, `1k steps`, or a fraction of the run.
    Span,
    /// A list.
    List(&'static Type),
    /// One of some bare words: `view: clean`.
    Choice(&'static [&'static str]),
    /// Layers, open in their input until they are used.
    Layers,
    /// A data set with its splits.
    Dataset,
    /// A split of a data set.
    Split,
    /// A trained model.
    Model,
    /// A number that may change over a run.
    Schedule,
    /// A loss that may change over a run.
    Objective,
    /// `sgd(…)`.
    Optimiser,
    /// `pad_crop(4)`.
    Augmentation,
}

/// What stands where an argument is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Default {
    /// The argument must be given.
    Required,
    /// Nothing: the word has its own way without it.
    Absent,
    /// A whole number.
    Int(i64),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// One of the choices.
    Choice(&'static str),
}

/// One argument of a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// What stands where it is left out.
    pub default: Default,
    /// What it means.
    pub doc: &'static str,
}

impl Param {
    /// An argument that must be given.
    pub const fn required(name: &'static str, ty: Type, doc: &'static str) -> Self {
        Self {
            name,
            ty,
            default: Default::Required,
            doc,
        }
    }

    /// An argument that may be left out.
    pub const fn optional(
        name: &'static str,
        ty: Type,
        default: Default,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            ty,
            default,
            doc,
        }
    }
}

/// A word that is used like a function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Word {
    /// As it is written.
    pub name: &'static str,
    /// What it does, with the source of a formula.
    pub doc: &'static str,
    /// Its arguments, in the order in which they may be given without names.
    pub params: &'static [Param],
    /// The version of what the engine computes for it. It is part of every key that uses the
    /// word: raise it when the same arguments give other bits.
    pub version: u32,
}

/// The word of that name.
pub fn find(words: &'static [Word], name: &str) -> Option<&'static Word> {
    words.iter().find(|word| word.name == name)
}
