//! Families: values over index sets that are known when the file is checked.

use std::fmt;

use super::module::DeclId;
use super::value::{Value, trim};

/// One index of a family: `seed in [0, 1, 2]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Its name.
    pub name: String,
    /// Its labels, in order.
    pub labels: Vec<Label>,
}

/// What tells a member from its neighbours along an axis.
#[derive(Clone, Debug, PartialEq)]
pub enum Label {
    /// A whole number.
    Int(i64),
    /// A number.
    Number(f64),
    /// A truth value.
    Bool(bool),
    /// A text.
    Text(String),
    /// A label of a record, or a text that is a plain word.
    Word(String),
    /// Something that is told by how it is written: `3 epochs`, `60%`.
    Written(String),
}

impl Label {
    /// The label that a value makes.
    pub fn of(value: &Value) -> Option<Label> {
        Some(match value {
            Value::Int(value) => Label::Int(*value),
            Value::Number(value) => Label::Number(*value),
            Value::Bool(value) => Label::Bool(*value),
            Value::Text(text, _) if is_word(text) => Label::Word(text.clone()),
            Value::Text(text, _) => Label::Text(text.clone()),
            Value::Fraction(value) => Label::Written(format!("{}%", trim(value * 100.0))),
            Value::Time(time) => Label::Written(time.to_string()),
            _ => return None,
        })
    }

    /// The value that makes this label.
    pub fn value(&self) -> Value {
        match self {
            Label::Int(value) => Value::Int(*value),
            Label::Number(value) => Value::Number(*value),
            Label::Bool(value) => Value::Bool(*value),
            Label::Text(text) | Label::Word(text) | Label::Written(text) => {
                Value::Text(text.clone(), None)
            }
        }
    }

    /// Whether both are the same member: `4` finds `4.0`.
    pub fn matches(&self, other: &Label) -> bool {
        match (self, other) {
            (Label::Int(a), Label::Number(b)) | (Label::Number(b), Label::Int(a)) => {
                *a as f64 == *b
            }
            _ => self == other,
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Label::Int(value) => write!(f, "{value}"),
            Label::Number(value) => f.write_str(&trim(*value)),
            Label::Bool(value) => write!(f, "{value}"),
            Label::Text(text) => write!(f, "{text:?}"),
            Label::Word(word) | Label::Written(word) => f.write_str(word),
        }
    }
}

/// Whether a text may stand as a bare word.
fn is_word(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    plain && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// A family of values.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its free indices.
    pub axes: Vec<Axis>,
    /// Where its members come from.
    pub members: Members,
}

/// Where the members of a family come from.
#[derive(Clone, Debug)]
pub enum Members {
    /// A declaration, whose members are evaluated when they are asked for. Each entry is an index
    /// of the declaration: fixed to a place, or free (the next of the family's axes).
    Declared(DeclId, Vec<Option<usize>>),
    /// Values, the last axis running fastest.
    Computed(Vec<Value>),
}

impl Family {
    /// A free index by its name.
    pub fn axis(&self, name: &str) -> Option<&Axis> {
        self.axes.iter().find(|axis| axis.name == name)
    }

    /// `seed in [0, 1], tau in [1, 4]`.
    pub fn axes_text(&self) -> String {
        self.axes
            .iter()
            .map(|axis| format!("`{} in [{}]`", axis.name, labels_text(&axis.labels)))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Whether both have the same index sets in the same order.
    pub fn same_axes(&self, other: &Family) -> bool {
        self.axes.len() == other.axes.len()
            && self.axes.iter().zip(&other.axes).all(|(a, b)| {
                a.name == b.name
                    && a.labels.len() == b.labels.len()
                    && a.labels.iter().zip(&b.labels).all(|(a, b)| a.matches(b))
            })
    }
}

/// The places of every member of these axes, the last axis running fastest.
pub fn places(axes: &[Axis]) -> Vec<Vec<usize>> {
    let mut places = vec![vec![]];
    for axis in axes {
        places = places
            .into_iter()
            .flat_map(|place| {
                (0..axis.labels.len()).map(move |i| {
                    let mut place = place.clone();
                    place.push(i);
                    place
                })
            })
            .collect();
    }
    places
}

/// A member as a user writes it: `small[seed: 0, tau: 4]`; the bare name without axes.
pub fn member_id(name: &str, axes: &[Axis], place: &[usize]) -> String {
    if axes.is_empty() {
        return name.to_string();
    }
    let indices: Vec<_> = axes
        .iter()
        .zip(place)
        .map(|(axis, &at)| format!("{}: {}", axis.name, axis.labels[at]))
        .collect();
    format!("{name}[{}]", indices.join(", "))
}

/// Labels in a row, at most ten of them.
pub fn labels_text(labels: &[Label]) -> String {
    let mut shown: Vec<_> = labels.iter().take(10).map(Label::to_string).collect();
    if labels.len() > 10 {
        shown.push("…".into());
    }
    shown.join(", ")
}
