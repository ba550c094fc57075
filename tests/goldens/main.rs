//! Golden tests: a folder a case, one test a folder. `BLESS=1` rewrites what differs:
//!
//! ```text
//! cargo test --test goldens -- syntax/whole_file
//! BLESS=1 cargo test --test goldens -- syntax/
//! ```

// A test whose set-up fails should fail.
#![allow(clippy::unwrap_used)]

mod check;
mod dump;
mod suite;
mod syntax;

use libtest_mimic::Arguments;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![];
    trials.extend(suite::trials("syntax", syntax::outputs));
    trials.extend(suite::trials("check", check::diagnostics));
    trials.extend(suite::trials("renderings", check::renderings));
    trials.extend(suite::trials("plan", check::planned));
    libtest_mimic::run(&arguments, trials).exit();
}
