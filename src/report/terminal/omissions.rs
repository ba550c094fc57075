//! What the sources of data hold and the data does not.

use crate::diag::count;
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
        let more = left_out.untold();
        let more = (more > 0).then(|| format!("  and {} more", grouped(more)));
        let head = counted(node, left_out);
        [head].into_iter().chain(samples).chain(more)
    })
    .collect()
}

fn counted(node: &NodeOutcome, left_out: &LeftOut) -> String {
    let samples = count(grouped(left_out.count), "sample");
    let are = if left_out.count == 1 { "is" } else { "are" };
    format!(
        "{samples} that cannot be read {are} left out of `{}`",
        node.id
    )
}
