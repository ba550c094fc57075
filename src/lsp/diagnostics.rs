//! What the checker found, as the protocol tells it.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use gen_lsp_types::{
    self as lsp, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, Range,
    Uri,
};

use super::analysis::Analysis;
use super::place::uri_of;
use super::position::Lines;
use crate::diag::{Diagnostic, SourceId, Span};

/// The findings of an analysis by the file in which they lie; its own file is always there.
pub fn by_file(
    analysis: &Analysis,
    uri: impl Fn(&str) -> Uri,
) -> BTreeMap<PathBuf, Vec<lsp::Diagnostic>> {
    let mut texts = Texts {
        analysis,
        uri,
        lines: HashMap::new(),
    };
    let mut files = BTreeMap::from([(analysis.root.clone(), vec![])]);
    for diagnostic in &analysis.diagnostics {
        let (path, range) = match diagnostic.labels.first() {
            Some(label) => (
                PathBuf::from(&analysis.sources.get(label.span.source).name),
                texts.range(label.span),
            ),
            None => (analysis.root.clone(), Range::default()),
        };
        let told = told(diagnostic, range, &mut texts);
        files.entry(path).or_default().push(told);
    }
    files
}

/// The texts that were read.
struct Texts<'a, F> {
    analysis: &'a Analysis,
    uri: F,
    lines: HashMap<SourceId, Lines>,
}

impl<F: Fn(&str) -> Uri> Texts<'_, F> {
    fn range(&mut self, span: Span) -> Range {
        let text = &self.analysis.sources.get(span.source).text;
        let lines = self
            .lines
            .entry(span.source)
            .or_insert_with(|| Lines::of(text));
        lines.range(text, span)
    }

    fn location(&mut self, span: Span) -> Location {
        let name = &self.analysis.sources.get(span.source).name;
        Location::new((self.uri)(name), self.range(span))
    }
}

fn told<F: Fn(&str) -> Uri>(
    diagnostic: &Diagnostic,
    range: Range,
    texts: &mut Texts<'_, F>,
) -> lsp::Diagnostic {
    let mut message = diagnostic.message.clone();
    if let Some(label) = diagnostic.labels.first()
        && !label.text.is_empty()
    {
        message += &format!("\n{}", label.text);
    }
    if let Some(help) = &diagnostic.help {
        message += &format!("\nhelp: {help}");
    }
    let others = diagnostic.labels.iter().skip(1);
    let related: Vec<_> = others
        .map(|label| DiagnosticRelatedInformation {
            location: texts.location(label.span),
            message: match label.text.as_str() {
                "" => "see here".into(),
                text => text.into(),
            },
        })
        .collect();
    lsp::Diagnostic {
        range,
        severity: Some(match diagnostic.is_error() {
            true => DiagnosticSeverity::Error,
            false => DiagnosticSeverity::Warning,
        }),
        code: Some(lsp::Code::String(diagnostic.code.0.into())),
        code_description: None,
        source: Some("kdp".into()),
        message: lsp::Message::String(message),
        tags: matches!(diagnostic.code.0, "unused" | "unused-index")
            .then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    }
}

/// The address of a text that the checker read: a file, or a module of the standard library.
pub fn uri_of_source(name: &str, standard: Option<&PathBuf>) -> Uri {
    match (name.strip_prefix("std."), standard) {
        (Some(module), Some(folder)) => uri_of(&folder.join(super::standard::file_name(module))),
        _ => uri_of(name.as_ref()),
    }
}
