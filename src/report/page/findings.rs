//! What came out, in words: the claims of the file, and a sentence for each deviation.

use serde::Serialize;

use super::Sources;
use super::accuracy::trained;
use super::deviations::{Deviation, measured, verdict_of};
use crate::report::family::Family;
use crate::report::number::{self, Spread};
use crate::report::prose::Prose;

#[derive(Serialize)]
pub struct Findings {
    claims: Vec<Claim>,
    sentences: Vec<Prose>,
}

#[derive(Serialize)]
struct Claim {
    text: String,
    /// `holds`, `fails`, `open`.
    verdict: &'static str,
    detail: String,
}

pub fn findings(sources: &Sources) -> Findings {
    let claims = sources.outcome.claims.iter().map(|claim| Claim {
        text: claim.text.clone(),
        verdict: match claim.holds {
            Some(true) => "holds",
            Some(false) => "fails",
            None => "open",
        },
        detail: claim.detail.clone(),
    });
    Findings {
        claims: claims.collect(),
        sentences: best_model(sources)
            .into_iter()
            .chain(exaggerations(sources))
            .collect(),
    }
}

/// Which family classifies the test split best.
fn best_model(sources: &Sources) -> Option<Prose> {
    let families = trained(sources);
    let ranked: Vec<(&str, Spread)> = families
        .iter()
        .filter_map(|family| {
            let tests: Vec<_> = family
                .members
                .iter()
                .map(|m| m.value.summary.test_accuracy)
                .collect();
            Some((family.name.as_str(), Spread::of(&tests)?))
        })
        .collect();
    let (best, accuracy) = ranked.iter().max_by(|a, b| a.1.mean.total_cmp(&b.1.mean))?;
    let others: Vec<_> = ranked.iter().filter(|(name, _)| name != best).collect();
    let mut sentence = Prose::default().name(*best).words(format!(
        " classifies most of the test split right, {}",
        accuracy.show(number::percent)
    ));
    for (i, (name, spread)) in others.iter().enumerate() {
        let joint = if i == 0 { "; " } else { ", " };
        let share = format!(" {}", number::percent(spread.mean));
        sentence = sentence.words(joint).name(*name).words(share);
    }
    (!others.is_empty()).then(|| sentence.words("."))
}

/// What each student does with its teacher's confidence.
fn exaggerations(sources: &Sources) -> Vec<Prose> {
    let sentence = |family: &Family<Deviation>| {
        let first = &family.members.first()?.value;
        let on = sources.split(&first.task.on);
        let said = verdict_of(sources, family)?;
        Some(
            said.words(" Measured on ")
                .name(on)
                .words(" (")
                .name(&family.name)
                .words(")."),
        )
    };
    measured(sources).iter().filter_map(sentence).collect()
}
