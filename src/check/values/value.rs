//! The values that expressions have.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use super::types::Type;
use crate::check::families::Family;
use crate::check::losses::Formula;
use crate::check::losses::Goal;
use crate::check::modules::{DeclId, ModuleId};
use crate::check::networks::Layers;
use crate::check::program::{Dataset, Share};
use crate::check::trainings::{Ramp, Time};
use crate::diag::Span;
use crate::spec::{Call, Condition, Download, Quantity, Remote, Shape, Split};

/// A value.
#[derive(Clone, Debug)]
pub enum Value {
    /// Not known: an error has been reported for it, or it stands in a body that is not called.
    Unknown,
    /// A whole number.
    Int(i64),
    /// A number, finite.
    Number(f64),
    /// `60%`, as 0.6.
    Fraction(f64),
    /// A truth value.
    Bool(bool),
    /// A text and the module it was written in, to which a relative path is relative.
    Text(String, Option<ModuleId>),
    /// A file or folder.
    Path(PathBuf),
    /// A span of training.
    Time(Time),
    /// A list.
    List(Rc<Vec<Value>>),
    /// Values by name, in the order of the text.
    Record(Rc<Vec<(String, Value)>>),
    /// A number that changes over a run.
    Schedule(Rc<Ramp>),
    /// A loss.
    Objective(Rc<Goal>),
    /// A value over a batch, in a loss of one's own.
    Formula(Rc<Formula>),
    /// The labels of a batch: `y`.
    Labels,
    /// Layers, open in their input.
    Layers(Rc<Layers>),
    /// The shape that reaches an arch: `input`.
    Shape(Rc<Shape>),
    /// A data set.
    Dataset(Rc<Dataset>),
    /// A split of one.
    Split(Rc<Dataset>, Split),
    /// A recipe.
    Recipe(Rc<Recipe>),
    /// An optimiser.
    Optimiser(Rc<Call>),
    /// An augmentation.
    Augmentation(Rc<Call>),
    /// What weights begin as.
    Initial(Rc<Call>),
    /// A file to fetch.
    Remote(Rc<Remote>),
    /// A data set to fetch.
    Download(Rc<Download>),
    /// A tokenizer.
    Tokenizer(Rc<Tokenizer>),
    /// A model, by its place in the program.
    Model(usize),
    /// Weights to begin with, other than a lone model's.
    Weights(Rc<Vec<Share>>),
    /// A measurement, by its place in the program.
    Measurement(usize),
    /// A number that is known when measurements are in.
    Quantity(Rc<Quantity>),
    /// A condition over such numbers.
    Condition(Rc<Condition>),
    /// A family of values.
    Family(Rc<Family>),
    /// An imported module.
    Module(ModuleId),
    /// A use of an experiment: the module that it makes.
    Trial(ModuleId),
    /// A function, an arch or a word that must be called: its name.
    Callable(String),
}

/// A tokenizer.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    /// The word, its paths left out.
    pub call: Call,
    /// Its files, by argument.
    pub paths: BTreeMap<String, PathBuf>,
}

/// A recipe: its fields, as they were written.
#[derive(Clone, Debug, Default)]
pub struct Recipe {
    /// By name.
    pub fields: BTreeMap<String, RecipeField>,
}

/// A field of a recipe.
#[derive(Clone, Debug)]
pub struct RecipeField {
    /// Its value.
    pub value: Value,
    /// Where it was written.
    pub span: Span,
    /// `with { length: … }` came after it: windows past the end are cut.
    pub cut: bool,
    /// `scaled to`: (old length, new length), in the order in which they came.
    pub scalings: Vec<(Time, Time)>,
}

impl Value {
    /// A list.
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Rc::new(items))
    }

    /// What a `let` or a `param` makes of it: data without a name has that one.
    pub(in crate::check) fn called(self, id: String, span: Span) -> Value {
        match self {
            Value::Dataset(data) if !data.named => Value::Dataset(Rc::new(data.called(id, span))),
            other => other,
        }
    }

    /// What it is called in an error.
    pub fn describe(&self) -> String {
        match self {
            Value::Unknown => "an unknown value".into(),
            Value::Int(value) => format!("the int `{value}`"),
            Value::Number(value) => format!("the number `{value}`"),
            Value::Fraction(value) => format!("the fraction `{}%`", trim(value * 100.0)),
            Value::Bool(value) => format!("`{value}`"),
            Value::Text(text, _) if text.chars().count() <= 40 => format!("the text \"{text}\""),
            Value::Text(..) => "a text".into(),
            Value::Path(_) => "a path".into(),
            Value::Time(time) => format!("the span `{time}`"),
            Value::List(_) => "a list".into(),
            Value::Record(_) => "a record".into(),
            Value::Schedule(_) => "a schedule".into(),
            Value::Objective(_) => "an objective".into(),
            Value::Formula(_) => "a value over the batch".into(),
            Value::Labels => "the labels `y`".into(),
            Value::Weights(_) => "weights".into(),
            Value::Layers(_) => "layers".into(),
            Value::Shape(shape) => format!("the shape {}", shape.short()),
            Value::Dataset(_) => "a data set".into(),
            Value::Split(..) => "a split of a data set".into(),
            Value::Recipe(_) => "a recipe".into(),
            Value::Optimiser(_) => "an optimiser".into(),
            Value::Augmentation(_) => "an augmentation".into(),
            Value::Initial(_) => "a distribution".into(),
            Value::Remote(_) => "a file to fetch".into(),
            Value::Download(_) => "a data set to fetch".into(),
            Value::Tokenizer(tokenizer) => format!("the tokenizer `{}`", tokenizer.call.name),
            Value::Model(_) => "a model".into(),
            Value::Measurement(_) => "a measurement".into(),
            Value::Quantity(_) => "a number that is known when the measurements are in".into(),
            Value::Condition(_) => "a condition that is judged when the measurements are in".into(),
            Value::Family(family) => format!("a family over {}", family.axes_text()),
            Value::Module(_) => "a module".into(),
            Value::Trial(_) => "a trial".into(),
            Value::Callable(name) => format!("the function `{name}`"),
        }
    }

    /// A text.
    pub fn as_text(&self) -> Option<String> {
        match self {
            Value::Text(text, _) => Some(text.clone()),
            _ => None,
        }
    }

    /// A number that is known now.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Int(value) => Some(*value as f64),
            Value::Number(value) | Value::Fraction(value) => Some(*value),
            _ => None,
        }
    }

    /// A span of training; a fraction is a part of the run.
    pub fn as_time(&self) -> Option<Time> {
        match self {
            Value::Time(time) => Some(*time),
            Value::Fraction(fraction) => Some(Time {
                fraction: *fraction,
                ..Time::default()
            }),
            _ => None,
        }
    }

    /// A number or a schedule of one.
    pub fn as_ramp(&self) -> Option<Rc<Ramp>> {
        match self {
            Value::Schedule(ramp) => Some(ramp.clone()),
            _ => self.as_number().map(|value| Rc::new(Ramp::Constant(value))),
        }
    }

    /// A number that is known when the measurements are in, or now.
    pub fn as_quantity(&self) -> Option<Quantity> {
        match self {
            Value::Quantity(quantity) => Some((**quantity).clone()),
            _ => self.as_number().map(Quantity::Number),
        }
    }

    /// A condition that is known when the measurements are in, or now.
    pub fn as_condition(&self) -> Option<Condition> {
        match self {
            Value::Condition(condition) => Some((**condition).clone()),
            Value::Bool(value) => Some(Condition::Known(*value)),
            _ => None,
        }
    }

    /// The value as that type, where it has it.
    pub fn coerce(&self, ty: &Type) -> Option<Value> {
        Some(match (ty, self) {
            (_, Value::Unknown) | (Type::Any, _) => self.clone(),
            (Type::Int, Value::Int(_))
            | (Type::Bool, Value::Bool(_))
            | (Type::Text, Value::Text(..))
            | (Type::Path, Value::Path(_) | Value::Text(..))
            | (Type::Fraction, Value::Fraction(_))
            | (Type::Part, Value::Int(_) | Value::Fraction(_))
            | (Type::Layers, Value::Layers(_))
            | (Type::Dataset, Value::Dataset(_))
            | (Type::Split, Value::Split(..))
            | (Type::Recipe, Value::Recipe(_))
            | (Type::Model, Value::Model(_))
            | (Type::Measurement, Value::Measurement(_))
            | (Type::Optimiser, Value::Optimiser(_))
            | (Type::Augmentation, Value::Augmentation(_))
            | (Type::Initial, Value::Initial(_))
            | (Type::Remote, Value::Remote(_))
            | (Type::Tokenizer, Value::Tokenizer(_))
            | (Type::Objective, Value::Objective(_))
            | (Type::Weights, Value::Weights(_) | Value::Model(_))
            // In a loss of one's own a function of numbers is one of values over the batch.
            | (Type::Number, Value::Formula(_)) => self.clone(),
            (Type::Text, Value::Path(path)) => Value::Text(path.display().to_string(), None),
            (Type::Number, _) => Value::Number(self.as_number()?),
            (Type::Fraction | Type::Part, Value::Number(value)) if (0.0..=1.0).contains(value) => {
                Value::Fraction(*value)
            }
            (Type::Span, _) => Value::Time(self.as_time()?),
            (Type::Schedule, _) => Value::Schedule(self.as_ramp()?),
            (Type::List(of), Value::List(items)) => Value::list(
                items
                    .iter()
                    .map(|item| item.coerce(of))
                    .collect::<Option<_>>()?,
            ),
            (Type::Choice(words), Value::Text(text, _)) if words.contains(&text.as_str()) => {
                self.clone()
            }
            _ => return None,
        })
    }
}

/// A number without the noise of binary fractions: at most 10 significant digits.
pub fn trim(value: f64) -> String {
    let rounded: f64 = format!("{value:.10e}").parse().unwrap_or(value);
    match rounded.abs() >= 1e16 {
        true => format!("{rounded:e}"),
        false => rounded.to_string(),
    }
}

/// What a name was found to be.
#[derive(Clone, Debug)]
pub enum Binding {
    /// A value of an inner scope.
    Local(Value),
    /// A declaration.
    Decl(DeclId),
    /// A module.
    Module(ModuleId),
}
