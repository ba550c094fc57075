//! What can be read is laid out as the same tree, with every comment, and twice is once.
#![no_main]

use kdp::diag::SourceId;
use kdp::syntax::{format, parse};
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/goldens/dump.rs"]
mod dump;
use dump::dump;

fuzz_target!(|text: &str| {
    let (tree, errors) = parse(SourceId(0), text);
    if !errors.is_empty() {
        return;
    }
    let once = format(&tree, text);
    let (again, errors) = parse(SourceId(0), &once);
    assert!(errors.is_empty(), "no longer parses:\n{once}");
    assert_eq!(dump(&tree), dump(&again), "another tree:\n{once}");
    assert_eq!(format(&again, &once), once, "not settled");
});
