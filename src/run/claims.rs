//! Judging claims: do the measurements bear them out?

use std::collections::BTreeMap;

use crate::plan::{Claim, Comparison, Condition, Quantity};

use super::ClaimOutcome;

/// The measurements by id, field by field.
type Measures = BTreeMap<String, BTreeMap<String, f64>>;

/// Judges a claim. A comparison with a NaN holds neither way, and neither does its negation.
pub fn judge(claim: &Claim, measures: &Measures) -> ClaimOutcome {
    let judge = Judge { measures };
    let (holds, detail) = match judge.condition(&claim.condition) {
        Ok(finding) => (Some(finding.truth == Some(true)), finding.detail),
        Err(missing) => (None, format!("{} is not measured", missing.0)),
    };
    ClaimOutcome {
        text: claim.text.clone(),
        holds,
        detail,
    }
}

/// A measurement that is not there.
struct Missing(String);

/// What became of a condition; `None` where a NaN leaves it open.
struct Finding {
    truth: Option<bool>,
    detail: String,
}

struct Judge<'a> {
    measures: &'a Measures,
}

impl Judge<'_> {
    fn condition(&self, condition: &Condition) -> Result<Finding, Missing> {
        Ok(match condition {
            Condition::Known(truth) => Finding {
                truth: Some(*truth),
                detail: truth.to_string(),
            },
            Condition::Compare {
                left,
                comparison,
                right,
            } => compare(self.quantity(left)?, *comparison, self.quantity(right)?),
            Condition::All(parts) => self.several(parts, true)?,
            Condition::Any(parts) => self.several(parts, false)?,
            Condition::Not(part) => {
                let finding = self.condition(part)?;
                Finding {
                    truth: finding.truth.map(|truth| !truth),
                    ..finding
                }
            }
        })
    }

    /// `All` (where one part that does not hold decides) or `Any` (where one that holds does).
    fn several(&self, parts: &[Condition], all: bool) -> Result<Finding, Missing> {
        let findings: Vec<Finding> = parts
            .iter()
            .map(|part| self.condition(part))
            .collect::<Result<_, _>>()?;
        let decided = findings.iter().any(|finding| finding.truth == Some(!all));
        let open = findings.iter().any(|finding| finding.truth.is_none());
        let truth = match (decided, open) {
            (true, _) => Some(!all),
            (false, true) => None,
            (false, false) => Some(all),
        };
        Ok(Finding {
            truth,
            detail: enumerate(&findings),
        })
    }

    fn quantity(&self, quantity: &Quantity) -> Result<f64, Missing> {
        Ok(match quantity {
            Quantity::Number(value) => *value,
            Quantity::Field { node, field } => *self
                .measures
                .get(node)
                .and_then(|fields| fields.get(field))
                .ok_or_else(|| Missing(format!("`{node}.{field}`")))?,
            Quantity::Fold { fold: how, of } => {
                let values: Vec<f64> = of
                    .iter()
                    .map(|value| self.quantity(value))
                    .collect::<Result<_, _>>()?;
                how.of(&values)
            }
            Quantity::Count(conditions) => {
                let mut count = 0.0;
                for condition in conditions {
                    if self.condition(condition)?.truth == Some(true) {
                        count += 1.0;
                    }
                }
                count
            }
            Quantity::Apply { function, of } => apply(function, self.quantity(of)?),
            Quantity::Arithmetic { op, left, right } => {
                arithmetic(*op, self.quantity(left)?, self.quantity(right)?)
            }
        })
    }
}

/// The detail is what is the case, whether or not that is what was claimed.
fn compare(left: f64, comparison: Comparison, right: f64) -> Finding {
    use Comparison::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    // Enough digits to tell the two apart.
    let digits = (3..17)
        .find(|digits| left == right || number(left, *digits) != number(right, *digits))
        .unwrap_or(17);
    let told = |sign: &str| format!("{} {sign} {}", number(left, digits), number(right, digits));
    if left.is_nan() || right.is_nan() {
        return Finding {
            truth: None,
            detail: told("?"),
        };
    }
    let (truth, sign, opposite) = match comparison {
        Equal => (left == right, "=", "≠"),
        NotEqual => (left != right, "≠", "="),
        Less => (left < right, "<", "≥"),
        LessEqual => (left <= right, "≤", ">"),
        Greater => (left > right, ">", "≤"),
        GreaterEqual => (left >= right, "≥", "<"),
    };
    Finding {
        truth: Some(truth),
        detail: told(if truth { sign } else { opposite }),
    }
}

/// A fold as statistics has it; `std` is the sample's, with n − 1. Of nothing, or `std` of one
/// value, it is NaN.
fn apply(function: &str, of: f64) -> f64 {
    match function {
        "negate" => -of,
        "abs" => of.abs(),
        "floor" => of.floor(),
        "ceil" => of.ceil(),
        "round" => of.round(),
        "sqrt" => of.sqrt(),
        "log" => of.ln(),
        "exp" => of.exp(),
        // The checker lets no other through; a plan from elsewhere gets no false certainty.
        _ => f64::NAN,
    }
}

fn arithmetic(op: char, left: f64, right: f64) -> f64 {
    match op {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '/' => left / right,
        '%' => left.rem_euclid(right),
        _ => f64::NAN,
    }
}

/// The parts one after the other; of many, the first few.
fn enumerate(findings: &[Finding]) -> String {
    const SHOWN: usize = 6;
    let details: Vec<&str> = findings
        .iter()
        .take(SHOWN)
        .map(|finding| finding.detail.as_str())
        .collect();
    let mut text = details.join(", ");
    if findings.len() > SHOWN {
        text += &format!(", … ({} more)", findings.len() - SHOWN);
    }
    text
}

/// A number with so many significant digits, without idle zeros.
fn number(value: f64, digits: usize) -> String {
    if value == value.trunc() && value.abs() < 1e15 {
        return format!("{value}");
    }
    // Rounding by way of the scientific form gets 9.996 right.
    let rounded: f64 = format!("{value:.*e}", digits.saturating_sub(1))
        .parse()
        .unwrap_or(value);
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Fold;

    fn measures() -> Measures {
        let fields = |slope: f64| [("slope".to_string(), slope)].into();
        [("a", 1.2), ("b", 1.4), ("c", 0.9), ("bad", f64::NAN)]
            .into_iter()
            .map(|(id, slope)| (id.to_string(), fields(slope)))
            .collect()
    }

    fn slope(node: &str) -> Quantity {
        Quantity::Field {
            node: node.into(),
            field: "slope".into(),
        }
    }

    fn above(left: Quantity, right: f64) -> Condition {
        Condition::Compare {
            left,
            comparison: Comparison::Greater,
            right: Quantity::Number(right),
        }
    }

    fn judged(condition: Condition) -> (Option<bool>, String) {
        let claim = Claim {
            text: "t".into(),
            condition,
            declared: "x.kdp:1:1".into(),
        };
        let outcome = judge(&claim, &measures());
        (outcome.holds, outcome.detail)
    }

    #[test]
    fn comparisons_and_folds() {
        let mean = Quantity::Fold {
            fold: Fold::Mean,
            of: vec![slope("a"), slope("b")],
        };
        assert_eq!(judged(above(mean, 1.0)), (Some(true), "1.3 > 1".into()));
        assert_eq!(
            judged(above(slope("c"), 1.0)),
            (Some(false), "0.9 ≤ 1".into())
        );
        // Enough digits to see why.
        let close = Quantity::Number(1.000_01);
        assert_eq!(
            judged(above(close, 1.0)),
            (Some(true), "1.00001 > 1".into())
        );
        // NumPy: np.std([1.2, 1.4, 0.9], ddof=1) == 0.25166114784235827
        let std = Fold::Std.of(&[1.2, 1.4, 0.9]);
        assert!((std - 0.251_661_147_842_358_27).abs() < 1e-15, "{std}");
        assert_eq!(Fold::Min.of(&[2.0, -1.0, 3.0]), -1.0);
        assert_eq!(Fold::Max.of(&[2.0, -1.0, 3.0]), 3.0);
        assert_eq!(Fold::Sum.of(&[2.0, -1.0, 3.0]), 4.0);
        assert!(Fold::Max.of(&[2.0, f64::NAN]).is_nan());
        assert!(Fold::Mean.of(&[]).is_nan());
    }

    #[test]
    fn logic() {
        let (yes, no) = (above(slope("a"), 1.0), above(slope("c"), 1.0));
        let both = || vec![yes.clone(), no.clone()];
        assert_eq!(judged(Condition::All(both())).0, Some(false));
        let any = judged(Condition::Any(both()));
        assert_eq!(any, (Some(true), "1.2 > 1, 0.9 ≤ 1".into()));
        assert_eq!(judged(Condition::Not(Box::new(no.clone()))).0, Some(true));
        let count = Condition::Compare {
            left: Quantity::Count(both()),
            comparison: Comparison::Equal,
            right: Quantity::Number(1.0),
        };
        assert_eq!(judged(count), (Some(true), "1 = 1".into()));
        let difference = Quantity::Arithmetic {
            op: '-',
            left: Box::new(slope("a")),
            right: Box::new(slope("b")),
        };
        let size = Quantity::Apply {
            function: "abs".into(),
            of: Box::new(difference),
        };
        assert_eq!(judged(above(size, 0.1)), (Some(true), "0.2 > 0.1".into()));
    }

    #[test]
    fn a_nan_never_holds_and_a_missing_measurement_is_no_answer() {
        let nan = above(slope("bad"), 1.0);
        assert_eq!(judged(nan.clone()), (Some(false), "NaN ? 1".into()));
        assert_eq!(judged(Condition::Not(Box::new(nan.clone()))).0, Some(false));
        let either = vec![nan, above(slope("a"), 1.0)];
        assert_eq!(judged(Condition::Any(either.clone())).0, Some(true));
        assert_eq!(judged(Condition::All(either)).0, Some(false));
        assert_eq!(
            judged(above(slope("none"), 1.0)),
            (None, "`none.slope` is not measured".into())
        );
    }
}
