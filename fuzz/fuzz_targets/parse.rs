//! Any text is read; what is wrong with it points into it and can be drawn.
#![no_main]

use kdp::diag::{Rendering, Sources, render, to_json};
use kdp::syntax::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let source = sources.add("fuzz.kdp", text);
    let (_, errors) = parse(source, text);
    for label in errors.iter().flat_map(|error| &error.labels) {
        assert!(text.get(label.span.range()).is_some(), "{label:?}");
    }
    render(&errors, &sources, Rendering::Plain);
    to_json(&errors, &sources);
});
