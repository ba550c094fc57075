//! Families: values over index sets that are known when the file is checked.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use crate::check::modules::DeclId;
use crate::check::trainings::Time;
use crate::check::values::{Value, trim};
use crate::syntax::tree::{IndexSet, Item, ItemKind};

/// One index of a family: `seed in [0, 1, 2]`.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Rc<Labels>,
}

/// The labels of an index set, in order, each written in a way of its own.
#[derive(Debug)]
pub struct Labels {
    labels: Vec<Label>,
    places: HashMap<String, usize>,
    has_words: bool,
}

impl Labels {
    /// The labels; the first that stands there twice is an error.
    pub fn new(labels: Vec<Label>) -> Result<Labels, Label> {
        let mut places = HashMap::with_capacity(labels.len());
        for (at, label) in labels.iter().enumerate() {
            if places.insert(label.to_string(), at).is_some() {
                return Err(label.clone());
            }
        }
        let has_words = labels.iter().any(|label| matches!(label, Label::Word(_)));
        Ok(Labels {
            labels,
            places,
            has_words,
        })
    }

    /// Whether a bare word may be one of them.
    pub fn has_words(&self) -> bool {
        self.has_words
    }

    /// The place of a label.
    pub fn find(&self, label: &Label) -> Option<usize> {
        let at = *self.places.get(&label.to_string())?;
        self.labels[at].matches(label).then_some(at)
    }
}

impl Deref for Labels {
    type Target = [Label];

    fn deref(&self) -> &[Label] {
        &self.labels
    }
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
    /// `60%`, as 0.6.
    Fraction(f64),
    /// `3 epochs`.
    Time(Time),
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
            Value::Fraction(value) => Label::Fraction(*value),
            Value::Time(time) => Label::Time(*time),
            _ => return None,
        })
    }

    /// The value that makes this label.
    pub fn value(&self) -> Value {
        match self {
            Label::Int(value) => Value::Int(*value),
            Label::Number(value) => Value::Number(*value),
            Label::Bool(value) => Value::Bool(*value),
            Label::Text(text) | Label::Word(text) => Value::Text(text.clone(), None),
            Label::Fraction(value) => Value::Fraction(*value),
            Label::Time(time) => Value::Time(*time),
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
            Label::Word(word) => f.write_str(word),
            Label::Fraction(value) => write!(f, "{}%", trim(value * 100.0)),
            Label::Time(time) => write!(f, "{time}"),
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

    /// Whether it has these index sets, in this order.
    pub fn has_axes(&self, axes: &[Axis]) -> bool {
        self.axes.len() == axes.len()
            && self.axes.iter().zip(axes).all(|(a, b)| {
                a.name == b.name
                    && (Rc::ptr_eq(&a.labels, &b.labels)
                        || a.labels.len() == b.labels.len()
                            && a.labels
                                .iter()
                                .zip(b.labels.iter())
                                .all(|(a, b)| a.matches(b)))
            })
    }
}

/// Which index keeps two families from going member by member, for an error; `None` where their index
/// sets are equal, in whatever order. Each family comes with where it stands.
pub fn difference((a, a_name): (&Family, &str), (b, b_name): (&Family, &str)) -> Option<String> {
    let lone = |of: &Family, other: &Family| {
        let lone = of.axes.iter().find(|axis| other.axis(&axis.name).is_none());
        lone.map(|axis| axis.name.clone())
    };
    if let Some(index) = lone(a, b) {
        return Some(format!("the index `{index}` stands only {a_name}"));
    }
    if let Some(index) = lone(b, a) {
        return Some(format!("the index `{index}` stands only {b_name}"));
    }
    a.axes.iter().find_map(|axis| {
        let (labels, others) = (&axis.labels, &b.axis(&axis.name)?.labels);
        let known =
            labels.len() == others.len() && labels.iter().all(|label| others.find(label).is_some());
        (!known).then(|| {
            format!(
                "`{}` is one of {} {a_name}, one of {} {b_name}",
                axis.name,
                labels_text(labels),
                labels_text(others)
            )
        })
    })
}

/// The members of a family in the order that they have over these axes, which are its own in another
/// order; the axes may have their labels in another order too.
pub fn reordered(family: &Family, members: &[Value], axes: &[Axis]) -> Option<Vec<Value>> {
    let member = |place: Vec<usize>| {
        let mut at = 0;
        for own in &family.axes {
            let nth = axes.iter().position(|axis| axis.name == own.name)?;
            at = at * own.labels.len() + own.labels.find(&axes[nth].labels[place[nth]])?;
        }
        members.get(at).cloned()
    };
    places(axes).map(member).collect()
}

/// The places of every member of these axes, the last axis running fastest.
pub fn places(axes: &[Axis]) -> impl ExactSizeIterator<Item = Vec<usize>> {
    let sizes: Vec<usize> = axes.iter().map(|axis| axis.labels.len()).collect();
    (0..sizes.iter().product()).map(move |number| place(&sizes, number))
}

/// The place of a member by its number among all, the last axis running fastest.
pub fn place(sizes: &[usize], number: usize) -> Vec<usize> {
    let mut place = vec![0; sizes.len()];
    let mut rest = number;
    for (at, size) in place.iter_mut().zip(sizes).rev() {
        (*at, rest) = (rest % size, rest / size);
    }
    place
}

/// The index sets of a declaration.
pub fn indices(item: &Item) -> &[IndexSet] {
    match &item.kind {
        ItemKind::Dataset { indices, .. }
        | ItemKind::Model { indices, .. }
        | ItemKind::Measure { indices, .. }
        | ItemKind::Trial { indices, .. } => indices,
        _ => &[],
    }
}

/// Labels in a row, at most ten of them.
pub fn labels_text(labels: &[Label]) -> String {
    let mut shown: Vec<_> = labels.iter().take(10).map(Label::to_string).collect();
    if labels.len() > 10 {
        shown.push("…".into());
    }
    shown.join(", ")
}
