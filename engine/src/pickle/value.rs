//! What a pickle holds.

use std::borrow::Cow;

/// The place of a value. A value may hold another more than once, and itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(pub(super) u32);

/// One value. Long texts and bytes are not copied out of the file.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A number.
    Float(f64),
    /// A `str`.
    Text(Cow<'a, str>),
    /// `bytes`, `bytearray`, and Python 2's `str`.
    Bytes(Cow<'a, [u8]>),
    /// A tuple.
    Tuple(Vec<Id>),
    /// A list.
    List(Vec<Id>),
    /// A dict or an `OrderedDict`: keys and values as they were put, a key perhaps more than once.
    Dict(Vec<(Id, Id)>),
    /// One of the names that are allowed.
    Name(&'static str),
    /// A call that is put down, not made.
    Call {
        /// What would be called.
        name: &'static str,
        /// With what.
        arguments: Vec<Id>,
        /// What its `__setstate__` would be given.
        state: Option<Id>,
    },
    /// What lies outside of the pickle, by its persistent id.
    Outside(Id),
}

/// The values of a pickle.
#[derive(Clone, Debug)]
pub struct Pickle<'a> {
    pub(super) values: Vec<Value<'a>>,
    /// What was pickled.
    pub root: Id,
    /// The byte after the pickle's last.
    pub end: usize,
}

impl<'a> Pickle<'a> {
    /// The value at a place.
    pub fn value(&self, id: Id) -> &Value<'a> {
        &self.values[id.0 as usize]
    }

    /// All places.
    pub fn ids(&self) -> impl Iterator<Item = Id> {
        (0..self.values.len() as u32).map(Id)
    }

    /// A text. Python 2 wrote texts as bytes.
    pub fn text(&self, id: Id) -> Option<&str> {
        match self.value(id) {
            Value::Text(text) => Some(text),
            Value::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// A whole number.
    pub fn int(&self, id: Id) -> Option<i64> {
        match self.value(id) {
            Value::Int(int) => i64::try_from(*int).ok(),
            _ => None,
        }
    }

    /// A tuple's or a list's.
    pub fn items(&self, id: Id) -> Option<&[Id]> {
        match self.value(id) {
            Value::Tuple(items) | Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// A tuple's or a list's whole numbers.
    pub fn ints(&self, id: Id) -> Option<Vec<i64>> {
        self.items(id)?.iter().map(|item| self.int(*item)).collect()
    }

    /// A dict's keys and values.
    pub fn entries(&self, id: Id) -> Option<&[(Id, Id)]> {
        match self.value(id) {
            Value::Dict(entries) => Some(entries),
            _ => None,
        }
    }

    /// A dict's value under a text.
    pub fn get(&self, dict: Id, key: &str) -> Option<Id> {
        // The last one of equal keys is the dict's.
        let mut entries = self.entries(dict)?.iter().rev();
        let found = entries.find(|(own, _)| self.text(*own) == Some(key));
        found.map(|(_, value)| *value)
    }
}

impl Value<'_> {
    /// What a reader of errors calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::None => "None",
            Value::Bool(_) => "a truth value",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Text(_) => "a text",
            Value::Bytes(_) => "bytes",
            Value::Tuple(_) => "a tuple",
            Value::List(_) => "a list",
            Value::Dict(_) => "a dict",
            Value::Name(name) | Value::Call { name, .. } => name,
            Value::Outside(_) => "something outside of the pickle",
        }
    }
}
