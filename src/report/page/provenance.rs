//! Where the results come from: the file, and how each node came about.

use serde::Serialize;

use super::Sources;
use crate::diag::count;
use crate::report::number;
use crate::store::Made;

#[derive(Serialize)]
pub struct Provenance<'a> {
    lines: Vec<Line<'a>>,
    nodes: Vec<Row>,
}

/// A line of the file: a comment, or the word that opens a declaration and the rest.
#[derive(Debug, PartialEq, Serialize)]
struct Line<'a> {
    comment: bool,
    word: &'a str,
    rest: &'a str,
}

#[derive(Serialize)]
struct Row {
    id: String,
    kind: String,
    declared: String,
    /// The first digits of the key.
    key: String,
    full_key: String,
    /// What it needs.
    inputs: String,
    status: &'static str,
    seconds: String,
    /// `cpu, 2 threads`.
    device: String,
    libtorch: String,
    kdp: String,
}

pub fn provenance<'a>(sources: &Sources<'a>) -> Provenance<'a> {
    let rows = sources.outcome.nodes.iter().map(|outcome| {
        let node = sources.nodes.get(&outcome.key);
        let made = sources.results.made.get(&outcome.key);
        let seconds = made.map_or(outcome.seconds, |made| made.seconds);
        let inputs = node.map_or_else(Vec::new, |node| node.inputs());
        let inputs: Vec<_> = inputs.into_iter().map(|key| sources.id(key)).collect();
        let dash = || "–".to_string();
        Row {
            id: outcome.id.clone(),
            kind: outcome.kind.clone(),
            declared: node.map_or_else(dash, |node| node.declared.clone()),
            key: outcome.key.short(),
            full_key: outcome.key.hex(),
            inputs: inputs.join(", "),
            status: outcome.status.word(),
            seconds: match made {
                Some(made) if outcome.kind == "train" => took(made),
                _ => number::duration(seconds),
            },
            device: made.map_or_else(dash, |made| match made.threads {
                0 => made.device.clone(),
                threads => format!("{}, {}", made.device, count(threads, "thread")),
            }),
            libtorch: made
                .map(|made| made.libtorch.clone())
                .filter(|version| !version.is_empty())
                .unwrap_or_else(dash),
            kdp: made.map_or_else(dash, |made| made.kdp.clone()),
        }
    });
    Provenance {
        lines: sources.text.lines().map(line).collect(),
        nodes: rows.collect(),
    }
}

/// The time that a training took, and the share of it in which steps waited for their batches.
fn took(made: &Made) -> String {
    let waited = made.waited / made.seconds.max(f64::MIN_POSITIVE);
    let waited = number::percent(waited.min(1.0));
    format!(
        "{}, {waited} of it waiting for data",
        number::duration(made.seconds)
    )
}

/// The words that open a declaration.
const OPENING: &[&str] = &[
    "use",
    "param",
    "let",
    "fn",
    "arch",
    "dataset",
    "recipe",
    "teacher",
    "student",
    "model",
    "objective",
    "measure",
    "claim",
    "experiment",
    "trial",
];

fn line(text: &str) -> Line<'_> {
    let text = text.trim_start_matches('\u{feff}');
    let end = text.find(' ').unwrap_or(text.len());
    let (word, rest) = match OPENING.contains(&&text[..end]) {
        true => text.split_at(end),
        false => ("", text),
    };
    let comment = text.trim_start().starts_with("//");
    Line {
        comment,
        word,
        rest,
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_line_is_parted_at_the_word_that_opens_it() {
        let parts = |text| {
            let line = line(text);
            (line.comment, line.word, line.rest)
        };
        assert_eq!(parts("student s = a"), (false, "student", " s = a"));
        assert_eq!(parts("  student: s"), (false, "", "  student: s"));
        assert_eq!(parts("  // é"), (true, "", "  // é"));
        assert_eq!(parts(""), (false, "", ""));
    }
}
