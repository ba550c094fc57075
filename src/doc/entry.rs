//! What is told of a name, as plain data.

use serde::Serialize;

/// Names that belong together: a module of the standard library, one kind of built-in words, a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Section {
    /// `std.archs`, `layers`, `switch.kdp`.
    pub name: String,
    /// What it is about.
    pub doc: String,
    /// Its names in the order of the text.
    pub entries: Vec<Entry>,
}

/// One name.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Entry {
    /// `resnet_cifar`.
    pub name: String,
    /// With the module before it: `std.archs.resnet_cifar`; built-in words have none.
    pub path: String,
    /// The word that declares it (`arch`, `recipe`), or what a built-in word is (`layer`, `measure`).
    pub kind: String,
    /// How it is declared or called.
    pub signature: String,
    /// Its documentation.
    pub doc: String,
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// What is in it.
    pub parts: Option<Parts>,
    /// How large an arch is for some arguments.
    pub sizes: Vec<Size>,
}

impl Entry {
    /// The first sentence of its documentation. A point ends a sentence if a capital or a word of code
    /// follows.
    pub fn summary(&self) -> String {
        let first = self.doc.split("\n\n").next().unwrap_or_default();
        let doc = first.replace('\n', " ");
        let ends = doc.match_indices(". ").map(|(at, _)| at);
        let begins = |letter: char| letter.is_uppercase() || letter == '`';
        let is_end = |at: &usize| doc[at + 2..].starts_with(begins);
        match ends.into_iter().find(is_end) {
            Some(at) => doc[..=at].to_string(),
            None => doc,
        }
    }
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type as a file names it.
    #[serde(rename = "type")]
    pub ty: String,
    /// What stands where it is left out, as a file would write it; nothing where it must be given.
    pub default: Option<String>,
    /// What it means.
    pub doc: String,
}

/// What is in a declaration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parts {
    /// `fields`, `members`, `result`.
    pub title: String,
    /// Each of them.
    pub rows: Vec<Part>,
}

/// A field of a recipe, a member of an experiment, a field of what a measure gives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// How it is written; empty where there is nothing to write.
    pub text: String,
    /// What it means.
    pub doc: String,
}

/// How many parameters the network of a call has.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Size {
    /// `resnet_cifar(20)`.
    pub call: String,
    /// Trained numbers.
    pub parameters: i64,
}
