//! The names in expressions.

use super::walk::Walk;
use super::{Builtin, Role, SymbolId, Target};
use crate::check;
use crate::syntax::tree::{Arg, Expr, ExprKind, TextPart};
use crate::vocabulary::{self, Type};

impl Walk {
    /// An expression where a value of some type is wanted: a choice may stand there.
    pub(super) fn value(&mut self, expr: &Expr, ty: Option<Type>) {
        if let (ExprKind::Name(name), Some(Type::Choice(words))) = (&expr.kind, ty)
            && self.scoped(name).is_none()
            && let Some(word) = words.iter().find(|word| *word == name)
        {
            let target = Target::Builtin(Builtin::Choice(word));
            return self.used(expr.span, target);
        }
        self.expr(expr);
    }

    /// A name of this file.
    fn scoped(&self, name: &str) -> Option<SymbolId> {
        let is_it = |id: &&SymbolId| self.names.symbols[**id].name == name;
        let inner = self.scope.iter().rev().find(is_it).copied();
        inner.or_else(|| self.module.get(name).copied())
    }

    fn name(&self, name: &str) -> Target {
        match self.scoped(name) {
            Some(id) => Target::Symbol(id),
            None => match builtin(name) {
                Some(builtin) => Target::Builtin(builtin),
                None => Target::Elsewhere(name.to_string()),
            },
        }
    }

    /// What an expression names, where it names something.
    fn target(&self, expr: &Expr) -> Target {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name),
            ExprKind::Member { base, name } => {
                Target::Member(self.target(base).into(), name.text.clone())
            }
            ExprKind::Paren(inner) => self.target(inner),
            ExprKind::Index { base, .. } => self.target(base),
            ExprKind::Call { callee, .. } => Target::Result(self.target(callee).into()),
            ExprKind::Pipe { left, .. } => self.target(left),
            _ => Target::Unknown,
        }
    }

    fn args(&mut self, callee: &Target, args: &[Arg]) {
        for arg in args {
            let ty = match (callee, &arg.name) {
                (Target::Builtin(Builtin::Word(word, _)), Some(name)) => word
                    .params
                    .iter()
                    .find(|param| param.name == name.text)
                    .map(|param| param.ty),
                _ => None,
            };
            if let Some(name) = &arg.name {
                let target = Target::Argument(callee.clone().into(), name.text.clone());
                self.used(name.span, target);
            }
            self.value(&arg.value, ty);
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Int(_)
            | ExprKind::Number(_)
            | ExprKind::Fraction(_)
            | ExprKind::Time { .. }
            | ExprKind::Bool(_)
            | ExprKind::End
            | ExprKind::Missing => {}
            ExprKind::Text(parts) => {
                for part in parts {
                    if let TextPart::Interpolation(inner) = part {
                        self.expr(inner);
                    }
                }
            }
            ExprKind::Name(name) => self.used(expr.span, self.name(name)),
            ExprKind::List(items) | ExprKind::Chain(items) => {
                items.iter().for_each(|item| self.expr(item));
            }
            ExprKind::Comprehension {
                body,
                clauses,
                filter,
            } => {
                let depth = self.scope.len();
                for clause in clauses {
                    self.expr(&clause.set);
                    self.bind(&clause.name, Role::Variable, expr.span, None);
                }
                self.expr(body);
                filter.iter().for_each(|filter| self.expr(filter));
                self.scope.truncate(depth);
            }
            ExprKind::Record(fields) => fields.iter().for_each(|field| self.expr(&field.value)),
            ExprKind::Paren(inner) | ExprKind::Unary { operand: inner, .. } => self.expr(inner),
            ExprKind::Binary { left, right, .. } | ExprKind::Pipe { left, right } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Range { from, to } => {
                self.expr(from);
                self.expr(to);
            }
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                for part in [condition, then, otherwise] {
                    self.expr(part);
                }
            }
            ExprKind::Call { callee, args } => {
                self.expr(callee);
                self.args(&self.target(callee), args);
            }
            ExprKind::Index { base, args } => {
                self.expr(base);
                let family = self.target(base);
                for arg in args {
                    if let Some(name) = &arg.name {
                        let target = Target::Index(family.clone().into(), name.text.clone());
                        self.used(name.span, target);
                    }
                    self.expr(&arg.value);
                }
            }
            ExprKind::Member { base, name } => {
                self.expr(base);
                let target = Target::Member(self.target(base).into(), name.text.clone());
                self.used(name.span, target);
            }
            ExprKind::With { base, fields } => {
                self.expr(base);
                self.recipe(fields);
            }
            ExprKind::ScaledTo { base, length } => {
                self.expr(base);
                self.expr(length);
            }
            ExprKind::As { layers, .. } => self.expr(layers),
            ExprKind::Then {
                before,
                after,
                at,
                over,
                until,
                along,
            } => {
                self.expr(before);
                self.expr(after);
                for part in [at, over, until].into_iter().flatten() {
                    self.expr(&part.value);
                }
                along.iter().for_each(|shape| self.along(&shape.value));
            }
        }
    }

    /// The shape of a blend: `cosine`, `stairs(10)`.
    fn along(&mut self, shape: &Expr) {
        match &shape.kind {
            ExprKind::Call { callee, args } => {
                self.along(callee);
                args.iter().for_each(|arg| self.expr(&arg.value));
            }
            ExprKind::Name(name) => {
                let known = vocabulary::BLENDS.iter().find(|(word, _)| word == name);
                if let Some((word, _)) = known {
                    self.used(shape.span, Target::Builtin(Builtin::Choice(word)));
                }
            }
            _ => self.expr(shape),
        }
    }
}

/// A word of the language that is used by its bare name.
pub fn builtin(name: &str) -> Option<Builtin> {
    if let Some((word, kind)) = check::word(name) {
        return Some(Builtin::Word(word, kind));
    }
    let function = vocabulary::function(name);
    let given = || vocabulary::GIVEN.iter().find(|(word, _)| *word == name);
    function
        .map(Builtin::Function)
        .or_else(|| given().map(|(word, _)| Builtin::Given(word)))
}
