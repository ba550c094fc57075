//! Expressions that mean the same for many members are evaluated once.

use std::rc::Rc;

use crate::check::Checker;
use crate::check::modules::ModuleId;
use crate::check::names::Scope;
use crate::check::values::Type;
use crate::check::values::Value;
use crate::spec::Shape;
use crate::syntax::tree::{Expr, ExprKind};

/// What an expression's value hangs on: the module, the expression (by its address in a tree that is
/// kept) and, name by name in it, what inner scopes bind the name to.
pub(in crate::check) type Site = (ModuleId, usize, Vec<Option<Local>>);

/// What a name is bound to, and its label where it is an index.
type Local = (Plain, Option<String>);

/// A value that can be told from another without looking at what made it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::check) enum Plain {
    Int(i64),
    /// By its bits.
    Number(u64),
    /// By its bits.
    Fraction(u64),
    Bool(bool),
    Text(String, Option<ModuleId>),
    Shape(Rc<Shape>),
}

impl Plain {
    fn of(value: &Value) -> Option<Plain> {
        Some(match value {
            Value::Int(value) => Plain::Int(*value),
            Value::Number(value) => Plain::Number(value.to_bits()),
            Value::Fraction(value) => Plain::Fraction(value.to_bits()),
            Value::Bool(value) => Plain::Bool(*value),
            Value::Text(text, module) => Plain::Text(text.clone(), *module),
            Value::Shape(shape) => Plain::Shape(shape.clone()),
            _ => return None,
        })
    }
}

impl Checker<'_> {
    /// As [`Checker::eval_as`], for an expression of the file that is asked for again and again, by
    /// each member of a family: most of them name few of its indices.
    pub(in crate::check) fn eval_once(&mut self, expr: &Expr, ty: &Type, scope: &Scope) -> Value {
        let Some(site) = site(expr, scope) else {
            return self.eval_as(expr, ty, scope);
        };
        if let Some((value, height)) = self.evaluated.get(&site).cloned() {
            self.lean_on(height);
            return value;
        }
        self.heights.push(0);
        let value = self.eval_as(expr, ty, scope);
        let height = self.heights.pop().unwrap_or_default();
        self.lean_on(height);
        self.evaluated.insert(site, (value.clone(), height));
        value
    }
}

/// `None` where looking it up would cost as much as evaluating it, or a name is bound to what cannot
/// be compared.
fn site(expr: &Expr, scope: &Scope) -> Option<Site> {
    if matches!(expr.kind, ExprKind::Name(_) | ExprKind::Int(_)) {
        return None;
    }
    let local = |name| match scope.env.get(name) {
        None => Some(None),
        Some(value) => {
            let label = scope.env.label(name).map(str::to_string);
            Some(Some((Plain::of(value)?, label)))
        }
    };
    let locals = expr.names().map(local).collect::<Option<_>>()?;
    Some((scope.module, std::ptr::from_ref(expr) as usize, locals))
}
