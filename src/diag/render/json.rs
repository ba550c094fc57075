//! Diagnostics as JSON.

use serde_json::{Value, json};

use super::sorted;
use crate::diag::{Diagnostic, Edit, Label, Sources, Span};

/// Diagnostics as a JSON list with stable field names; lines and columns from 1.
pub fn to_json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let label = |label: &Label| json!({ "at": place(label.span, sources), "text": label.text });
    let edit = |edit: &Edit| json!({ "at": place(edit.span, sources), "text": edit.text });
    sorted(diagnostics)
        .into_iter()
        .map(|diagnostic| {
            json!({
                "code": diagnostic.code.0,
                "severity": diagnostic.severity.word(),
                "message": diagnostic.message,
                "labels": diagnostic.labels.iter().map(label).collect::<Vec<_>>(),
                "help": diagnostic.help,
                "edits": diagnostic.edits.iter().map(edit).collect::<Vec<_>>(),
            })
        })
        .collect()
}

fn place(span: Span, sources: &Sources) -> Value {
    let source = sources.get(span.source);
    let (line, column) = source.line_column(span.start as usize);
    let (end_line, end_column) = source.line_column(span.end as usize);
    json!({ "file": source.name, "line": line, "column": column, "end_line": end_line, "end_column": end_column })
}

#[cfg(test)]
mod tests {
    use super::to_json;
    use crate::diag::{Code, Diagnostic, Mend, Sources, Span};

    #[test]
    fn lines_and_columns_are_told_from_one() {
        let mut sources = Sources::default();
        let source = sources.add("a.kdp", "// ü\nlet ü\n");
        let span = Span::new(source, 10, 12);
        let diagnostic = Diagnostic::error(Code("some-code"), "no")
            .label(span, "here")
            .help(Mend::did_you_mean(span, "u"));
        let found = &to_json(&[diagnostic], &sources)[0];
        let at = &found["labels"][0]["at"];
        assert_eq!(at["line"], 2);
        assert_eq!(at["column"], 5);
        assert_eq!(at["end_column"], 6);
        assert_eq!(found["edits"][0]["text"], "u");
        assert_eq!(found["edits"][0]["at"], *at);
    }
}
