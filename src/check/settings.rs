//! What `--set` gives: read as an expression, and how it is mended where it is none.

use super::Checker;
use crate::diag::{Diagnostic, SourceId, Span};
use crate::syntax::parse_expression;
use crate::syntax::tree::{Expr, TypeExpr};

/// What a setting's source is called, before the param's name.
pub(super) const SETTING: &str = "--set ";

impl Checker<'_> {
    /// An expression of a setting's text; one error where it is none.
    pub(super) fn setting(
        &mut self,
        source: SourceId,
        text: &str,
        name: &str,
        ty: &TypeExpr,
    ) -> Option<Expr> {
        let (expr, mut errors) = parse_expression(source, text);
        if !errors.is_empty()
            && let Some(list) = as_list(text).filter(|_| ty.name.text == "list")
        {
            errors = vec![
                Diagnostic::error(errors[0].code, "a list stands in brackets")
                    .label(Span::new(source, 0, text.len()), "")
                    .help(format!("write `--set '{name}={list}'`")),
            ];
        }
        self.findings.extend(errors);
        expr
    }

    /// How to mend a name that means nothing, in a setting.
    pub(super) fn mend_of_setting(&self, span: Span) -> Option<String> {
        let param = self.sources.get(span.source).name.strip_prefix(SETTING)?;
        Some(format!(
            "give `{param}` a value as a file would write it: a number, `true`, a text in quotes, a list in brackets"
        ))
    }
}

/// `0,1` and `(0,1)` as a list.
fn as_list(text: &str) -> Option<String> {
    let inside = text.trim();
    let inside = inside
        .strip_prefix('(')
        .and_then(|inside| inside.strip_suffix(')'))
        .unwrap_or(inside);
    let parts: Vec<&str> = inside.split(',').map(str::trim).collect();
    let plain = |part: &str| !part.is_empty() && !part.contains(['[', ']', '(', ')', '"']);
    (parts.len() > 1 && parts.iter().all(|part| plain(part)))
        .then(|| format!("[{}]", parts.join(", ")))
}
