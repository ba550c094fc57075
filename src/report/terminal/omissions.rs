//! What the sources of data hold and the data does not.

use crate::plan::{Damaged, LeftOut};
use crate::report::number::grouped;
use crate::run::{NodeOutcome, Outcome};

/// A data set that is there, where something is left out of it: how much, and what first.
pub(super) fn omission(node: &NodeOutcome) -> Option<String> {
    let left_out = node.left_out.as_ref()?;
    let first = match left_out.first.first() {
        Some(Damaged { split, sample, why }) => {
            format!(", the first `{sample}` of {split}: {why}")
        }
        None => String::new(),
    };
    Some(format!("{}{first}", counted(node, left_out)))
}

/// The same of every data set, a line each, and one for each sample that is told.
pub(super) fn omissions(outcome: &Outcome) -> Vec<String> {
    let nodes = outcome.nodes.iter();
    let told = nodes.filter_map(|node| Some((node, node.left_out.as_ref()?)));
    told.flat_map(|(node, left_out)| {
        let samples = left_out.first.iter();
        let samples =
            samples.map(|Damaged { split, sample, why }| format!("  {split} {sample}: {why}"));
        let more = left_out.count.saturating_sub(left_out.first.len() as u64);
        let more = (more > 0).then(|| format!("  and {} more", grouped(more)));
        let head = counted(node, left_out);
        [head].into_iter().chain(samples).chain(more)
    })
    .collect()
}

fn counted(node: &NodeOutcome, left_out: &LeftOut) -> String {
    let samples = match left_out.count {
        1 => "1 sample that cannot be read is".to_string(),
        count => format!("{} samples that cannot be read are", grouped(count)),
    };
    format!("{samples} left out of `{}`", node.id)
}
