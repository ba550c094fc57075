//! Quick fixes: the edits that diagnostics carry.

use std::collections::HashMap;
use std::path::Path;

use gen_lsp_types::{
    self as lsp, Code, CodeAction, CodeActionKind, Range, TextEdit, WorkspaceEdit,
};

use super::analysis::Analysis;
use super::file::File;
use crate::diag::{Diagnostic, Edit};

/// The edits that mend what was found in a range of a file; `told` is what the client shows there.
/// None where the text has changed since: the client asks again when it is told anew.
pub fn actions(
    analysis: &Analysis,
    file: &File,
    range: Range,
    told: &[lsp::Diagnostic],
) -> Vec<CodeAction> {
    let (from, to) = (file.byte(range.start) as u32, file.byte(range.end) as u32);
    let in_range = |diagnostic: &&Diagnostic| {
        let label = diagnostic.labels.first();
        label.is_some_and(|label| {
            let source = analysis.sources.get(label.span.source);
            let span = label.span;
            Path::new(&source.name) == file.path
                && *source.text == *file.text
                && span.start <= to
                && from <= span.end
        })
    };
    let found = analysis.diagnostics.iter().filter(in_range);
    let actions = found.flat_map(|diagnostic| {
        let alone = diagnostic.edits.len() == 1;
        let edits = diagnostic.edits.iter();
        let shown = shown(file, diagnostic, told);
        edits.map(move |edit| action(file, edit, alone, shown.clone()))
    });
    actions.collect()
}

/// What the client shows of a diagnostic.
fn shown(
    file: &File,
    diagnostic: &Diagnostic,
    told: &[lsp::Diagnostic],
) -> Option<Vec<lsp::Diagnostic>> {
    let range = file.range(diagnostic.labels.first()?.span);
    let code = Some(Code::String(diagnostic.code.0.into()));
    let same = told
        .iter()
        .find(|one| one.range == range && one.code == code);
    Some(vec![same?.clone()])
}

fn action(
    file: &File,
    edit: &Edit,
    alone: bool,
    diagnostics: Option<Vec<lsp::Diagnostic>>,
) -> CodeAction {
    let text = edit.text.trim();
    let title = match edit.span.start == edit.span.end {
        true => format!("Add `{text}`"),
        false => format!("Change to `{text}`"),
    };
    let change = TextEdit::new(file.range(edit.span), edit.text.clone());
    CodeAction {
        title,
        kind: Some(CodeActionKind::QuickFix),
        diagnostics,
        is_preferred: Some(alone),
        edit: Some(WorkspaceEdit {
            changes: Some(HashMap::from([(file.uri.clone(), vec![change])])),
            ..WorkspaceEdit::default()
        }),
        ..CodeAction::default()
    }
}
