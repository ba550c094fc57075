//! What came out, in words: the claims of the file, and a sentence for each deviation.

use serde::Serialize;

use super::Sources;
use super::deviations::{Deviation, measured, verdict_of};
use crate::report::family::Family;
use crate::report::number::true_minus;
use crate::report::prose::Prose;
use crate::report::ranking::Ranking;

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
        detail: true_minus(&claim.detail),
    });
    Findings {
        claims: claims.collect(),
        sentences: Ranking::of(sources.plan, sources.outcome)
            .and_then(|ranking| ranking.told())
            .into_iter()
            .chain(exaggerations(sources))
            .collect(),
    }
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
