//! A file's tree, its canonical layout and its errors.

use std::path::Path;

use kdp::diag::{Rendering, Sources, render};
use kdp::syntax::{format, parse};

use crate::dump::dump;
use crate::suite::Outputs;

/// `tree.txt`, `formatted.kdp` where there is no error, and `diagnostics.txt` where there are.
pub fn outputs(_case: &Path, input: &str) -> Outputs {
    let mut sources = Sources::default();
    let source = sources.add("input.kdp", input);
    let (tree, errors) = parse(source, input);
    let formatted = if errors.is_empty() {
        format(&tree, input)
    } else {
        String::new()
    };
    vec![
        ("tree.txt", dump(&tree)),
        ("formatted.kdp", formatted),
        (
            "diagnostics.txt",
            render(&errors, &sources, Rendering::Plain),
        ),
    ]
}
