//! A run on the terminal: `observer()` while it goes, `findings(plan, outcome)` when it is over; and
//! before it, what there is to do.

mod bars;
mod echo;
mod lines;
mod nodes;
mod summary;
mod words;

pub use echo::restore;
pub use nodes::{families, is_shown, needs, nodes, ordered, status};
pub use summary::{findings, fitted, footer, footer_of_stored, joined, short_path};

use std::io::IsTerminal;

use crate::run::Observer;

/// Who shows a run on standard error: bars on a terminal, elsewhere a line every few seconds.
/// `verbose` shows the workers' logs too.
pub fn observer(verbose: bool) -> Box<dyn Observer> {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    match std::io::stderr().is_terminal() && !dumb {
        true => Box::new(bars::Bars::new(verbose)),
        false => Box::new(lines::Lines::new(verbose)),
    }
}
