//! A fetch on the terminal: a bar for the file that comes, elsewhere a line every few seconds.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use crate::fetch::{FetchError, Watcher};

/// Who shows a fetch on standard error.
pub fn watcher() -> Box<dyn Watcher> {
    match super::has_bars() {
        true => Box::new(Bar::default()),
        false => Box::new(Lines::default()),
    }
}

/// Off a terminal, between two words on a file.
const PAUSE: Duration = Duration::from_secs(5);

/// `1.2 MiB of 3.4 MiB`, where the whole is known.
fn share(here: u64, all: Option<u64>) -> String {
    let here = HumanBytes(here);
    match all {
        Some(all) => format!("{here} of {}", HumanBytes(all)),
        None => here.to_string(),
    }
}

fn stumbled(name: &str, why: &FetchError, pause: Duration) -> String {
    format!("{name}: {why}; trying again in {} s", pause.as_secs_f64())
}

/// On a terminal.
#[derive(Default)]
struct Bar(Option<ProgressBar>);

impl Bar {
    fn fresh(&mut self, name: &str, bar: ProgressBar, template: &str) -> &ProgressBar {
        self.clear();
        let style = ProgressStyle::with_template(template);
        bar.set_style(
            style
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("━╸ "),
        );
        bar.set_prefix(name.to_string());
        bar.enable_steady_tick(Duration::from_millis(200));
        self.0.insert(bar)
    }

    fn clear(&mut self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
        }
    }
}

impl Watcher for Bar {
    fn begins(&mut self, name: &str, here: u64, all: Option<u64>) {
        let bar = match all {
            Some(all) => ProgressBar::new(all),
            None => ProgressBar::no_length(),
        };
        let template = match all {
            Some(_) => {
                "{prefix} {bar:24} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left"
            }
            None => "{spinner} {prefix} {binary_bytes}, {binary_bytes_per_sec}",
        };
        // What is here already says nothing of how fast the rest will come.
        self.fresh(name, bar.with_position(here), template)
            .reset_eta();
    }

    fn came(&mut self, here: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(here);
        }
    }

    fn working(&mut self, name: &str, what: &str) {
        let bar = self.fresh(
            name,
            ProgressBar::new_spinner(),
            "{spinner} {prefix} {msg}, {elapsed}",
        );
        bar.set_message(what.to_string());
    }

    fn stumbled(&mut self, name: &str, why: &FetchError, pause: Duration) {
        self.clear();
        let _ = writeln!(anstream::stderr(), "{}", stumbled(name, why, pause));
    }

    fn ends(&mut self, _: &str) {
        self.clear();
    }
}

/// Anywhere else.
#[derive(Default)]
struct Lines {
    name: String,
    all: Option<u64>,
    told: Option<Instant>,
}

impl Lines {
    fn say(&mut self, text: &str) {
        self.told = Some(Instant::now());
        let _ = writeln!(anstream::stderr(), "{text}");
    }
}

impl Watcher for Lines {
    fn begins(&mut self, name: &str, here: u64, all: Option<u64>) {
        (self.name, self.all) = (name.to_string(), all);
        let text = match (here, all) {
            (0, None) => name.to_string(),
            (0, Some(all)) => format!("{name}: {}", HumanBytes(all)),
            _ => format!("{name}: going on at {}", share(here, all)),
        };
        self.say(&text);
    }

    fn came(&mut self, here: u64) {
        if self.told.is_none_or(|told| told.elapsed() >= PAUSE) {
            let text = format!("{}: {}", self.name, share(here, self.all));
            self.say(&text);
        }
    }

    fn working(&mut self, name: &str, what: &str) {
        self.say(&format!("{name}: {what}"));
    }

    fn stumbled(&mut self, name: &str, why: &FetchError, pause: Duration) {
        self.say(&stumbled(name, why, pause));
    }

    fn ends(&mut self, _: &str) {}
}
