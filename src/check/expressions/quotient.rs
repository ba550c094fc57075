//! `floor(a / b)`: a quotient of ints that is made whole need not come out even.

use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::values::Value;
use crate::diag::Span;
use crate::syntax::tree::{BinaryOp, Expr, ExprKind};

/// The functions that make a whole number of any.
pub(in crate::check) const ROUND: [&str; 3] = ["floor", "ceil", "round"];

/// The two sides of `a / b`, and where its `/` stands.
pub(in crate::check) fn sides(expr: &Expr) -> Option<(Span, (&Expr, &Expr))> {
    match &expr.kind {
        ExprKind::Paren(inner) => sides(inner),
        ExprKind::Binary {
            op: BinaryOp::Divide,
            op_span,
            left,
            right,
        } => Some((*op_span, (left, right))),
        _ => None,
    }
}

impl Checker<'_> {
    /// `a / b` right inside `floor`, `ceil` or `round`: two ints need not come out even there.
    pub(in crate::check) fn whole_quotient(
        &mut self,
        round: &str,
        op_span: Span,
        (left, right): (&Expr, &Expr),
        scope: &Scope,
    ) -> Value {
        let a = self.eval(left, scope);
        let b = self.eval(right, scope);
        if let (Value::Int(a), Value::Int(b)) = (&a, &b)
            && let Some(whole) = quotient(round, *a, *b)
        {
            return Value::Int(whole);
        }
        self.operate(BinaryOp::Divide, op_span, (a, left.span), (b, right.span))
    }
}

/// The whole number next to `a / b` downwards, upwards, or on the nearer side (away from zero in the
/// middle); `None` where there is none.
fn quotient(round: &str, a: i64, b: i64) -> Option<i64> {
    if b == 0 {
        return None;
    }
    let (a, b) = (i128::from(a), i128::from(b));
    let (towards_zero, rest) = (a / b, a % b);
    let sign = if (a < 0) == (b < 0) { 1 } else { -1 };
    let away = match round {
        "floor" => rest != 0 && sign < 0,
        "ceil" => rest != 0 && sign > 0,
        _ => 2 * rest.abs() >= b.abs(),
    };
    i64::try_from(towards_zero + if away { sign } else { 0 }).ok()
}

#[cfg(test)]
mod tests {
    use super::quotient;

    #[test]
    fn quotients_are_rounded_as_numbers_are() {
        for (a, b) in [
            (7, 2),
            (-7, 2),
            (7, -2),
            (-7, -2),
            (6, 2),
            (1, 3),
            (-2, 3),
            (0, 5),
        ] {
            let exact = a as f64 / b as f64;
            assert_eq!(
                quotient("floor", a, b),
                Some(exact.floor() as i64),
                "{a} / {b}"
            );
            assert_eq!(
                quotient("ceil", a, b),
                Some(exact.ceil() as i64),
                "{a} / {b}"
            );
            assert_eq!(
                quotient("round", a, b),
                Some(exact.round() as i64),
                "{a} / {b}"
            );
        }
        assert_eq!(quotient("floor", 1, 0), None);
        assert_eq!(quotient("floor", i64::MIN, -1), None);
    }
}
