//! Words of the vocabulary with their arguments, as plain data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A value of a word's argument, as plain data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    /// A whole number.
    Int(i64),
    /// A number.
    Number(f64),
    /// A truth value.
    Bool(bool),
    /// A text, or the word of a choice.
    Text(String),
    /// A list.
    List(Vec<Datum>),
    /// A word with arguments of its own.
    Call(Call),
}

impl Datum {
    /// A whole number.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Datum::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// A number; an int serves.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Datum::Int(value) => Some(*value as f64),
            Datum::Number(value) => Some(*value),
            _ => None,
        }
    }

    /// A truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Datum::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Datum::Text(value) => Some(value),
            _ => None,
        }
    }

    /// A word with its arguments.
    pub fn as_call(&self) -> Option<&Call> {
        match self {
            Datum::Call(call) => Some(call),
            _ => None,
        }
    }

    /// A list of texts.
    pub fn as_texts(&self) -> Option<Vec<&str>> {
        match self {
            Datum::List(items) => items.iter().map(Datum::as_text).collect(),
            _ => None,
        }
    }

    /// A list of whole numbers.
    pub fn as_ints(&self) -> Option<Vec<i64>> {
        match self {
            Datum::List(items) => items.iter().map(Datum::as_int).collect(),
            _ => None,
        }
    }

    /// A list of lists of numbers.
    pub fn as_rows(&self) -> Option<Vec<Vec<f64>>> {
        match self {
            Datum::List(items) => items.iter().map(Datum::as_numbers).collect(),
            _ => None,
        }
    }

    /// A list of numbers.
    pub fn as_numbers(&self) -> Option<Vec<f64>> {
        match self {
            Datum::List(items) => items.iter().map(Datum::as_number).collect(),
            _ => None,
        }
    }
}

/// A word of the vocabulary with its arguments; those with a default are always there,
/// so that leaving one out and writing the default are the same node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The word.
    pub name: String,
    /// The version of what the engine computes for it.
    pub version: u32,
    /// Its arguments; an absent one is not there.
    pub args: BTreeMap<String, Datum>,
}

impl Call {
    /// A whole number among the arguments.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.args.get(name)?.as_int()
    }

    /// A number among the arguments.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.args.get(name)?.as_number()
    }

    /// A truth value among the arguments.
    pub fn bool(&self, name: &str) -> Option<bool> {
        self.args.get(name)?.as_bool()
    }

    /// A text among the arguments.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.args.get(name)?.as_text()
    }

    /// A word among the arguments.
    pub fn call(&self, name: &str) -> Option<&Call> {
        self.args.get(name)?.as_call()
    }

    /// A list of texts among the arguments.
    pub fn texts(&self, name: &str) -> Option<Vec<&str>> {
        self.args.get(name)?.as_texts()
    }

    /// A list of whole numbers among the arguments.
    pub fn ints(&self, name: &str) -> Option<Vec<i64>> {
        self.args.get(name)?.as_ints()
    }

    /// A list of lists of numbers among the arguments.
    pub fn rows(&self, name: &str) -> Option<Vec<Vec<f64>>> {
        self.args.get(name)?.as_rows()
    }

    /// A list of numbers among the arguments.
    pub fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        self.args.get(name)?.as_numbers()
    }
}
