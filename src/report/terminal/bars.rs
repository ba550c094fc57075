//! A bar for each node that runs.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::echo::NoEcho;
use super::omissions::omission;
use super::words::{failure, nothing, numbers};
use crate::plan::Key;
use crate::run::{Event, NodeOutcome, Observer, Progress, Status};

/// The bars of the nodes that run, above one for the whole run.
pub(super) struct Bars {
    all: MultiProgress,
    whole: ProgressBar,
    running: BTreeMap<Key, ProgressBar>,
    room: Room,
    verbose: bool,
    /// Kept until the bars are cleared.
    _quiet: NoEcho,
}

/// The columns that there is room for. The last one takes what is left and is cut to it, so that
/// no line wraps: a line that wraps cannot be drawn over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    /// Everything.
    Wide,
    /// No counts: 80 columns still hold loss and accuracy.
    Medium,
    /// No bar either.
    Narrow,
}

/// Where the width is not known.
const USUAL: u16 = 80;

impl Room {
    /// Of the terminal that standard error is.
    fn now() -> Room {
        let size = terminal_size::terminal_size_of(std::io::stderr());
        Room::of(size.map_or(USUAL, |(width, _)| width.0))
    }

    /// In that many columns.
    fn of(width: u16) -> Room {
        match width {
            120.. => Room::Wide,
            60.. => Room::Medium,
            _ => Room::Narrow,
        }
    }

    /// A node's name in the columns that its line has for it. What tells names from each other stands at
    /// their ends, so the middle is left out.
    fn name(self, id: &str) -> String {
        let columns = match self {
            Room::Wide => 28,
            Room::Medium => 22,
            Room::Narrow => 12,
        };
        let letters: Vec<char> = id.chars().collect();
        if letters.len() <= columns {
            return id.to_string();
        }
        let head = columns / 3;
        let tail = letters.len() - (columns - head - 1);
        let head: String = letters[..head].iter().collect();
        let tail: String = letters[tail..].iter().collect();
        format!("{head}…{tail}")
    }

    /// A node whose length is not known turns a wheel.
    fn waiting(self) -> &'static str {
        match self {
            Room::Wide => "{spinner} {prefix:28!} {elapsed:>6}",
            Room::Medium => "{spinner} {prefix:22!} {elapsed:>6}",
            Room::Narrow => "{spinner} {prefix:12!}",
        }
    }

    /// A node that is under way.
    fn going(self) -> &'static str {
        match self {
            Room::Wide => {
                "{spinner} {prefix:28!} {bar:24} {pos:>7}/{len:7} {per_sec:>10} {eta:>4} left {wide_msg}"
            }
            Room::Medium => "{spinner} {prefix:22!} {bar:8} {percent:>3}% {eta:>4} left {wide_msg}",
            Room::Narrow => "{spinner} {prefix:12!} {percent:>3}% {wide_msg}",
        }
    }

    /// The whole run.
    fn whole(self) -> &'static str {
        match self {
            Room::Wide => "  {prefix:28!} {bar:24} {pos:>7}/{len:7} {elapsed} so far",
            Room::Medium => "  {prefix:22!} {bar:8} {pos}/{len}, {elapsed} so far",
            Room::Narrow => "  {prefix:12!} {pos}/{len}",
        }
    }
}

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
            room: Room::now(),
            verbose,
            _quiet: NoEcho::new(),
        }
    }

    /// A line that stays, above the bars.
    fn say(&self, line: &str) {
        let shown = self.all.println(line);
        if shown.is_err() || self.all.is_hidden() {
            anstream::eprintln!("{line}");
        }
    }

    fn warn(&self, text: &str) {
        self.say(&format!("\x1b[33;1mwarning\x1b[0m: {text}"));
    }

    /// Lays the bars out anew where the terminal has got another width.
    fn fit(&mut self) {
        let room = Room::now();
        if room == self.room {
            return;
        }
        self.room = room;
        self.whole.set_style(style(room.whole()));
        for bar in self.running.values() {
            bar.set_style(style(match bar.length() {
                Some(_) => room.going(),
                None => room.waiting(),
            }));
        }
    }

    fn begin(&mut self, pending: usize, stored: usize) {
        if pending == 0 {
            return self.say(&nothing(stored));
        }
        let whole = ProgressBar::new(pending as u64).with_style(style(self.room.whole()));
        self.whole = self.all.add(whole.with_prefix("nodes"));
        self.whole.enable_steady_tick(Duration::from_millis(250));
    }

    fn start(&mut self, key: Key, id: &str) {
        let bar = ProgressBar::new_spinner().with_style(style(self.room.waiting()));
        let bar = self
            .all
            .insert_before(&self.whole, bar.with_prefix(self.room.name(id)));
        bar.enable_steady_tick(Duration::from_millis(100));
        self.running.insert(key, bar);
    }

    fn go_on(&mut self, key: Key, progress: Progress) {
        let Some(bar) = self.running.get(&key) else {
            return;
        };
        if bar.length() != Some(progress.steps) {
            bar.set_length(progress.steps);
            bar.set_style(style(self.room.going()));
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
        if let Some(omission) = omission(outcome) {
            self.warn(&omission);
        }
    }
}

impl Observer for Bars {
    fn event(&mut self, event: Event<'_>) {
        self.fit();
        match event {
            Event::Begin { pending, stored } => self.begin(pending, stored),
            Event::Started(node) => self.start(node.key, &node.id),
            Event::Progress(node, progress) => self.go_on(node.key, progress),
            Event::Ended(_, outcome) => self.end(outcome),
            Event::Log(line) if self.verbose => self.say(line),
            Event::Warning(text) => self.warn(text),
            Event::Log(_) | Event::Tick => {}
        }
    }
}

impl Drop for Bars {
    /// Nothing of the bars is left above the summary, those of interrupted nodes either.
    fn drop(&mut self) {
        for bar in self.running.values().chain([&self.whole]) {
            bar.finish_and_clear();
        }
        // Only a terminal that went away cannot be cleared.
        let _ = self.all.clear();
    }
}

#[cfg(test)]
mod tests {
    use indicatif::{InMemoryTerm, ProgressDrawTarget};

    use super::*;

    /// What a bar of this template shows in so many columns.
    fn shown(template: &str, width: u16) -> String {
        let term = InMemoryTerm::new(4, width);
        let target = ProgressDrawTarget::term_like(Box::new(term.clone()));
        let bar = ProgressBar::with_draw_target(Some(234_000), target).with_style(style(template));
        bar.set_prefix("a_student_with_a_long_name[seed: 0, tau: 4]");
        bar.set_position(117_000);
        bar.set_message("loss 0.512, accuracy 81.2%");
        bar.force_draw();
        term.contents()
    }

    #[test]
    fn names_that_are_cut_keep_their_ends() {
        let name = |id| Room::Medium.name(id);
        assert_eq!(name("small[seed: 0]"), "small[seed: 0]");
        let ways =
            ["kd", "one_hot"].map(|way| format!("sweep.small[time: 25%, seed: 0, way: {way}]"));
        let cut = ways.each_ref().map(|way| name(way));
        assert_eq!(cut, ["sweep.s…d: 0, way: kd]", "sweep.s… way: one_hot]"]);
    }

    #[test]
    fn no_bar_wraps() {
        for width in [30, 59, 60, 80, 110, 119, 120, 200] {
            let room = Room::of(width);
            for template in [room.waiting(), room.going(), room.whole()] {
                let text = shown(template, width);
                assert_eq!(text.lines().count(), 1, "{width}: {text:?}");
            }
        }
    }

    #[test]
    fn eighty_columns_hold_loss_and_accuracy() {
        let text = shown(Room::of(80).going(), 80);
        assert!(text.ends_with("accuracy 81.2%"), "{text:?}");
    }
}
