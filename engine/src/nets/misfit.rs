//! In what a file of weights and a network differ, told all at once.

use std::fmt;

use kdp::diag::closest;

use super::NetError;

/// How many tensors of a kind are named; of the others there is a count.
const NAMED: usize = 8;

/// A tensor and its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its name, as the network has it or would have it.
    pub name: String,
    /// Its shape.
    pub shape: Vec<i64>,
}

/// A tensor that is there in another shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Reshaped {
    /// Its name.
    pub name: String,
    /// The file's shape.
    pub found: Vec<i64>,
    /// The network's shape.
    pub wanted: Vec<i64>,
}

/// Every difference between a file's tensors and a network's.
#[derive(Debug, thiserror::Error)]
pub struct Misfit {
    file: String,
    /// How many tensors the network has.
    tensors: usize,
    /// Those of the network that the file lacks.
    pub missing: Vec<Named>,
    /// Those of the file that the network has no place for.
    pub surplus: Vec<Named>,
    /// Those of another shape.
    pub reshaped: Vec<Reshaped>,
}

impl Misfit {
    /// No difference yet, between a file and a network of so many tensors.
    pub(super) fn new(file: &str, tensors: usize) -> Self {
        Self {
            file: file.to_string(),
            tensors,
            missing: vec![],
            surplus: vec![],
            reshaped: vec![],
        }
    }

    /// An error, where there is a difference.
    pub(super) fn told(self) -> Result<(), NetError> {
        match self.missing.is_empty() && self.surplus.is_empty() && self.reshaped.is_empty() {
            true => Ok(()),
            false => Err(NetError::Misfit(Box::new(self))),
        }
    }

    /// The mend.
    pub fn help(&self) -> &'static str {
        match self.missing.len() == self.tensors {
            true => {
                "no name is the network's: take the file that belongs to this arch, or name its layers with `as` as the file does"
            }
            false => {
                "take the file that belongs to this arch, or name the layers with `as` as the file does; what is to be drawn anew and left out says `init: weights(\"FILE\", ignore: [\"fc.*\"])`"
            }
        }
    }

    /// The surplus tensor that a missing one may be called in the file: the nearest of its shape.
    fn near(&self, missing: &Named) -> Option<&str> {
        let same = self.surplus.iter();
        let same = same.filter(|other| other.shape == missing.shape);
        closest(&missing.name, same.map(|other| other.name.as_str()))
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "the file `{}` does not fit the network", self.file)?;
        list(f, "it lacks", &self.missing, |tensor| {
            let there = self.near(tensor);
            let there = there.map(|name| format!(" (it has `{name}`)"));
            let (name, shape) = (&tensor.name, &tensor.shape);
            format!("`{name}` {shape:?}{}", there.unwrap_or_default())
        })?;
        list(f, "the network has no place for", &self.surplus, |tensor| {
            format!("`{}` {:?}", tensor.name, tensor.shape)
        })?;
        list(f, "of another shape", &self.reshaped, |tensor| {
            let Reshaped {
                name,
                found,
                wanted,
            } = tensor;
            format!("`{name}` {found:?}, where the network wants {wanted:?}")
        })
    }
}

/// A line with the first few of a kind, and how many more there are.
fn list<T>(
    f: &mut fmt::Formatter,
    what: &str,
    tensors: &[T],
    shown: impl Fn(&T) -> String,
) -> fmt::Result {
    if tensors.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = tensors.iter().take(NAMED).map(shown).collect();
    write!(f, "\n  {what}: {}", names.join("; "))?;
    match tensors.len() - names.len() {
        0 => Ok(()),
        more => write!(f, "; and {more} more"),
    }
}
