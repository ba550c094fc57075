//! The DAG as a drawing: an SVG file, boxes on the page, or a text that other programs draw.

mod boxes;
mod layout;
mod picture;
mod text;

use std::collections::BTreeMap;

use super::template::{self, TemplateError};
use crate::plan::Plan;

pub use boxes::{Boxes, Drawing, Group, Index};
pub use picture::Graph;

/// The DAG as an SVG file of its own.
pub fn svg(plan: &Plan, of: Boxes) -> Result<String, TemplateError> {
    let graph = Graph::new(plan, None, of);
    template::render("graph.svg.html", &BTreeMap::from([("graph", graph)]))
}
