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
/// one that has some labels; `small[0]` is the member whose labels have these values, in order.
/// `t` is every member of a trial; `t[pair: a].small` and `t.small[pair: a]` are the same.
/// Quotes of a label make no difference. An unknown name gives an error with the closest one.
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
    let wanted = Name::of(name).ok_or_else(|| {
        format!("`{name}` is no name of a node: write `family` or `family[label: value]`")
    })?;
    let found: BTreeSet<NodeIndex> = named
        .iter()
        .filter(|(name, _)| Name::of(name).is_some_and(|member| wanted.takes_in(&member)))
        .map(|(_, node)| *node)
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let names = named.iter().map(|(name, _)| *name);
    Err(format!(
        "the file has no node `{name}`; {}",
        hint(&wanted, names)
    ))
}

/// Members that an error lists.
const LISTED: usize = 8;

/// What may have been meant: the members of the family, else a family of a close name.
fn hint<'a>(wanted: &Name, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let family = |name: &'a str| name.split('[').next().unwrap_or(name);
    let members: BTreeSet<&str> = names
        .clone()
        .filter(|name| within(family(name), &wanted.family))
        .collect();
    if members.is_empty() {
        return match closest(&wanted.family, names.map(family)) {
            Some(close) => format!("did you mean `{close}`?"),
            None => "`kdp plan FILE` lists the nodes".into(),
        };
    }
    let listed: Vec<String> = members
        .iter()
        .take(LISTED)
        .map(|member| format!("`{member}`"))
        .collect();
    let more = match members.len().saturating_sub(LISTED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    format!("`{}` has {}{more}", wanted.family, listed.join(", "))
}

/// Whether a family is this one, or a member of this trial.
fn within(family: &str, wanted: &str) -> bool {
    let rest = family.strip_prefix(wanted);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// `family[label: value, label: value]`, `trial.family[label: value]`.
#[derive(Debug, PartialEq)]
struct Name {
    family: String,
    labels: Vec<Label>,
}

/// One label of a member; a user may leave its name out.
#[derive(Debug, PartialEq)]
struct Label {
    name: Option<String>,
    value: String,
}

impl Label {
    /// Blanks outside quotes and the quotes themselves are left out.
    fn of(text: &str) -> Option<Label> {
        let (name, value) = match split(text, ':').as_slice() {
            [value] => (None, plain(value)),
            [name, value] => (Some(plain(name)), plain(value)),
            _ => return None,
        };
        (!value.is_empty()).then_some(Label { name, value })
    }
}

/// A text cut where a sign stands outside quotes and brackets.
fn split(text: &str, sign: char) -> Vec<&str> {
    let (mut quoted, mut depth) = (false, 0_usize);
    text.split(|letter| {
        match letter {
            '"' => quoted = !quoted,
            '[' | '(' | '{' if !quoted => depth += 1,
            ']' | ')' | '}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == sign && !quoted && depth == 0
    })
    .collect()
}

/// A label's text without quotes, and without blanks outside them.
fn plain(text: &str) -> String {
    let mut quoted = false;
    text.chars()
        .filter(|letter| {
            quoted ^= *letter == '"';
            *letter != '"' && (quoted || !letter.is_whitespace())
        })
        .collect()
}

impl Name {
    /// `None` where this is no name of a node or family, such as one whose bracket is not closed.
    fn of(text: &str) -> Option<Name> {
        let (mut families, mut labels) = (vec![], vec![]);
        for part in split(text, '.') {
            let part = part.trim();
            let family = match part.split_once('[') {
                Some((family, chosen)) => {
                    for label in split(chosen.strip_suffix(']')?, ',') {
                        labels.push(Label::of(label)?);
                    }
                    family.trim()
                }
                None => part,
            };
            if family.is_empty() || family.contains(']') {
                return None;
            }
            families.push(family);
        }
        let family = families.join(".");
        Some(Name { family, labels })
    }

    /// Whether `member` is this node or a member of this (sub)family.
    fn takes_in(&self, member: &Name) -> bool {
        let known = |(at, label): (usize, &Label)| match label.name {
            Some(_) => member.labels.contains(label),
            None => member
                .labels
                .get(at)
                .is_some_and(|known| known.value == label.value),
        };
        within(&member.family, &self.family) && self.labels.iter().enumerate().all(known)
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, hint};

    #[test]
    fn a_family_takes_in_its_members() {
        let member = Name::of("small[seed: 0, tau: 4, way: \"k d\"]").unwrap();
        for (name, taken) in [
            ("small", true),
            ("small[seed: 0]", true),
            ("small[tau:4,seed:0]", true),
            ("small[seed: 0, tau: 4]", true),
            ("small[way: \"k d\"]", true),
            ("small[0]", true),
            ("small[0, 4]", true),
            ("small[1]", false),
            ("small[4]", false),
            ("small[seed: 1]", false),
            ("small[seed: 0, tau: 4, more: 1]", false),
            ("smal", false),
        ] {
            let name = Name::of(name).unwrap();
            assert_eq!(name.takes_in(&member), taken, "{name:?}");
        }
    }

    #[test]
    fn a_trial_takes_in_its_members_and_their_indices_come_in_order() {
        let member = Name::of("t.inner.small[pair: a, tau: 0.5, seed: 0]").unwrap();
        for (name, taken) in [
            ("t", true),
            ("t.inner", true),
            ("t[pair: a]", true),
            ("t[a].inner.small", true),
            ("t[a].inner[tau: 0.5].small[seed: 0]", true),
            ("t[a].inner[0.5].small[0]", true),
            ("t[pair: b].inner", false),
            ("t.inn", false),
            ("inner", false),
            ("small", false),
        ] {
            let name = Name::of(name).unwrap();
            assert_eq!(name.takes_in(&member), taken, "{name:?}");
        }
    }

    #[test]
    fn quotes_make_no_difference() {
        let (plain, quoted) = ("gap[way: kd]", "gap[way: \"kd\"]");
        assert_eq!(Name::of(plain), Name::of(quoted));
        let with_signs = Name::of("gap[way: \"a, b: [c\"]").unwrap();
        assert_eq!(with_signs.labels[0].value, "a, b: [c");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in [
            "",
            "small[seed: 0",
            "small]",
            "small[]",
            "small[a:]",
            "[seed: 0]",
        ] {
            assert_eq!(Name::of(name), None, "{name}");
        }
    }

    #[test]
    fn a_hint_names_a_close_family_or_the_members() {
        let names = ["small[seed: 0]", "small[seed: 1]", "data"].into_iter();
        let told = |name| hint(&Name::of(name).unwrap(), names.clone());
        assert_eq!(
            told("small[seed: 7]"),
            "`small` has `small[seed: 0]`, `small[seed: 1]`"
        );
        assert_eq!(told("smal[seed: 0]"), "did you mean `small`?");
        assert_eq!(told("nothing"), "`kdp plan FILE` lists the nodes");
    }
}
