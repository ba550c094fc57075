//! How a word of the language is declared, and shown to a reader.

use std::fmt;

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
    /// A count, or a share of the whole: `500`, `10%`.
    Part,
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
    /// `normal(0.02)`.
    Initial,
    /// A file to fetch.
    Remote,
    /// `bytes()`.
    Tokenizer,
}

impl fmt::Display for Type {
    /// As a file names it: `list[int]`; choices as `same | clean`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Int => "int",
            Type::Number => "number",
            Type::Bool => "bool",
            Type::Text => "text",
            Type::Path => "path",
            Type::Fraction => "fraction",
            Type::Part => "int | fraction",
            Type::Span => "span",
            Type::List(of) => return write!(f, "list[{of}]"),
            Type::Choice(words) => return f.write_str(&words.join(" | ")),
            Type::Layers => "layers",
            Type::Dataset => "dataset",
            Type::Split => "split",
            Type::Model => "model",
            Type::Schedule => "schedule",
            Type::Objective => "objective",
            Type::Optimiser => "optimiser",
            Type::Augmentation => "augmentation",
            Type::Initial => "distribution",
            Type::Remote => "file to fetch",
            Type::Tokenizer => "tokenizer",
        })
    }
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
    /// A text.
    Text(&'static str),
}

impl Default {
    /// As a file would write it; `None` where there is no value to write.
    pub fn text(&self) -> Option<String> {
        Some(match self {
            Default::Required | Default::Absent => return None,
            Default::Int(value) => value.to_string(),
            Default::Number(value) if *value != 0.0 && value.abs() < 1e-3 => format!("{value:e}"),
            Default::Number(value) => format!("{value:?}"),
            Default::Bool(value) => value.to_string(),
            Default::Choice(word) => (*word).to_string(),
            Default::Text(text) => format!("\"{text}\""),
        })
    }
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

    /// `stride: int = 1`.
    pub fn signature(&self) -> String {
        let Param { name, ty, .. } = self;
        match (self.default, self.default.text()) {
            (_, Some(value)) => format!("{name}: {ty} = {value}"),
            (Default::Required, _) => format!("{name}: {ty}"),
            _ => format!("{name}?: {ty}"),
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

impl Word {
    /// `conv(channels: int, kernel: int, stride: int = 1)`, as a reader is shown it. An argument that
    /// may be left out and has no value then ends in `?`.
    pub fn signature(&self) -> String {
        let params: Vec<String> = self.params.iter().map(Param::signature).collect();
        format!("{}({})", self.name, params.join(", "))
    }
}

/// A word in its first version.
pub(super) const fn word(name: &'static str, doc: &'static str, params: &'static [Param]) -> Word {
    Word {
        name,
        doc,
        params,
        version: 1,
    }
}

/// The word of that name.
pub fn find(words: &'static [Word], name: &str) -> Option<&'static Word> {
    words.iter().find(|word| word.name == name)
}
