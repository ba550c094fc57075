//! What has been found in a file, each thing once.

use std::collections::{BTreeSet, HashSet};

use crate::diag::{Code, Diagnostic, SourceId, Span};

/// Diagnostics in the order in which they were found.
#[derive(Default)]
pub(super) struct Findings {
    all: Vec<Diagnostic>,
    seen: HashSet<(Code, Option<Span>)>,
    /// Those that are told at a use: their places among all, and where they were found.
    moved: Vec<(usize, Option<Span>)>,
    of_uses: HashSet<(Code, Option<Span>, String)>,
    /// Whether one is an error.
    failed: bool,
    /// Where errors point: source, start and end.
    errors: BTreeSet<(SourceId, u32, u32)>,
}

impl Findings {
    /// Adds one that was found where it is told; members of a family say the same of the same place.
    pub fn add(&mut self, found: Diagnostic) {
        if self.seen.insert((found.code, place(&found))) {
            self.keep(found);
        }
    }

    /// Adds one that was found at a place inside of what is used where it is told. What is wrong there
    /// whoever uses it is told there alone.
    pub fn add_found_at(&mut self, origin: Option<Span>, found: Diagnostic) {
        if place(&found) == origin {
            return self.add(found);
        }
        let of_the_use = (found.code, place(&found), found.message.clone());
        if !self.seen.contains(&(found.code, origin)) && self.of_uses.insert(of_the_use) {
            self.moved.push((self.all.len(), origin));
            self.keep(found);
        }
    }

    fn keep(&mut self, found: Diagnostic) {
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

    /// Gives the one of that code that begins in a place another mend; false where there is none.
    pub fn mend(&mut self, code: Code, within: Span, help: String) -> bool {
        let here = |one: &&mut Diagnostic| {
            one.code == code && place(one).is_some_and(|place| place.is_in(within))
        };
        let found = self.all.iter_mut().find(here);
        found.map(|one| one.help = Some(help)).is_some()
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
        let at_fault = |(at, origin): &&(usize, Option<Span>)| {
            self.seen.contains(&(self.all[*at].code, *origin))
        };
        let twice: HashSet<usize> = self
            .moved
            .iter()
            .filter(at_fault)
            .map(|(at, _)| *at)
            .collect();
        let all = self.all.into_iter().enumerate();
        all.filter(|(at, _)| !twice.contains(at))
            .map(|(_, one)| one)
            .collect()
    }
}

/// Where a finding is told.
fn place(found: &Diagnostic) -> Option<Span> {
    found.labels.first().map(|label| label.span)
}
