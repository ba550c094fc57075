//! What came out of a run, part by part, to be laid out for any width.

use serde::{Deserialize, Serialize};

use super::table::Table;

/// Tables, and sections of sentences.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings(pub(super) Vec<Part>);

/// A part of the findings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Part {
    /// A table.
    Table(Table),
    /// Sentences under a title. They may hold colours.
    Section {
        /// The title.
        title: String,
        /// The sentences.
        lines: Vec<String>,
    },
}

/// Columns below which nothing is broken any more.
const NARROWEST: usize = 40;

impl Findings {
    /// As text that holds colours, with what stands below, for a terminal that is so wide: sentences are broken between
    /// words, and tables laid out anew. As it is where there is no terminal.
    pub fn told(&self, footer: &str, width: Option<usize>) -> String {
        let width = width.map(|width| width.max(NARROWEST));
        let parts = self.0.iter().map(|part| part.told(width));
        let parts: Vec<String> = parts.chain([footer.to_string()]).collect();
        parts.join("\n\n")
    }
}

impl Part {
    fn told(&self, width: Option<usize>) -> String {
        match self {
            Part::Table(table) => table.told(width),
            Part::Section { title, lines } => {
                let lines = lines.iter().map(|line| sentence(line, width));
                let lines: Vec<String> = lines.collect();
                format!("\x1b[1m{title}\x1b[0m\n{}", lines.join("\n"))
            }
        }
    }
}

/// A sentence, two columns in.
fn sentence(line: &str, width: Option<usize>) -> String {
    let line = format!("  {line}");
    match width {
        Some(width) => textwrap::fill(
            &line,
            textwrap::Options::new(width).subsequent_indent("    "),
        ),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_broken_between_words() {
        let findings = Findings(vec![Part::Section {
            title: "What was learnt".into(),
            lines: vec!["`small` tones its teacher `big` down: where it is surer by 1.".into()],
        }]);
        assert_eq!(
            findings.told("Nodes: 3.", Some(40)),
            "\x1b[1mWhat was learnt\x1b[0m\n  `small` tones its teacher `big` down:\n    where it is surer by 1.\n\n\
             Nodes: 3."
        );
        assert!(findings.told("", None).contains("down: where it"));
        assert_eq!(Findings::default().told("Nodes: 3.", None), "Nodes: 3.");
    }
}
