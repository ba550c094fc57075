//! Scopes: what names mean inside a body.

use std::rc::Rc;

use crate::check::modules::ModuleId;
use crate::check::values::Value;

/// Names bound to values, the innermost first.
#[derive(Clone, Debug, Default)]
pub struct Env(Option<Rc<Frame>>);

#[derive(Debug)]
struct Frame {
    name: String,
    value: Value,
    label: Option<String>,
    outer: Env,
}

impl Env {
    /// This scope with one more name.
    pub fn bind(&self, name: &str, value: Value) -> Env {
        self.bind_labelled(name, value, None)
    }

    /// This scope with an index of a family: its value and, where its index set is a record, the
    /// label that chooses the same among another family's members.
    pub fn bind_labelled(&self, name: &str, value: Value, label: Option<String>) -> Env {
        Env(Some(Rc::new(Frame {
            name: name.to_string(),
            value,
            label,
            outer: self.clone(),
        })))
    }

    fn frame(&self, name: &str) -> Option<&Frame> {
        let mut at = self;
        while let Some(frame) = &at.0 {
            if frame.name == name {
                return Some(frame);
            }
            at = &frame.outer;
        }
        None
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.frame(name).map(|frame| &frame.value)
    }

    /// The label of a name that is an index.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.frame(name)?.label.as_deref()
    }

    /// Every name.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![];
        let mut at = self;
        while let Some(frame) = &at.0 {
            names.push(frame.name.clone());
            at = &frame.outer;
        }
        names
    }
}

/// Where an expression is evaluated.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The module it was written in.
    pub module: ModuleId,
    /// The names of inner scopes.
    pub env: Env,
}

impl Scope {
    /// A module's outermost scope.
    pub fn of(module: ModuleId) -> Scope {
        Scope {
            module,
            env: Env::default(),
        }
    }

    /// This scope with one more name.
    pub fn bind(&self, name: &str, value: Value) -> Scope {
        Scope {
            module: self.module,
            env: self.env.bind(name, value),
        }
    }
}
