//! Which nodes a run is for.

use std::collections::BTreeSet;

use petgraph::Direction;
use petgraph::graph::NodeIndex;

use crate::diag::closest;
use crate::plan::Plan;

/// Everything a file asks for: its models, its measurements, and data that nothing else uses.
pub fn all_targets(plan: &Plan) -> BTreeSet<NodeIndex> {
    plan.models
        .values()
        .chain(plan.measures.values())
        .copied()
        .chain(plan.graph.externals(Direction::Outgoing))
        .collect()
}

/// The nodes that a user names: `cifar`, `small[seed: 0]`, a whole family `small`, or the part of
/// one that has some labels. An unknown name gives an error with the closest one.
pub fn select(plan: &Plan, name: &str) -> Result<BTreeSet<NodeIndex>, String> {
    let own = plan
        .graph
        .node_indices()
        .map(|node| (plan.graph[node].id.as_str(), node));
    let named: Vec<(&str, NodeIndex)> = plan
        .models
        .iter()
        .chain(&plan.measures)
        .map(|(name, node)| (name.as_str(), *node))
        .chain(own)
        .collect();
    let wanted = Name::of(name);
    let found: BTreeSet<NodeIndex> = named
        .iter()
        .filter(|(name, _)| wanted.takes_in(&Name::of(name)))
        .map(|(_, node)| *node)
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let whole = named.iter().map(|(name, _)| *name);
    let families = whole.clone().map(|name| Name::of(name).family);
    let hint = match closest(name, whole.chain(families)) {
        Some(close) => format!("did you mean `{close}`?"),
        None => "`kdp plan FILE` lists the nodes".into(),
    };
    Err(format!("the file has no node `{name}`; {hint}"))
}

/// `family[label, label]`.
#[derive(Debug, PartialEq)]
struct Name<'a> {
    family: &'a str,
    labels: BTreeSet<String>,
}

impl Name<'_> {
    fn of(text: &str) -> Name<'_> {
        let text = text.trim();
        let (family, labels) = match text.split_once('[') {
            Some((family, labels)) => (family, labels.strip_suffix(']').unwrap_or(labels)),
            None => (text, ""),
        };
        let tight = |label: &str| label.split_whitespace().collect::<String>();
        let labels = labels.split(',').map(tight);
        Name {
            family: family.trim(),
            labels: labels.filter(|label| !label.is_empty()).collect(),
        }
    }

    /// Whether `member` is this node or a member of this (sub)family.
    fn takes_in(&self, member: &Name<'_>) -> bool {
        self.family == member.family && self.labels.is_subset(&member.labels)
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn a_family_takes_in_its_members() {
        let member = Name::of("small[seed: 0, tau: 4]");
        for (name, taken) in [
            ("small", true),
            ("small[seed: 0]", true),
            ("small[tau:4,seed:0]", true),
            ("small[seed: 0, tau: 4]", true),
            ("small[seed: 1]", false),
            ("small[seed: 0, tau: 4, more: 1]", false),
            ("smal", false),
        ] {
            assert_eq!(Name::of(name).takes_in(&member), taken, "{name}");
        }
    }
}
