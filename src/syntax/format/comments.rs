//! The comments of a file, handed out where the walk over its tree passes them.

use super::Formatter;
use super::layout::Layout;
use crate::syntax::tree::Comment;

/// The comments that are not placed yet.
pub(super) struct Comments<'t> {
    rest: std::slice::Iter<'t, Comment>,
    text: &'t str,
}

impl<'t> Comments<'t> {
    pub(super) fn new(comments: &'t [Comment], text: &'t str) -> Self {
        Self {
            rest: comments.iter(),
            text,
        }
    }

    /// Where the next comment begins, if that is before `place`.
    fn next_before(&self, place: usize) -> Option<usize> {
        let start = self.rest.as_slice().first()?.span.start as usize;
        (start < place).then_some(start)
    }

    /// Takes the next comment.
    fn take(&mut self) -> Option<Layout> {
        let span = self.rest.next()?.span;
        let line = &self.text[line_start(self.text, span.start as usize)..span.start as usize];
        Some(Layout::Comment {
            text: self.text[span.range()].to_owned(),
            own: line.trim_start_matches('\u{feff}').trim().is_empty(),
        })
    }
}

impl Formatter<'_> {
    /// The comments before a place.
    pub(super) fn before(&mut self, place: u32) -> Layout {
        let mut all = vec![];
        while self.comments.next_before(place as usize).is_some() {
            all.extend(self.comments.take());
        }
        Layout::All(all)
    }

    /// The comment before a place that ends the line of what was walked last, where there is one.
    pub(super) fn trailing(&mut self, place: u32) -> Layout {
        let Some(start) = self.comments.next_before(place as usize) else {
            return Layout::All(vec![]);
        };
        let line = &self.text[line_start(self.text, start)..start];
        let trails = !line.trim_start_matches('\u{feff}').trim().is_empty();
        Layout::All(if trails {
            self.comments.take().into_iter().collect()
        } else {
            vec![]
        })
    }

    /// The comments before a place in a block, each behind a new line of its own; blank lines
    /// before them are kept.
    pub(super) fn leading(&mut self, place: u32) -> Layout {
        let mut all = vec![];
        while let Some(start) = self.comments.next_before(place as usize) {
            let blank = self.blank_above(start);
            all.push(Layout::HardLine { blank });
            all.extend(self.comments.take());
        }
        Layout::All(all)
    }

    /// Whether a comment is still to be placed before a place.
    pub(super) fn commented(&self, place: u32) -> bool {
        self.comments.next_before(place as usize).is_some()
    }

    /// Whether the line above a place's is blank.
    pub(super) fn blank_above(&self, place: usize) -> bool {
        let start = line_start(self.text, place);
        let above = self.text[..start].trim_end_matches('\n');
        // More than one newline was taken away, or only blanks stand on the line above.
        let newlines = start - above.len();
        let last = &above[line_start(self.text, above.len())..];
        start > 0 && (newlines > 1 || last.trim().is_empty())
    }
}

/// Where the line of a byte begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}
