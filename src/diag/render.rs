//! Diagnostics as text for a person (miette draws them) or as JSON.

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceSpan};
use serde_json::{Value, json};

use super::{Diagnostic, Severity, Sources, Span};

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendering {
    /// Drawn with Unicode lines, no colour.
    Plain,
    /// Drawn with colour.
    Colour,
}

/// Draws diagnostics one after the other, in the order of the text.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, rendering: Rendering) -> String {
    let theme = match rendering {
        Rendering::Plain => GraphicalTheme::unicode_nocolor(),
        Rendering::Colour => GraphicalTheme::unicode(),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(110)
        .with_context_lines(0);
    let mut out = String::new();
    for diagnostic in sorted(diagnostics) {
        let shown = Shown {
            diagnostic,
            sources,
        };
        // Writing into a String cannot fail.
        let _ = handler.render_report(&mut out, &shown);
    }
    out
}

/// Diagnostics as a JSON list with stable field names; lines and columns from 1.
pub fn to_json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let place = |span: Span| {
        let source = sources.get(span.source);
        let (line, column) = source.line_column(span.start as usize);
        let (end_line, end_column) = source.line_column(span.end as usize);
        json!({ "file": source.name, "line": line, "column": column, "end_line": end_line, "end_column": end_column })
    };
    sorted(diagnostics)
        .into_iter()
        .map(|diagnostic| {
            json!({
                "code": diagnostic.code.0,
                "severity": if diagnostic.is_error() { "error" } else { "warning" },
                "message": diagnostic.message,
                "labels": diagnostic.labels.iter().map(|label| json!({ "at": place(label.span), "text": label.text })).collect::<Vec<_>>(),
                "help": diagnostic.help,
            })
        })
        .collect()
}

/// In the order of the text, files as they were read.
fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<_> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
    sorted
}

/// A diagnostic with the texts it points into, as miette wants it.
struct Shown<'a> {
    diagnostic: &'a Diagnostic,
    sources: &'a Sources,
}

impl Shown<'_> {
    /// A drawable span: one at the end of the text is moved onto its last character.
    fn drawable(&self, span: Span) -> SourceSpan {
        let text = &self.sources.get(span.source).text;
        let mut start = (span.start as usize).min(text.len());
        let mut end = (span.end as usize).clamp(start, text.len());
        if start == end {
            end = text[start..]
                .chars()
                .next()
                .map_or(start, |c| start + c.len_utf8());
        }
        if start == end {
            start = text.char_indices().next_back().map_or(0, |(at, _)| at);
        }
        (start..end).into()
    }
}

impl std::fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.diagnostic.fmt(f)
    }
}

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code.0))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.diagnostic
            .help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        None
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        None
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        None
    }
}

impl Shown<'_> {
    #[allow(dead_code)]
    fn named(&self) -> Option<NamedSource<String>> {
        let span = self.diagnostic.labels.first()?.span;
        let source = self.sources.get(span.source);
        let _ = self.drawable(span);
        Some(NamedSource::new(&source.name, source.text.clone()))
    }
}
