//! Archs: a body becomes layers where its arguments, its input and the classes are known.

use std::rc::Rc;

use super::network::Layers;
use crate::check::Checker;
use crate::check::calls::Use;
use crate::check::codes::CONDITION_FAILS;
use crate::check::index::shown;
use crate::check::modules::DeclId;
use crate::check::names::{Env, Scope};
use crate::check::values::Type;
use crate::check::values::Value;
use crate::diag::{Diagnostic, Span};
use crate::spec::Shape;
use crate::syntax::tree::{ArchBody, Expr, ExprKind, ItemKind, Statement};

impl Checker<'_> {
    /// The layers of an arch for one input.
    pub(in crate::check) fn unfold(
        &mut self,
        (decl, name): (DeclId, &str),
        env: &Env,
        shape: &Shape,
        classes: i64,
        used: Span,
    ) -> Option<Rc<Layers>> {
        let env = env
            .bind("input", Value::Shape(Rc::new(shape.clone())))
            .bind("classes", Value::Int(classes));
        self.body_of_use((decl, name), env, used)
    }

    /// The layers of an arch as far as they do not hang on its input.
    pub(in crate::check) fn unfold_unknown(
        &mut self,
        (decl, name): (DeclId, &str),
        env: &Env,
        used: Span,
    ) -> Option<Rc<Layers>> {
        let env = env
            .bind("input", Value::Unknown)
            .bind("classes", Value::Unknown);
        self.body_of_use((decl, name), env, used)
    }

    /// The layers of an arch's body for one use of it.
    fn body_of_use(
        &mut self,
        (decl, name): (DeclId, &str),
        env: Env,
        used: Span,
    ) -> Option<Rc<Layers>> {
        self.calling.push(Use {
            decl,
            name: name.to_string(),
            span: used,
        });
        let body = self.arch_body(decl, env, Some(used));
        self.calling.pop();
        match body {
            Value::Layers(layers) => Some(layers),
            _ => None,
        }
    }

    /// The value of an arch's body in a scope that binds its arguments, `input` and `classes`.
    pub(in crate::check) fn arch_body(
        &mut self,
        decl: DeclId,
        env: Env,
        used: Option<Span>,
    ) -> Value {
        let tree = self.modules[decl.module.0].tree.clone();
        let ItemKind::Arch { body, .. } = &tree.items[decl.item].kind else {
            return Value::Unknown;
        };
        let mut scope = Scope {
            module: decl.module,
            env,
        };
        let layers = match body {
            ArchBody::Expr(layers) => layers,
            ArchBody::Block { statements, layers } => {
                for statement in statements {
                    match statement {
                        Statement::Let { name, value } => {
                            let value = self.eval(value, &scope);
                            scope = scope.bind(&name.text, value);
                        }
                        Statement::Require { condition, why } => {
                            if !self.required(condition, why.as_ref(), used, &scope) {
                                return Value::Unknown;
                            }
                        }
                    }
                }
                layers
            }
        };
        self.eval_as(layers, &Type::Layers, &scope)
    }

    /// Whether a `require` holds; what is not known is taken to.
    fn required(
        &mut self,
        condition: &Expr,
        why: Option<&Expr>,
        used: Option<Span>,
        scope: &Scope,
    ) -> bool {
        if !matches!(
            self.eval_as(condition, &Type::Bool, scope),
            Value::Bool(false)
        ) {
            return true;
        }
        let why = match why.map(|why| self.eval(why, scope)) {
            Some(Value::Text(text, _)) => text,
            _ => "a condition of the arch does not hold".into(),
        };
        let mut diagnostic = Diagnostic::error(CONDITION_FAILS, why);
        if let Some(span) = used {
            diagnostic = diagnostic.label(span, "this use does not satisfy it");
        }
        let values = shown_values(condition, scope);
        self.report(diagnostic.label(condition.span, format!("required here{values}")));
        false
    }
}

/// The values of the names in a condition, `, where depth is 21`; nothing where none can be shown.
fn shown_values(condition: &Expr, scope: &Scope) -> String {
    let mut values: Vec<String> = vec![];
    let mut open = vec![condition];
    while let Some(expr) = open.pop() {
        open.extend(expr.parts().into_iter().rev());
        if let ExprKind::Name(name) = &expr.kind
            && let Some(value) = scope.env.get(name).and_then(shown)
        {
            let value = format!("`{name}` is {value}");
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }
    match values.is_empty() {
        true => String::new(),
        false => format!(", where {}", values.join(" and ")),
    }
}
