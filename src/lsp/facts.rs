//! What the checker learnt, for a text that may have been edited since.

use std::ops::Range;
use std::path::Path;

use super::analysis::Analysis;
use super::file::File;
use super::shift::Shift;
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
