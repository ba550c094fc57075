//! Going through an expression.

use super::tree::{Expr, ExprKind, TextPart};

impl Expr {
    /// The expressions that stand directly inside this one.
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Int(_)
            | ExprKind::Number(_)
            | ExprKind::Fraction(_)
            | ExprKind::Time { .. }
            | ExprKind::Bool(_)
            | ExprKind::Name(_)
            | ExprKind::End
            | ExprKind::Missing => vec![],
            ExprKind::Text(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    TextPart::Interpolation(inner) => Some(inner),
                    TextPart::Literal(_) => None,
                })
                .collect(),
            ExprKind::List(items) | ExprKind::Chain(items) => items.iter().collect(),
            ExprKind::Comprehension {
                body,
                clauses,
                filter,
            } => {
                let sets = clauses.iter().map(|clause| &clause.set);
                sets.chain([&**body]).chain(filter.as_deref()).collect()
            }
            ExprKind::Record(fields) => fields.iter().map(|field| &field.value).collect(),
            ExprKind::Paren(inner)
            | ExprKind::Unary { operand: inner, .. }
            | ExprKind::Member { base: inner, .. }
            | ExprKind::As { layers: inner, .. } => vec![inner],
            ExprKind::Binary { left, right, .. } | ExprKind::Pipe { left, right } => {
                vec![left, right]
            }
            ExprKind::Range { from, to } => vec![from, to],
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => vec![condition, then, otherwise],
            ExprKind::Call { callee: base, args } | ExprKind::Index { base, args } => {
                let args = args.iter().map(|arg| &arg.value);
                [&**base].into_iter().chain(args).collect()
            }
            ExprKind::With { base, fields } => {
                let fields = fields.iter().map(|field| &field.value);
                [&**base].into_iter().chain(fields).collect()
            }
            ExprKind::ScaledTo { base, length } => vec![base, length],
            ExprKind::Then {
                before,
                after,
                at,
                over,
                until,
                along,
            } => {
                let window = [at, over, until, along];
                let window = window.into_iter().flatten().map(|clause| &clause.value);
                [&**before, &**after].into_iter().chain(window).collect()
            }
        }
    }

    /// The names that stand in it, in no order; what they are bound to in it is not told.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        // Expressions may nest deeper than the stack.
        let mut open = vec![self];
        std::iter::from_fn(move || {
            loop {
                let expr = open.pop()?;
                open.extend(expr.parts());
                if let ExprKind::Name(name) = &expr.kind {
                    return Some(name.as_str());
                }
            }
        })
    }
}
