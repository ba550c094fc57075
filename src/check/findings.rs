//! What has been found in a file, each thing once.

use std::collections::{BTreeSet, HashSet};

use crate::diag::{Code, Diagnostic, SourceId, Span};

/// Diagnostics in the order in which they were found.
#[derive(Default)]
pub(super) struct Findings {
    all: Vec<Diagnostic>,
    seen: HashSet<(Code, Option<Span>)>,
    /// Whether one is an error.
    failed: bool,
    /// Where errors point: source, start and end.
    errors: BTreeSet<(SourceId, u32, u32)>,
}

impl Findings {
    /// Adds one; members of a family say the same of the same place.
    pub fn add(&mut self, found: Diagnostic) {
        let place = found.labels.first().map(|label| label.span);
        if !self.seen.insert((found.code, place)) {
            return;
        }
        if found.is_error() {
            self.failed = true;
            let spans = found.labels.iter().map(|label| label.span);
            self.errors
                .extend(spans.map(|span| (span.source, span.start, span.end)));
        }
        self.all.push(found);
    }

    /// Adds several.
    pub fn extend(&mut self, found: Vec<Diagnostic>) {
        found.into_iter().for_each(|one| self.add(one));
    }

    /// Whether such a thing has been said of a place.
    pub fn has(&self, code: Code, place: Span) -> bool {
        self.seen.contains(&(code, Some(place)))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// Those behind the first `count`.
    pub fn since(&mut self, count: usize) -> &mut [Diagnostic] {
        &mut self.all[count..]
    }

    /// Whether one is an error.
    pub fn has_errors(&self) -> bool {
        self.failed
    }

    /// Whether an error points into a place.
    pub fn has_errors_in(&self, place: Span) -> bool {
        let from = (place.source, place.start, 0);
        let to = (place.source, place.end, place.end);
        self.errors
            .range(from..=to)
            .any(|(_, _, end)| *end <= place.end)
    }

    /// All of them.
    pub fn into_all(self) -> Vec<Diagnostic> {
        self.all
    }
}
