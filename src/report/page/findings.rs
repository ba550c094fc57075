//! What came out, in words: the claims of the file, and a sentence for each deviation.

use serde::Serialize;

use super::accuracy::trained;
use super::deviations::{measured, models, slopes, verdict};
use super::number::{self, Spread};
use super::{Sources, family};
use crate::plan::{Key, Task};

#[derive(Serialize)]
pub struct Findings {
    claims: Vec<Claim>,
    sentences: Vec<Sentence>,
}

#[derive(Serialize)]
struct Claim {
    text: String,
    /// `holds`, `fails`, `open`.
    verdict: &'static str,
    detail: String,
}

/// A sentence, and the names it begins with.
#[derive(Serialize)]
struct Sentence {
    subject: String,
    text: String,
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
fn best_model(sources: &Sources) -> Option<Sentence> {
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
    let others = ranked.iter().filter(|(name, _)| name != best);
    let others: Vec<_> = others
        .map(|(name, spread)| format!("{name} {}", number::percent(spread.mean)))
        .collect();
    (!others.is_empty()).then(|| Sentence {
        subject: best.to_string(),
        text: format!(
            "classifies most of the test split right: {} ({}).",
            accuracy.show(number::percent),
            others.join(", ")
        ),
    })
}

/// What each student does with its teacher's confidence.
fn exaggerations(sources: &Sources) -> Vec<Sentence> {
    let sentence = |family: &family::Family<_>| {
        let first: &super::deviations::Deviation = &family.members.first()?.value;
        let (student, teacher) = models(sources, first);
        let spread = Spread::of(&slopes(family))?;
        let student_key = first.task.models.get("student");
        let teacher_key = first.task.models.get("teacher");
        let taught = student_key
            .zip(teacher_key)
            .is_some_and(|(student, teacher)| learnt_from(sources, *student, *teacher));
        let how = match taught {
            true => format!("learnt from {teacher}."),
            false => format!("never saw {teacher}, so it is a yardstick."),
        };
        Some(Sentence {
            text: format!(
                "{how} {} On {} ({}): {}.",
                verdict(&slopes(family), &teacher),
                sources.split(&first.task.on),
                family.name,
                spread.show(|slope| number::fixed(slope, 3)),
            ),
            subject: student,
        })
    };
    measured(sources).iter().filter_map(sentence).collect()
}

/// Whether a teacher stands in a student's objective.
fn learnt_from(sources: &Sources, student: Key, teacher: Key) -> bool {
    let Some(Task::Train(task)) = sources.nodes.get(&student).map(|node| &node.task) else {
        return false;
    };
    let teachers = task.objective.iter().filter_map(|term| term.loss.teacher());
    teachers.into_iter().any(|key| key == teacher)
}
