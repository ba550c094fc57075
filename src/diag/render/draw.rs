//! Diagnostics drawn over the text by miette: the lines, the places marked, their words beside them.

use std::borrow::Cow;
use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};

use super::legible::{legible, of_same_length};
use crate::diag::{Diagnostic, Label, Severity, Source, Sources, Span};

/// Columns that a drawing takes at most.
const WIDTH: usize = 110;

/// Draws diagnostics one after the other.
pub(super) fn draw(
    diagnostics: &[&Diagnostic],
    sources: &Sources,
    theme: GraphicalTheme,
) -> String {
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(WIDTH)
        .with_show_related_as_nested(true)
        .with_context_lines(0);
    let mut out = String::new();
    for diagnostic in diagnostics {
        if !out.is_empty() {
            out.push('\n');
        }
        let shown = Shown::new(diagnostic, sources);
        let mut drawn = String::new();
        // Writing into a String cannot fail.
        let _ = handler.render_report(&mut drawn, &shown);
        out += &without_lines(&drawn, shown.between());
    }
    out
}

/// A drawing without the rows of some lines, which are given in order.
fn without_lines(drawn: &str, lines: impl Iterator<Item = usize>) -> String {
    let mut lines = lines.peekable();
    let rows = drawn.split_inclusive('\n');
    rows.filter(|row| lines.next_if(|line| number(row) == Some(*line)).is_none())
        .collect()
}

/// The number of the line that a row shows.
fn number(row: &str) -> Option<usize> {
    let (gutter, _) = row.split_once('│')?;
    let mut parts = gutter.split('\x1b');
    let plain = parts.next()?.to_string();
    // An escape sequence that colours ends with an `m`.
    let coloured = parts.filter_map(|part| Some(part.split_once('m')?.1));
    (plain + &coloured.collect::<String>()).trim().parse().ok()
}

/// A diagnostic, or what it says of another file, with the text it points into, as miette wants
/// it.
struct Shown<'a> {
    severity: miette::Severity,
    /// With the code behind it.
    message: Cow<'a, str>,
    /// What another file says of the finding: its message is its label.
    is_note: bool,
    help: Option<Cow<'a, str>>,
    /// What it points into; nothing where it points nowhere.
    text: Option<Text<'a>>,
    /// All in that text; the first is where the finding is.
    labels: Vec<&'a Label>,
    /// One for each label in another text.
    elsewhere: Vec<Shown<'a>>,
}

impl<'a> Shown<'a> {
    fn new(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Self {
        let first = diagnostic.labels.first();
        let (labels, others): (Vec<&Label>, Vec<&Label>) = diagnostic
            .labels
            .iter()
            .partition(|label| Some(label.span.source) == first.map(|label| label.span.source));
        Self {
            severity: match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
            },
            message: format!("{} [{}]", legible(&diagnostic.message), diagnostic.code.0).into(),
            is_note: false,
            help: diagnostic.help.as_deref().map(legible),
            text: first.map(|label| Text::of(label, sources)),
            labels,
            elsewhere: others
                .into_iter()
                .map(|label| Self::elsewhere(label, sources))
                .collect(),
        }
    }

    /// The lines between two places of one piece that are not shown.
    fn between(&self) -> impl Iterator<Item = usize> {
        let lines = |label: &&Label| {
            let text = &self.text.as_ref()?.source.text;
            let place = self.text.as_ref()?.drawable(label.span);
            let line = |at: usize| text[..at].matches('\n').count() + 1;
            Some((line(place.offset()), line(place.offset() + place.len())))
        };
        let mut lines: Vec<_> = self.labels.iter().filter_map(lines).collect();
        lines.sort_unstable();
        let mut last = lines.first().map_or(0, |first| first.1);
        let mut between = vec![];
        for (from, to) in lines {
            let gap = last + 1..from;
            if (LINES_BETWEEN + 1..=LINES_APART).contains(&gap.len()) {
                between.push(gap);
            }
            last = last.max(to);
        }
        between.into_iter().flatten()
    }

    /// A label in another file, as a note of its own.
    fn elsewhere(label: &'a Label, sources: &'a Sources) -> Self {
        Self {
            severity: miette::Severity::Advice,
            message: if label.text.is_empty() {
                "see here".into()
            } else {
                legible(&label.text)
            },
            is_note: true,
            help: None,
            text: Some(Text::of(label, sources)),
            labels: vec![label],
            elsewhere: vec![],
        }
    }
}

/// Lines between two places that are shown; of more none is.
const LINES_BETWEEN: usize = 2;

/// Places with no more lines than this between them are shown in one piece: miette goes through all of
/// them.
const LINES_APART: usize = 200;

/// A text and its name.
struct Text<'a> {
    source: &'a Source,
    /// The text as a terminal may show it, byte for byte as long.
    shown: Cow<'a, str>,
}

impl<'a> Text<'a> {
    fn of(label: &Label, sources: &'a Sources) -> Self {
        let source = sources.get(label.span.source);
        let shown = of_same_length(&source.text);
        Self { source, shown }
    }

    /// A span that can be seen: an empty one takes the character behind it, one at the end of a
    /// line or of the text the place right behind its last character.
    fn drawable(&self, span: Span) -> SourceSpan {
        let text = &self.source.text;
        let boundary = |at: u32| {
            let mut at = (at as usize).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (mut start, mut end) = (boundary(span.start), boundary(span.end));
        if start < end {
            return (start..end).into();
        }
        if start == text.len() {
            // miette draws nothing behind the last byte: take the last character that shows.
            end = text.trim_end().len();
            start = text[..end]
                .char_indices()
                .next_back()
                .map_or(0, |(at, _)| at);
        } else {
            end = start + text[start..].chars().next().map_or(0, char::len_utf8);
        }
        (start..end).into()
    }
}

impl SourceCode for Text<'_> {
    /// The whole lines of a span; miette's own reading would cut them off at the span's ends.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = &*self.shown;
        let last = (span.offset() + span.len().max(1) - 1).min(text.len());
        let before = text.get(..span.offset()).ok_or(MietteError::OutOfBounds)?;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let bytes = &text.as_bytes()[last..];
        let newline = bytes.iter().position(|byte| *byte == b'\n');
        let end = newline.map_or(text.len(), |newline| last + newline + 1);
        let lines = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
        Ok(Box::new(MietteSpanContents::new_named(
            legible(&self.source.name).into_owned(),
            &text.as_bytes()[start..end],
            (start, end - start).into(),
            lines(&before[..start]),
            before[start..].chars().count(),
            // By this miette tells whether two places are shown in one piece.
            lines(&text[start..end]) + LINES_APART,
        )))
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_deref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.as_ref().map(|text| text as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let text = self.text.as_ref()?;
        let told = |label: &Label| {
            let tells = !self.is_note && !label.text.is_empty();
            tells.then(|| legible(&label.text).into_owned())
        };
        let labels = self.labels.iter().enumerate().map(move |(index, label)| {
            let span = text.drawable(label.span);
            if index == 0 {
                LabeledSpan::new_primary_with_span(told(label), span)
            } else {
                LabeledSpan::new_with_span(told(label), span)
            }
        });
        Some(Box::new(labels))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        let notes = self
            .elsewhere
            .iter()
            .map(|note| note as &dyn miette::Diagnostic);
        (!self.elsewhere.is_empty()).then(|| Box::new(notes) as _)
    }
}

#[cfg(test)]
mod tests {
    use crate::diag::{Code, Diagnostic, Rendering, Sources, Span, render};

    const CODE: Code = Code("some-code");

    fn drawn(diagnostic: Diagnostic, sources: &Sources) -> String {
        render(&[diagnostic], sources, Rendering::Plain)
    }

    #[test]
    fn two_places_are_drawn_with_their_words_and_the_help() {
        let mut sources = Sources::default();
        let text = "recipe r {\n  length: 450 epochs\n  lr: 1.0 then 0.1 at 480 epochs\n}\n";
        let source = sources.add("cifar.kdp", text);
        let place = |word: &str| {
            let at = text.find(word).unwrap_or(0);
            Span::new(source, at, at + word.len())
        };
        let diagnostic = Diagnostic::error(CODE, "`at 480 epochs` lies past the end of the run")
            .label(place("at 480 epochs"), "this window starts here")
            .label(place("450 epochs"), "the run ends here")
            .help("give a time within the run, or a fraction such as `at 90%`");
        let wanted = "  × `at 480 epochs` lies past the end of the run [some-code]
   ╭─[cifar.kdp:3:20]
 2 │   length: 450 epochs
   ·           ─────┬────
   ·                ╰── the run ends here
 3 │   lr: 1.0 then 0.1 at 480 epochs
   ·                    ──────┬──────
   ·                          ╰── this window starts here
   ╰────
  help: give a time within the run, or a fraction such as `at 90%`
";
        assert_eq!(drawn(diagnostic, &sources), wanted);
    }

    #[test]
    fn lines_between_two_places_are_left_out() {
        let mut sources = Sources::default();
        let text = format!("length: 9{}at 10{}no\n", "\n".repeat(8), "\n".repeat(300));
        let source = sources.add("a.kdp", &text);
        let place = |word: &str| {
            let at = text.find(word).unwrap_or(0);
            Span::new(source, at, at + word.len())
        };
        let diagnostic = Diagnostic::error(CODE, "too late")
            .label(place("at 10"), "starts here")
            .label(place("9"), "ends here")
            .label(place("no"), "");
        let wanted = "  × too late [some-code]
   ╭─[a.kdp:9:1]
 1 │ length: 9
   ·         ┬
   ·         ╰── ends here
 9 │ at 10
   · ──┬──
   ·   ╰── starts here
   ╰────
     ╭─[a.kdp:309:1]
 309 │ no
     · ──
     ╰────
";
        assert_eq!(drawn(diagnostic.clone(), &sources), wanted);
        let coloured = render(&[diagnostic], &sources, Rendering::Colour);
        assert_eq!(coloured.lines().count(), wanted.lines().count());
    }

    #[test]
    fn a_place_in_another_file_is_a_note_with_its_own_text() {
        let mut sources = Sources::default();
        let here = sources.add("a.kdp", "teacher t = mlp(3)\n");
        let there = sources.add("std.archs", "arch mlp() = relu()\n");
        let diagnostic = Diagnostic::warning(CODE, "`mlp` takes no arguments")
            .label(Span::new(here, 16, 17), "")
            .label(Span::new(there, 5, 8), "declared here");
        let wanted = "  ⚠ `mlp` takes no arguments [some-code]
   ╭─[a.kdp:1:17]
 1 │ teacher t = mlp(3)
   ·                 ─
   ╰────
  ╰─▶   ☞ declared here
         ╭─[std.archs:1:6]
       1 │ arch mlp() = relu()
         ·      ───
         ╰────
";
        assert_eq!(drawn(diagnostic, &sources), wanted);
    }

    #[test]
    fn the_end_of_a_file_can_be_pointed_at() {
        for text in ["let a = (\n", "let a = (", "", "\n\n", "ü"] {
            let mut sources = Sources::default();
            let source = sources.add("a.kdp", text);
            let end = Span::new(source, text.len(), text.len());
            let drawn = drawn(
                Diagnostic::error(CODE, "too short").label(end, "ends here"),
                &sources,
            );
            assert!(
                drawn.contains("too short") && !drawn.contains("Failed"),
                "{drawn}"
            );
            assert!(
                text.trim().is_empty() || drawn.contains("ends here"),
                "{drawn}"
            );
        }
    }
}
