//! The types of the language and how a value is told to have one.

use std::fmt;

use crate::vocabulary;

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Anything: the type of what has already been reported.
    Any,
    /// A whole number.
    Int,
    /// A number; an int or a fraction serves.
    Number,
    /// `true` or `false`.
    Bool,
    /// `"…"`.
    Text,
    /// A file or folder.
    Path,
    /// `60%`.
    Fraction,
    /// A count, or a share of the whole: `500`, `10%`.
    Part,
    /// `3 epochs`; a fraction is a part of the run.
    Span,
    /// A list.
    List(Box<Type>),
    /// One of some bare words.
    Choice(&'static [&'static str]),
    /// Layers.
    Layers,
    /// A data set.
    Dataset,
    /// A split of a data set.
    Split,
    /// A recipe.
    Recipe,
    /// A number that may change over a run.
    Schedule,
    /// A loss that may change over a run.
    Objective,
    /// A trained model.
    Model,
    /// Weights to begin with.
    Weights,
    /// A measurement.
    Measurement,
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

impl Type {
    /// The type of a word without arguments.
    pub fn from_word(word: &str) -> Option<Type> {
        Some(match word {
            "int" => Type::Int,
            "number" => Type::Number,
            "bool" => Type::Bool,
            "text" => Type::Text,
            "path" => Type::Path,
            "fraction" => Type::Fraction,
            "span" => Type::Span,
            "layers" => Type::Layers,
            "dataset" => Type::Dataset,
            "split" => Type::Split,
            "recipe" => Type::Recipe,
            "schedule" => Type::Schedule,
            "objective" => Type::Objective,
            "model" => Type::Model,
            "weights" => Type::Weights,
            "measurement" => Type::Measurement,
            "tokenizer" => Type::Tokenizer,
            _ => return None,
        })
    }
}

impl From<vocabulary::Type> for Type {
    fn from(ty: vocabulary::Type) -> Type {
        match ty {
            vocabulary::Type::Int => Type::Int,
            vocabulary::Type::Number => Type::Number,
            vocabulary::Type::Bool => Type::Bool,
            vocabulary::Type::Text => Type::Text,
            vocabulary::Type::Path => Type::Path,
            vocabulary::Type::Fraction => Type::Fraction,
            vocabulary::Type::Part => Type::Part,
            vocabulary::Type::Span => Type::Span,
            vocabulary::Type::List(of) => Type::List(Box::new((*of).into())),
            vocabulary::Type::Choice(words) => Type::Choice(words),
            vocabulary::Type::Layers => Type::Layers,
            vocabulary::Type::Dataset => Type::Dataset,
            vocabulary::Type::Split => Type::Split,
            vocabulary::Type::Model => Type::Model,
            vocabulary::Type::Schedule => Type::Schedule,
            vocabulary::Type::Objective => Type::Objective,
            vocabulary::Type::Optimiser => Type::Optimiser,
            vocabulary::Type::Augmentation => Type::Augmentation,
            vocabulary::Type::Initial => Type::Initial,
            vocabulary::Type::Remote => Type::Remote,
            vocabulary::Type::Tokenizer => Type::Tokenizer,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Any => "a value",
            Type::Int => "an int",
            Type::Number => "a number",
            Type::Bool => "true or false",
            Type::Text => "a text",
            Type::Path => "a path",
            Type::Fraction => "a fraction such as `30%`",
            Type::Part => "a count or a share such as `10%`",
            Type::Span => "a span such as `15 epochs`",
            Type::List(of) => return write!(f, "a list of which each is {of}"),
            Type::Choice(words) => {
                let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
                return match words.split_last() {
                    Some((last, [])) => f.write_str(last),
                    Some((last, rest)) => write!(f, "{} or {last}", rest.join(", ")),
                    None => Ok(()),
                };
            }
            Type::Layers => "a network of layers",
            Type::Dataset => "a data set",
            Type::Split => "a split of a data set such as `cifar.train`",
            Type::Recipe => "a recipe",
            Type::Schedule => "a number or a schedule",
            Type::Objective => "an objective such as `one_hot` or `distill(teacher)`",
            Type::Model => "a model",
            Type::Weights => "a model or weights",
            Type::Measurement => "a measurement",
            Type::Optimiser => "an optimiser such as `sgd(momentum: 0.9)`",
            Type::Augmentation => "an augmentation such as `flip()`",
            Type::Initial => "a distribution such as `normal(0.02)`",
            Type::Remote => "a file to fetch such as `file(\"https://…\")`",
            Type::Tokenizer => "a tokenizer such as `bytes()`",
        })
    }
}
