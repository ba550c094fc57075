//! Diagnostics as text for a person, or as JSON.

mod draw;
mod json;
mod legible;
mod narrate;

pub use json::to_json;

use miette::GraphicalTheme;

use super::{Diagnostic, Sources};

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendering {
    /// Drawn with Unicode lines, no colour.
    Plain,
    /// Drawn with colour.
    Colour,
    /// In sentences, a place a line: for screen readers, and for tools that read `file:line:column`.
    Narrated,
}

/// Writes diagnostics one after the other, in the order of the text.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, rendering: Rendering) -> String {
    let sorted = sorted(diagnostics);
    match rendering {
        Rendering::Plain => draw::draw(&sorted, sources, GraphicalTheme::unicode_nocolor()),
        Rendering::Colour => draw::draw(&sorted, sources, GraphicalTheme::unicode()),
        Rendering::Narrated => legible::legible(&narrate::narrate(&sorted, sources)).into_owned(),
    }
}

/// In the order of the text, files as they were read.
fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<_> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
    sorted
}
