//! Pieces of a file as they were written.

use crate::diag::Span;
use crate::syntax::tree::{IndexSet, Parameter as Written};

use super::entry::Parameter;

/// A file's text.
#[derive(Clone, Copy)]
pub struct Source<'t>(pub &'t str);

impl Source<'_> {
    /// What stands at a place, its later lines moved left together as far as the least indented one
    /// allows.
    pub fn at(self, span: Span) -> String {
        let text = self.0.get(span.range()).unwrap_or_default();
        let indents = text.lines().skip(1).filter(|line| !line.trim().is_empty());
        let shift = indents
            .map(|line| line.len() - line.trim_start().len())
            .min()
            .unwrap_or(0);
        let lines = text.lines().enumerate().map(|(at, line)| match at {
            0 => line,
            _ => line.get(shift..).unwrap_or_default(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// What stands at a place, on one line.
    pub fn line(self, span: Span) -> String {
        let text = self.at(span);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// `(a: int, b: number = 1 where b > 0)`.
    pub fn parameters(self, params: &[Written]) -> String {
        let texts = params.iter().map(|param| self.line(param.span()));
        format!("({})", texts.collect::<Vec<_>>().join(", "))
    }

    /// The parameters one by one; the language has no docs of single parameters.
    pub fn parameter_rows(self, params: &[Written]) -> Vec<Parameter> {
        let row = |param: &Written| Parameter {
            name: param.name.text.clone(),
            ty: self.line(param.ty.span),
            default: param.default.as_ref().map(|value| self.line(value.span)),
            doc: String::new(),
        };
        params.iter().map(row).collect()
    }

    /// `[seed in seeds, tau in [1, 2]]`; nothing where there are no indices.
    pub fn indices(self, indices: &[IndexSet]) -> String {
        let (Some(first), Some(last)) = (indices.first(), indices.last()) else {
            return String::new();
        };
        let text = self.at(first.name.span.to(last.set.span));
        match text.contains('\n') {
            true => format!("[\n  {}\n]", text.replace('\n', "\n  ")),
            false => format!("[{text}]"),
        }
    }
}
