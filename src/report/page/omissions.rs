//! What the sources of data hold and the data does not.

use serde::Serialize;

use super::Sources;
use crate::diag::count;
use crate::plan::Damaged;
use crate::report::number::grouped;

#[derive(Serialize)]
pub struct Omission<'a> {
    data: &'a str,
    /// `1 sample`, `1,203 samples`.
    count: String,
    first: &'a [Damaged],
    /// How many more there are, where not all are told.
    more: Option<String>,
}

pub fn omissions<'a>(sources: &Sources<'a>) -> Vec<Omission<'a>> {
    let nodes = sources.outcome.nodes.iter();
    let told = nodes.filter_map(|node| Some((node, node.left_out.as_ref()?)));
    told.map(|(node, left_out)| {
        let more = left_out.untold();
        Omission {
            data: &node.id,
            count: count(grouped(left_out.count), "sample"),
            first: &left_out.first,
            more: (more > 0).then(|| grouped(more)),
        }
    })
    .collect()
}
