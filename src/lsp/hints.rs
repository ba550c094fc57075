//! Inlay hints: the shape that comes out of each layer, behind it.

use std::ops::Range;

use gen_lsp_types::{InlayHint, InlayHintKind, Label, Tooltip};

use super::facts::Facts;
use super::file::File;
use crate::check::Flow;
use crate::diag::count;
use crate::doc::thousands;

/// Shapes that one hint shows.
const SHAPES: usize = 2;

/// The hints of a part of a file.
pub fn hints(file: &File, facts: &Facts, part: Range<usize>) -> Vec<InlayHint> {
    let flows = facts.flows_in(part).into_iter();
    // What leaves the shape as it is says nothing.
    let changing = flows.filter(|(_, flows)| flows.iter().any(|flow| flow.input != flow.output));
    let hints = changing.map(|(span, flows)| InlayHint {
        position: file.lines.position(&file.text, span.end as usize),
        label: Label::String(format!("→ {}", outputs(flows))),
        kind: Some(InlayHintKind::Type),
        text_edits: None,
        tooltip: parameters(flows).map(Tooltip::String),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    });
    hints.collect()
}

/// Every shape that comes out, once.
fn outputs(flows: &[Flow]) -> String {
    let mut shapes: Vec<String> = vec![];
    for flow in flows {
        let shape = flow.output.short();
        if !shapes.contains(&shape) {
            shapes.push(shape);
        }
    }
    let more = shapes.len() > SHAPES;
    shapes.truncate(SHAPES);
    match more {
        true => format!("{}, …", shapes.join(", ")),
        false => shapes.join(", "),
    }
}

/// Its size, where every way has the same.
fn parameters(flows: &[Flow]) -> Option<String> {
    let size = flows.first()?.parameters;
    let same = flows.iter().all(|flow| flow.parameters == size);
    (same && size > 0).then(|| count(thousands(size), "parameter"))
}
