//! Diagnostics in sentences: nothing is drawn, and every line can be understood alone.

use crate::diag::{Diagnostic, Label, Sources};

/// Characters of a place's text that are read out.
const QUOTED: usize = 60;

/// Tells diagnostics one after the other, a place a line.
pub(super) fn narrate(diagnostics: &[&Diagnostic], sources: &Sources) -> String {
    let told = diagnostics.iter().map(|diagnostic| {
        let word = diagnostic.severity.word();
        let mut out = format!("{word}: {} [{}]\n", diagnostic.message, diagnostic.code.0);
        for label in &diagnostic.labels {
            out += &format!("at {}\n", place(label, sources));
        }
        if let Some(help) = &diagnostic.help {
            out += &format!("help: {help}\n");
        }
        out
    });
    told.collect::<Vec<_>>().join("\n")
}

/// `cifar.kdp:3:20, "at 480 epochs": this window starts here`
fn place(label: &Label, sources: &Sources) -> String {
    let source = sources.get(label.span.source);
    let text = source.text.get(label.span.range()).unwrap_or_default();
    let mut out = sources.place(label.span);
    // Of what goes on over lines, the first one.
    if let Some(line) = text.lines().next().filter(|line| !line.trim().is_empty()) {
        let short: String = line.chars().take(QUOTED).collect();
        let dots = if short.len() < text.len() { "…" } else { "" };
        out += &format!(", `{short}{dots}`");
    }
    if !label.text.is_empty() {
        out += &format!(": {}", label.text);
    }
    out
}
