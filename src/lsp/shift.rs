//! Places before and after an edit: what both texts begin and end with stays.

use std::ops::Range;

use super::file::SOURCE;
use crate::diag::{SourceId, Span};

/// How places of one text lie in another.
pub struct Shift {
    /// Bytes that both begin with.
    before: usize,
    /// Bytes that both end with.
    behind: usize,
    old: usize,
    new: usize,
}

impl Shift {
    /// How the places of `old` lie in `new`.
    pub fn between(old: &str, new: &str) -> Shift {
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
    pub fn earlier(&self, span: Span, source: SourceId) -> Option<Span> {
        let range = self.moved(span.range(), self.new, self.old)?;
        Some(Span::new(source, range.start, range.end))
    }

    /// Where a span of the old text is now; `None` where it was edited.
    pub fn now(&self, span: Span) -> Option<Span> {
        let range = self.moved(span.range(), self.old, self.new)?;
        Some(Span::new(SOURCE, range.start, range.end))
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
