//! What the checker learnt, for a text that may have been edited since.

use std::ops::Range;
use std::path::Path;

use super::analysis::Analysis;
use super::file::File;
use crate::check::{Flow, Trained, beginning};
use crate::diag::{SourceId, Span};
use crate::spec::DataShape;

/// What is known of one file.
pub struct Facts<'a> {
    analysis: &'a Analysis,
    source: SourceId,
    shift: Shift,
}

impl<'a> Facts<'a> {
    /// What an analysis learnt of a file, if it read it.
    pub fn of(analysis: &'a Analysis, file: &File) -> Option<Facts<'a>> {
        let (source, checked) = analysis
            .sources
            .iter()
            .enumerate()
            .find(|(_, source)| Path::new(&source.name) == file.path)?;
        let source = SourceId(source as u32);
        Some(Facts {
            analysis,
            source,
            shift: Shift::between(&checked.text, &file.text),
        })
    }

    /// What goes through the layer or the arch that is used at a place: its name, or the whole call.
    pub fn flows(&self, at: Span) -> Option<&'a [Flow]> {
        let at = self.shift.earlier(at, self.source)?;
        let text = &self.analysis.sources.get(self.source).text;
        let used = |span: &&Span| {
            let head = text.get(span.start as usize..at.start as usize);
            span.source == self.source
                && span.start <= at.start
                && at.start < span.end
                && head.is_some_and(|head| !head.contains('('))
        };
        let layers = &self.analysis.index.layers;
        let span = layers.keys().filter(used).max_by_key(|span| span.start)?;
        layers.get(span).map(Vec::as_slice)
    }

    /// Every use of a layer or an arch in a part of the file, as it is now, and what goes through.
    pub fn flows_in(&self, part: Range<usize>) -> Vec<(Span, &'a [Flow])> {
        let layers = self.analysis.index.layers.iter();
        let here = layers.filter(|(span, _)| span.source == self.source);
        let mut found: Vec<_> = here
            .filter_map(|(span, flows)| Some((self.shift.now(*span)?, flows.as_slice())))
            .filter(|(span, _)| part.contains(&(span.start as usize)))
            .collect();
        found.sort_by_key(|(span, _)| (span.start, span.end));
        found
    }

    /// The value of the declaration whose name stands at a place.
    pub fn value(&self, name: Span) -> Option<&'a str> {
        let at = self.shift.earlier(name, self.source)?;
        self.analysis.index.values.get(&at).map(String::as_str)
    }

    /// The members of the model that is declared at a place.
    pub fn model(&self, item: Span) -> Option<&'a Trained> {
        let at = self.shift.earlier(beginning(item), self.source)?;
        self.analysis.index.models.get(&at)
    }

    /// The data set that is declared at a place.
    pub fn dataset(&self, item: Span) -> Option<&'a DataShape> {
        let at = self.shift.earlier(beginning(item), self.source)?;
        self.analysis.index.datasets.get(&at)
    }
}

/// How places of one text lie in another: what both begin and end with stays.
struct Shift {
    /// Bytes that both begin with.
    before: usize,
    /// Bytes that both end with.
    behind: usize,
    old: usize,
    new: usize,
}

impl Shift {
    fn between(old: &str, new: &str) -> Shift {
        let (a, b) = (old.as_bytes(), new.as_bytes());
        let shorter = a.len().min(b.len());
        let before = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let rest = shorter - before;
        let ends = a.iter().rev().zip(b.iter().rev()).take(rest);
        Shift {
            before,
            behind: ends.take_while(|(a, b)| a == b).count(),
            old: a.len(),
            new: b.len(),
        }
    }

    /// Where a span of the new text was; `None` where it was edited.
    fn earlier(&self, span: Span, source: SourceId) -> Option<Span> {
        let range = self.moved(span.range(), self.new, self.old)?;
        Some(Span::new(source, range.start, range.end))
    }

    /// Where a span of the old text is now; `None` where it was edited.
    fn now(&self, span: Span) -> Option<Span> {
        let range = self.moved(span.range(), self.old, self.new)?;
        Some(Span::new(super::file::SOURCE, range.start, range.end))
    }

    fn moved(&self, range: Range<usize>, from: usize, to: usize) -> Option<Range<usize>> {
        if range.end <= self.before {
            return Some(range);
        }
        (range.start >= from - self.behind && range.end <= from)
            .then(|| range.start + to - from..range.end + to - from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_around_an_edit_move_and_those_in_it_are_lost() {
        let shift = Shift::between("let a = 1\nlet b = 2\n", "let a = 100\nlet b = 2\n");
        let at = |start, end| Span::new(SourceId(0), start, end);
        assert_eq!(shift.now(at(4, 5)), Some(at(4, 5)));
        assert_eq!(shift.now(at(14, 15)), Some(at(16, 17)));
        assert_eq!(shift.earlier(at(16, 17), SourceId(0)), Some(at(14, 15)));
        assert_eq!(shift.earlier(at(8, 11), SourceId(0)), None);
        assert_eq!(Shift::between("aa", "aaa").now(at(0, 2)), Some(at(0, 2)));
    }
}
