//! A bar for each node that runs.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::words::{failure, numbers};
use crate::plan::Key;
use crate::run::{Event, NodeOutcome, Observer, Progress, Status};

/// The bars of the nodes that run, above one for the whole run.
pub(super) struct Bars {
    all: MultiProgress,
    whole: ProgressBar,
    running: BTreeMap<Key, ProgressBar>,
    verbose: bool,
}

/// Nodes whose length is not known turn a wheel.
const WAITING: &str = "{spinner} {prefix:28!} {elapsed:>6}";
const GOING: &str =
    "{spinner} {prefix:28!} {bar:24} {pos:>7}/{len:7} {per_sec:>10} {eta:>4} left {msg}";
const WHOLE: &str = "  {prefix:28!} {bar:24} {pos:>7}/{len:7} {elapsed} so far";

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸ ")
        .with_key(
            "per_sec",
            |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{:.0}/s", state.per_sec());
            },
        )
}

impl Bars {
    pub fn new(verbose: bool) -> Bars {
        let all = MultiProgress::new();
        let whole = ProgressBar::hidden();
        Bars {
            all,
            whole,
            running: BTreeMap::new(),
            verbose,
        }
    }

    /// A line that stays, above the bars.
    fn say(&self, line: &str) {
        let shown = self.all.println(line);
        if shown.is_err() || self.all.is_hidden() {
            anstream::eprintln!("{line}");
        }
    }

    fn begin(&mut self, pending: usize, stored: usize) {
        if pending == 0 {
            return self.say(&format!("Nothing to run: {stored} nodes are in the store."));
        }
        let whole = ProgressBar::new(pending as u64).with_style(style(WHOLE));
        self.whole = self.all.add(whole.with_prefix("nodes"));
        self.whole.enable_steady_tick(Duration::from_millis(250));
    }

    fn start(&mut self, key: Key, id: &str) {
        let bar = ProgressBar::new_spinner().with_style(style(WAITING));
        let bar = self
            .all
            .insert_before(&self.whole, bar.with_prefix(id.to_string()));
        bar.enable_steady_tick(Duration::from_millis(100));
        self.running.insert(key, bar);
    }

    fn go_on(&mut self, key: Key, progress: Progress) {
        let Some(bar) = self.running.get(&key) else {
            return;
        };
        if bar.length() != Some(progress.steps) {
            bar.set_length(progress.steps);
            bar.set_style(style(GOING));
        }
        bar.set_position(progress.step);
        bar.set_message(numbers(&progress));
    }

    fn end(&mut self, outcome: &NodeOutcome) {
        if let Some(bar) = self.running.remove(&outcome.key) {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
        self.whole.inc(1);
        if outcome.status == Status::Failed {
            self.say(&failure(outcome));
        }
    }
}

impl Observer for Bars {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Begin { pending, stored } => self.begin(pending, stored),
            Event::Started(node) => self.start(node.key, &node.id),
            Event::Progress(node, progress) => self.go_on(node.key, progress),
            Event::Ended(_, outcome) => self.end(outcome),
            Event::Log(line) if self.verbose => self.say(line),
            Event::Warning(text) => self.say(&format!("\x1b[33;1mwarning\x1b[0m: {text}")),
            Event::Log(_) | Event::Tick => {}
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.whole.finish_and_clear();
    }
}
