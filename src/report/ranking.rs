//! Which models do best, as far as the spread between their runs allows to tell: the same on the terminal
//! and the page.

use super::family::{Family, families};
use super::number::{Spread, percent};
use super::prose::Prose;
use crate::plan::{ModelSummary, Node, Plan};
use crate::run::Outcome;

/// The families of models, by the share of the test split that they have right.
#[derive(Debug, PartialEq)]
pub struct Ranking {
    /// The best, and those that do not stand apart from it; each after those that have more right.
    leaders: Vec<Ranked>,
    rest: Vec<Ranked>,
    /// Whether a spread is known of any.
    spread: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Ranked {
    name: String,
    share: Spread,
}

impl Ranking {
    /// Of the models of a plan, where all are told on the same split; `None` of fewer than two families.
    pub fn of(plan: &Plan, outcome: &Outcome) -> Option<Ranking> {
        let models = plan.named_models();
        let test = |name: &str| plan.teller(name)?.task.test();
        let first = test(models.first()?.0)?;
        if models.iter().any(|(name, _)| test(name) != Some(first)) {
            return None;
        }
        let known = models.into_iter().filter_map(|(name, node)| {
            let summary = summary(outcome, name, node)?;
            Some((name.to_string(), node.key, summary.test_accuracy))
        });
        let share = |family: Family<f64>| {
            let shares: Vec<f64> = family.members.iter().map(|member| member.value).collect();
            let share = Spread::of(&shares)?;
            let name = family.name;
            Some(Ranked { name, share })
        };
        Ranking::among(families(known).into_iter().filter_map(share).collect())
    }

    /// Two families stand apart where their ranges, the mean ± a standard deviation, do not touch: the
    /// difference of the means is larger than both deviations together. A reader can tell it from what is
    /// shown. The spread of a lone run is not known, and taken to be the widest that is.
    fn among(mut ranked: Vec<Ranked>) -> Option<Ranking> {
        ranked.sort_by(|a, b| b.share.mean.total_cmp(&a.share.mean));
        let [best, _, ..] = ranked.as_slice() else {
            return None;
        };
        let known = ranked.iter().filter_map(|one| one.share.std);
        let widest = known.reduce(f64::max);
        let std = |one: &Ranked| one.share.std.or(widest).unwrap_or(0.0);
        let best = best.clone();
        let (leaders, rest) = ranked.into_iter().partition(|one| {
            best.share.mean - one.share.mean <= std(&best) + std(one) || *one == best
        });
        Some(Ranking {
            leaders,
            rest,
            spread: widest.is_some(),
        })
    }

    /// The family that stands apart from all others.
    pub fn best(&self) -> Option<&str> {
        match self.leaders.as_slice() {
            [best] if self.spread => Some(&best.name),
            _ => None,
        }
    }

    /// What can be said, in a sentence; nothing of lone runs whose shares read alike.
    pub fn told(&self) -> Option<Prose> {
        let one = Prose::default();
        match (self.leaders.as_slice(), self.spread) {
            ([best], true) => Some(
                one.name(&best.name)
                    .words(format!(
                        " does best on the test split: {} right (",
                        best.shown()
                    ))
                    .with_list(&self.rest)
                    .words(")."),
            ),
            ([best], false) => {
                let second = self.rest.first()?;
                (second.shown() != best.shown()).then(|| {
                    one.name(&best.name)
                        .words(format!(
                            " has the most of the test split right: {} (",
                            best.shown()
                        ))
                        .with_list(&self.rest)
                        .words("). With one run each the spread between seeds is not known.")
                })
            }
            ([first, others @ ..], true) => {
                let said = one
                    .words("Of the test split ")
                    .name(&first.name)
                    .words(format!(" has {} right, ", first.shown()))
                    .with_list(others)
                    .words(": no further apart than the spread between runs");
                Some(match self.rest.is_empty() {
                    true => said.words("."),
                    false => said
                        .words(" (clearly behind the first: ")
                        .with_list(&self.rest)
                        .words(")."),
                })
            }
            _ => None,
        }
    }
}

/// Families that a sentence lists.
const LISTED: usize = 6;

impl Ranked {
    fn shown(&self) -> String {
        self.share.show(percent)
    }
}

impl Prose {
    /// With the names of families and their shares; of many the first.
    fn with_list(self, ranked: &[Ranked]) -> Prose {
        let list = ranked.iter().take(LISTED).enumerate();
        let prose = list.fold(self, |prose, (nth, one)| {
            let joint = if nth == 0 { "" } else { ", " };
            let share = format!(" {}", one.shown());
            prose.words(joint).name(&one.name).words(share)
        });
        match ranked.len().saturating_sub(LISTED) {
            0 => prose,
            more => prose.words(format!(" and {more} more")),
        }
    }
}

/// What is told of a model, by one of its names.
pub fn summary<'o>(outcome: &'o Outcome, name: &str, node: &Node) -> Option<&'o ModelSummary> {
    let models = &outcome.models;
    models.get(name).or_else(|| models.get(&node.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(families: &[(&str, &[f64])]) -> Option<String> {
        let ranked = families.iter().map(|(name, shares)| Ranked {
            name: name.to_string(),
            share: Spread::of(shares).expect("a run"),
        });
        Ranking::among(ranked.collect())?
            .told()
            .map(|said| said.plain())
    }

    #[test]
    fn best_is_who_stands_out_of_the_spread() {
        // Deviations of 0.0141 each: the ranges end at 0.8641 and begin at 0.8859.
        assert_eq!(
            told(&[("a", &[0.84, 0.86]), ("b", &[0.89, 0.91])]).as_deref(),
            Some(
                "`b` does best on the test split: 90.0%\u{a0}±\u{a0}1.4% right (`a` 85.0%\u{a0}±\u{a0}1.4%)."
            )
        );
    }

    #[test]
    fn who_does_not_stand_out_is_told_together_with_the_best() {
        assert_eq!(
            told(&[
                ("a", &[0.84, 0.86]),
                ("b", &[0.86, 0.88]),
                ("c", &[0.5, 0.52])
            ])
            .as_deref(),
            Some(
                "Of the test split `b` has 87.0%\u{a0}±\u{a0}1.4% right, `a` 85.0%\u{a0}±\u{a0}1.4%: no further \
                 apart than the spread between runs (clearly behind the first: `c` 51.0%\u{a0}±\u{a0}1.4%)."
            )
        );
        // A lone run may spread as widely as the others.
        assert_eq!(
            told(&[("a", &[0.84, 0.86]), ("b", &[0.87])]).as_deref(),
            Some(
                "Of the test split `b` has 87.0% right, `a` 85.0%\u{a0}±\u{a0}1.4%: no further apart than the spread \
                 between runs."
            )
        );
    }

    #[test]
    fn lone_runs_are_no_proof() {
        assert_eq!(
            told(&[("a", &[0.84]), ("b", &[0.87])]).as_deref(),
            Some(
                "`b` has the most of the test split right: 87.0% (`a` 84.0%). With one run each the spread between \
                 seeds is not known."
            )
        );
        assert_eq!(told(&[("a", &[0.84]), ("b", &[0.84001])]), None);
        assert_eq!(told(&[("a", &[0.84])]), None);
    }
}
