//! What was run, when, how long it took, and what failed.

use serde::Serialize;

use super::Sources;
use crate::report::number;
use crate::report::unseen::unseen;
use crate::run::{self, Status};

#[derive(Serialize)]
pub struct Header {
    /// The first line of the file's documentation; its name where it has none.
    title: String,
    /// The rest of the documentation, by paragraphs.
    lead: Vec<String>,
    file: String,
    /// The run's folder.
    run: Option<String>,
    /// When the newest result was made.
    when: Option<String>,
    took: String,
    version: &'static str,
    nodes: usize,
    /// `9 computed`, `3 from the store`, …; those that are none are left out.
    counts: Vec<Count>,
    /// What stopped the run as a whole.
    stopped: Option<run::Failure>,
    failures: Vec<Failure>,
    /// Nodes that were not reached because of the failures.
    skipped: Vec<String>,
    interrupted: Vec<String>,
    /// What the store holds and could not be read.
    unread: Vec<String>,
    /// Classes that data declares and that no training sample is of.
    unseen: Vec<String>,
}

#[derive(Serialize)]
struct Count {
    status: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Failure {
    id: String,
    declared: String,
    error: String,
}

pub fn header(sources: &Sources) -> Header {
    let outcome = sources.outcome;
    let mut paragraphs = documentation(sources.text).into_iter();
    let title = paragraphs.next();
    let ids = |status| {
        let nodes = outcome
            .nodes
            .iter()
            .filter(move |node| node.status == status);
        nodes.map(|node| node.id.clone()).collect::<Vec<_>>()
    };
    let counts = [
        (Status::Failed, "failed"),
        (Status::Skipped, "skipped"),
        (Status::Interrupted, "interrupted"),
        (Status::Ran, "computed"),
        (Status::Stored, "from the store"),
        (Status::Unneeded, "not needed"),
    ]
    .into_iter()
    .map(|(status, words)| (status, words, ids(status).len()))
    .filter(|(_, _, count)| *count > 0)
    .map(|(status, words, count)| Count {
        status: status.word(),
        text: format!("{count} {words}"),
    });
    let failed = outcome
        .nodes
        .iter()
        .filter(|node| node.status == Status::Failed);
    Header {
        title: title.unwrap_or_else(|| sources.name.to_string()),
        lead: paragraphs.collect(),
        file: sources.name.to_string(),
        run: outcome.run.clone(),
        when: newest(sources),
        took: number::duration(outcome.seconds),
        version: env!("CARGO_PKG_VERSION"),
        nodes: outcome.nodes.len(),
        counts: counts.collect(),
        stopped: outcome.failure.clone(),
        failures: failed
            .map(|node| Failure {
                id: node.id.clone(),
                declared: sources
                    .nodes
                    .get(&node.key)
                    .map_or_else(String::new, |node| node.declared.clone()),
                error: node
                    .error
                    .clone()
                    .unwrap_or_else(|| "no reason given".into()),
            })
            .collect(),
        skipped: ids(Status::Skipped),
        interrupted: ids(Status::Interrupted),
        unread: sources.results.unread.clone(),
        unseen: unseen(sources.plan, outcome),
    }
}

/// When the newest result of the plan was made: `23 November 2026, 19:17 UTC`.
fn newest(sources: &Sources) -> Option<String> {
    let times = sources.results.made.values();
    let newest: jiff::Timestamp = times.filter_map(|made| made.at.parse().ok()).max()?;
    Some(newest.strftime("%-d %B %Y, %H:%M UTC").to_string())
}

/// The `//!` lines at the head of the file: its first line, then the paragraphs of the rest.
fn documentation(text: &str) -> Vec<String> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let mut lines = lines
        .skip_while(|line| line.is_empty())
        .map_while(|line| line.strip_prefix("//!"))
        .map(str::trim);
    let mut paragraphs: Vec<String> = lines.next().map(String::from).into_iter().collect();
    let mut open = false;
    for line in lines {
        match paragraphs.last_mut().filter(|_| open && !line.is_empty()) {
            Some(paragraph) => {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
            None if !line.is_empty() => paragraphs.push(line.to_string()),
            None => {}
        }
        open = !line.is_empty();
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

#[cfg(test)]
mod tests {
    use super::documentation;

    #[test]
    fn the_first_line_is_the_title_and_the_rest_are_paragraphs() {
        let text = "\u{feff}//! Title\r\n//! one\r\n//! two\r\n//!\r\n//! three\r\nuse std\n//! no";
        assert_eq!(documentation(text), ["Title", "one two", "three"]);
        assert!(documentation("let a = 1").is_empty());
    }
}
