//! A run on the terminal: `observer()` while it goes, `findings(plan, outcome)` when it is over; and
//! before it, what there is to do.

mod bars;
mod echo;
pub mod fetching;
mod findings;
mod lines;
mod nodes;
mod omissions;
mod summary;
mod table;
mod words;

pub use echo::restore;
pub use findings::Findings;
pub use nodes::{families, is_shown, needs, nodes, ordered, status};
pub use summary::{findings, footer, footer_of_stored, short_path};

use std::io::IsTerminal;

use crate::run::Observer;

/// Whether standard error is a terminal on which a line can be drawn over.
fn has_bars() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !dumb
}

/// The columns of the terminal that standard output is; none where it is no terminal.
pub fn width() -> Option<usize> {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    size.map(|(width, _)| width.0.into())
}

/// Who shows a run on standard error: bars on a terminal, elsewhere a line every few seconds.
/// `verbose` shows the workers' logs too.
pub fn observer(verbose: bool) -> Box<dyn Observer> {
    match has_bars() {
        true => Box::new(bars::Bars::new(verbose)),
        false => Box::new(lines::Lines::new(verbose)),
    }
}
