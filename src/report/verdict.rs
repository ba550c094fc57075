//! What the slopes of a deviation say of a student, in words: the same on the terminal and the page.

use super::kinship::Kinship;
use super::number::{Spread, fixed};
use super::prose::Prose;

/// What some slopes, one a run, say of a student and a teacher.
pub fn verdict(student: &str, teacher: &str, kinship: Kinship, slopes: &[f64]) -> Prose {
    let (Some(leaning), Some(spread)) = (Leaning::of(slopes), Spread::of(slopes)) else {
        return Prose::default()
            .words("No line could be fitted through ")
            .name(student)
            .words(" and ")
            .name(teacher)
            .words(".");
    };
    use Kinship::{Related, Strangers, Taught};
    let (between, after) = match (leaning, kinship) {
        (Leaning::Above, Taught) => (" exaggerates its teacher ", ""),
        (Leaning::RatherAbove, Taught) => (" leans towards exaggerating its teacher ", ""),
        (Leaning::Neither, Taught) => (" neither exaggerates its teacher ", " nor tones it down"),
        (Leaning::RatherBelow, Taught) => (" leans towards toning its teacher ", " down"),
        (Leaning::Below, Taught) => (" tones its teacher ", " down"),
        (Leaning::Above, Strangers) => (", which never saw ", ", varies more than it"),
        (Leaning::RatherAbove, Strangers) => (", which never saw ", ", leans towards varying more"),
        (Leaning::Neither, Strangers) => (", which never saw ", ", varies about as much"),
        (Leaning::RatherBelow, Strangers) => (", which never saw ", ", leans towards varying less"),
        (Leaning::Below, Strangers) => (", which never saw ", ", varies less than it"),
        (Leaning::Above, Related) => (" varies more than ", ""),
        (Leaning::RatherAbove, Related) => (" leans towards varying more than ", ""),
        (Leaning::Neither, Related) => (" varies about as much as ", ""),
        (Leaning::RatherBelow, Related) => (" leans towards varying less than ", ""),
        (Leaning::Below, Related) => (" varies less than ", ""),
    };
    let runs = match slopes.len() {
        1 => ", one run".to_string(),
        n => format!(", {n} runs"),
    };
    let slope = spread.show(|slope| fixed(slope, 3));
    Prose::default()
        .name(student)
        .words(between)
        .name(teacher)
        .words(format!("{after}: where "))
        .name(teacher)
        .words(" is surer by 1, ")
        .name(student)
        .words(format!(
            " is surer by {} (slope {slope}{runs}).",
            fixed(spread.mean, 2)
        ))
}

/// A mean slope that is no further from 1 is told as 1: a finding in words that the third digit turns is none.
const ABOUT: f64 = 0.01;

/// On which side of 1 some slopes lie.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Leaning {
    Above,
    RatherAbove,
    Neither,
    RatherBelow,
    Below,
}

impl Leaning {
    /// A side counts when all slopes lie on it and their mean is more than a standard deviation
    /// from 1, and half when one of both holds. `None` without a slope, or where one does not exist.
    fn of(slopes: &[f64]) -> Option<Leaning> {
        let Spread { mean, std } = Spread::of(slopes)?;
        let clear = (mean - 1.0).abs() > std.unwrap_or(0.0);
        let above = slopes.iter().all(|slope| *slope > 1.0);
        let below = slopes.iter().all(|slope| *slope < 1.0);
        match (mean > 1.0, clear, above || below) {
            _ if !mean.is_finite() => None,
            _ if (mean - 1.0).abs() <= ABOUT => Some(Leaning::Neither),
            (true, true, true) => Some(Leaning::Above),
            (false, true, true) => Some(Leaning::Below),
            (_, false, false) => Some(Leaning::Neither),
            (true, _, _) => Some(Leaning::RatherAbove),
            (false, _, _) => Some(Leaning::RatherBelow),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_counts_when_all_slopes_lie_clearly_on_it() {
        let of = |slopes: &[f64]| Leaning::of(slopes);
        assert_eq!(of(&[1.2]), Some(Leaning::Above));
        assert_eq!(of(&[0.9, 0.95]), Some(Leaning::Below));
        assert_eq!(of(&[1.1, 1.2]), Some(Leaning::Above));
        assert_eq!(of(&[1.001, 1.002, 1.3]), Some(Leaning::RatherAbove));
        assert_eq!(of(&[0.999, 0.998, 0.7]), Some(Leaning::RatherBelow));
        assert_eq!(of(&[0.99, 1.5, 1.6, 1.5]), Some(Leaning::RatherAbove));
        assert_eq!(of(&[0.9, 1.1]), Some(Leaning::Neither));
        assert_eq!(of(&[1.0]), Some(Leaning::Neither));
        assert_eq!(of(&[0.999]), Some(Leaning::Neither));
        assert_eq!(of(&[1.009]), Some(Leaning::Neither));
        assert_eq!(of(&[1.011]), Some(Leaning::Above));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[1.1, f64::NAN]), None);
    }

    #[test]
    fn a_verdict_tells_who_learnt_from_whom_and_the_slope() {
        assert_eq!(
            verdict("small", "big", Kinship::Taught, &[0.9, 0.96]).plain(),
            "`small` tones its teacher `big` down: where `big` is surer by 1, `small` is surer by \
             0.93 (slope 0.930\u{a0}±\u{a0}0.042, 2 runs)."
        );
        assert_eq!(
            verdict("small", "big", Kinship::Strangers, &[1.25]).plain(),
            "`small`, which never saw `big`, varies more than it: where `big` is surer by 1, \
             `small` is surer by 1.25 (slope 1.250, one run)."
        );
        assert_eq!(
            verdict("early", "big", Kinship::Related, &[1.25]).plain(),
            "`early` varies more than `big`: where `big` is surer by 1, `early` is surer by 1.25 \
             (slope 1.250, one run)."
        );
        assert_eq!(
            verdict("small", "big", Kinship::Taught, &[]).plain(),
            "No line could be fitted through `small` and `big`."
        );
    }
}
