//! What the slopes of a deviation say of a student, in words: the same on the terminal and the page.

use std::collections::BTreeMap;

use super::kinship::Kinship;
use super::number::{Spread, fixed, percent};
use super::prose::Prose;
use crate::diag::count;
use crate::plan::{Key, MeasureTask, ModelSummary, Node};

/// What deviations of one student and one teacher, one a run, have measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    slopes: Vec<f64>,
    /// The shares of samples for which both say the same class.
    agreements: Vec<f64>,
    /// The shares of test samples of which the teachers know the class.
    teachers: Vec<f64>,
    /// The samples of a run.
    samples: f64,
    /// The classes of the data; 0 where they are not known.
    classes: i64,
}

impl Evidence {
    /// Of each deviation and its fields: its nodes tell how many classes the data has, and the models' summaries how often the
    /// teachers are right.
    pub fn of<'a>(
        runs: impl Iterator<Item = (&'a MeasureTask, &'a BTreeMap<String, f64>)>,
        nodes: &BTreeMap<Key, &Node>,
        models: &BTreeMap<String, ModelSummary>,
    ) -> Evidence {
        let mut evidence = Evidence {
            samples: f64::INFINITY,
            ..Evidence::default()
        };
        for (task, fields) in runs {
            let field = |name: &str| fields.get(name).copied();
            let data = nodes.get(&task.on.data);
            evidence.classes = data.and_then(|data| data.classes()).unwrap_or(0);
            let teacher = task.models.get("teacher").and_then(|key| nodes.get(key));
            let teacher = teacher.and_then(|node| models.get(&node.id));
            evidence
                .teachers
                .extend(teacher.map(|model| model.test_accuracy));
            evidence.slopes.extend(field("slope"));
            evidence.agreements.extend(field("agreement"));
            evidence.samples = evidence.samples.min(field("count").unwrap_or(1.0));
        }
        evidence
    }

    /// What is no better than guessing: the agreement, or the teachers themselves, with its mean.
    fn guessed(&self) -> Option<(Guessed, f64)> {
        let guessed = [
            (Guessed::Agreement, &self.agreements),
            (Guessed::Teacher, &self.teachers),
        ];
        guessed
            .into_iter()
            .find_map(|(what, shares)| Some((what, self.by_chance(shares)?)))
    }

    /// The mean of shares that are no more than two standard errors above that of guessing among the classes.
    fn by_chance(&self, shares: &[f64]) -> Option<f64> {
        let mean = Spread::of(shares)?.mean;
        let chance = 1.0 / self.classes as f64;
        let error = (chance * (1.0 - chance) / self.samples).sqrt();
        (self.classes > 1 && mean <= chance + 2.0 * error).then_some(mean)
    }
}

/// What is no better than guessing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Guessed {
    /// How often the student says what the teacher says.
    Agreement,
    /// How often the teacher is right.
    Teacher,
}

/// What deviations say of a student and a teacher.
pub fn verdict(student: &str, teacher: &str, kinship: Kinship, evidence: &Evidence) -> Prose {
    let slopes = &evidence.slopes;
    let (Some(leaning), Some(spread)) = (Leaning::of(slopes), Spread::of(slopes)) else {
        return Prose::default()
            .words("No line could be fitted through ")
            .name(student)
            .words(" and ")
            .name(teacher)
            .words(".");
    };
    let runs = match slopes.len() {
        1 => "one run".to_string(),
        n => count(n, "run"),
    };
    let slope = spread.show(|slope| fixed(slope, 3));
    let slope = format!("slope {slope}, {runs}");
    use Kinship::{Related, Strangers, Taught};
    if let Some((what, share)) = evidence.guessed() {
        let its = match kinship {
            Taught => "its teacher ",
            Related | Strangers => "",
        };
        let begun = match what {
            Guessed::Agreement => Prose::default()
                .name(student)
                .words(format!(" agrees with {its}"))
                .name(teacher)
                .words(" on "),
            Guessed::Teacher => Prose::default().name(teacher).words(" is right on "),
        };
        return begun.words(format!(
            "{} of the samples, as often as by guessing among {}, so that nothing can be told of confidence ({slope}).",
            percent(share),
            count(evidence.classes, "class")
        ));
    }
    let (between, after) = match (leaning, kinship) {
        (Leaning::Astray, _) => {
            return Prose::default()
                .words("Where ")
                .name(teacher)
                .words(" is surer, ")
                .name(student)
                .words(format!(
                    " is not ({slope}): it neither exaggerates nor tones down, but goes its own way."
                ));
        }
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
    Prose::default()
        .name(student)
        .words(between)
        .name(teacher)
        .words(format!("{after}: where "))
        .name(teacher)
        .words(" is surer by 1, ")
        .name(student)
        .words(format!(" is surer by {} ({slope}).", fixed(spread.mean, 2)))
}

/// A mean slope that is no further from 1 is told as 1: a finding in words that the third digit turns is none.
const ABOUT: f64 = 0.01;

/// On which side of 1 some slopes lie.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Leaning {
    /// Not above 0: the one does not follow the other.
    Astray,
    Above,
    RatherAbove,
    Neither,
    RatherBelow,
    Below,
}

impl Leaning {
    /// Slopes whose mean is no more than a standard deviation above 0 are astray. A side counts when all slopes lie on it
    /// and their mean is more than a standard deviation from 1, and half when one of both holds. `None` without a slope, or
    /// where one does not exist.
    fn of(slopes: &[f64]) -> Option<Leaning> {
        let Spread { mean, std } = Spread::of(slopes)?;
        let clear = (mean - 1.0).abs() > std.unwrap_or(0.0);
        let above = slopes.iter().all(|slope| *slope > 1.0);
        let below = slopes.iter().all(|slope| *slope < 1.0);
        match (mean > 1.0, clear, above || below) {
            _ if !mean.is_finite() => None,
            _ if mean - std.unwrap_or(0.0) <= 0.0 => Some(Leaning::Astray),
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
        assert_eq!(of(&[-0.2]), Some(Leaning::Astray));
        assert_eq!(of(&[0.3, -0.2]), Some(Leaning::Astray));
        assert_eq!(of(&[0.1]), Some(Leaning::Below));
    }

    /// Runs on a thousand samples of ten classes.
    fn runs(slopes: &[f64], agreement: f64) -> Evidence {
        Evidence {
            slopes: slopes.to_vec(),
            agreements: vec![agreement; slopes.len()],
            teachers: vec![],
            samples: 1000.0,
            classes: 10,
        }
    }

    #[test]
    fn a_slope_tells_nothing_where_the_two_do_not_agree() {
        let told = |agreement| {
            let said = verdict("small", "big", Kinship::Taught, &runs(&[1.3], agreement));
            said.plain()
        };
        assert_eq!(
            told(0.1),
            "`small` agrees with its teacher `big` on 10.0% of the samples, as often as by guessing among 10 classes, \
             so that nothing can be told of confidence (slope 1.300, one run)."
        );
        // The standard error of guessing is 0.0095.
        assert!(told(0.118).contains("guessing"), "{}", told(0.118));
        assert!(told(0.12).contains("exaggerates"), "{}", told(0.12));
        let unknown = Evidence {
            classes: 0,
            ..runs(&[1.3], 0.1)
        };
        assert_eq!(unknown.guessed(), None);
    }

    #[test]
    fn a_slope_tells_nothing_where_the_teacher_guesses() {
        let told = |right: f64| {
            let evidence = Evidence {
                teachers: vec![right],
                ..runs(&[261.3], 0.97)
            };
            verdict("small", "big", Kinship::Taught, &evidence).plain()
        };
        assert_eq!(
            told(0.11),
            "`big` is right on 11.0% of the samples, as often as by guessing among 10 classes, so that nothing can be \
             told of confidence (slope 261.300, one run)."
        );
        assert!(told(0.2).contains("exaggerates"), "{}", told(0.2));
    }

    #[test]
    fn a_slope_that_is_not_above_0_is_neither_exaggeration_nor_its_opposite() {
        assert_eq!(
            verdict("small", "big", Kinship::Taught, &runs(&[-0.25], 0.9)).plain(),
            "Where `big` is surer, `small` is not (slope −0.250, one run): it neither exaggerates nor tones down, but \
             goes its own way."
        );
    }

    #[test]
    fn a_verdict_tells_who_learnt_from_whom_and_the_slope() {
        assert_eq!(
            verdict("small", "big", Kinship::Taught, &runs(&[0.9, 0.96], 0.9)).plain(),
            "`small` tones its teacher `big` down: where `big` is surer by 1, `small` is surer by \
             0.93 (slope 0.930\u{a0}±\u{a0}0.042, 2 runs)."
        );
        assert_eq!(
            verdict("small", "big", Kinship::Strangers, &runs(&[1.25], 0.9)).plain(),
            "`small`, which never saw `big`, varies more than it: where `big` is surer by 1, \
             `small` is surer by 1.25 (slope 1.250, one run)."
        );
        assert_eq!(
            verdict("early", "big", Kinship::Related, &runs(&[1.25], 0.9)).plain(),
            "`early` varies more than `big`: where `big` is surer by 1, `early` is surer by 1.25 \
             (slope 1.250, one run)."
        );
        assert_eq!(
            verdict("small", "big", Kinship::Taught, &runs(&[], 0.9)).plain(),
            "No line could be fitted through `small` and `big`."
        );
    }
}
