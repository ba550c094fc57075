//! What the sources of data hold and the data does not.

use serde::Serialize;

use super::Sources;
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
        let more = left_out.count.saturating_sub(left_out.first.len() as u64);
        Omission {
            data: &node.id,
            count: match left_out.count {
                1 => "1 sample".to_string(),
                count => format!("{} samples", grouped(count)),
            },
            first: &left_out.first,
            more: (more > 0).then(|| grouped(more)),
        }
    })
    .collect()
}
