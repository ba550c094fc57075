//! Families: members that differ in their seed alone are shown together.

use std::collections::{BTreeMap, HashMap};

use crate::plan::{Key, Plan};

/// Members that differ in their seed alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Family<T> {
    /// The name without the seed: `small`, `small[tau: 4]`.
    pub name: String,
    /// The members in their order, each node once.
    pub members: Vec<Member<T>>,
}

/// One member of a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Member<T> {
    /// As a user writes it: `small[seed: 0, tau: 4]`; all names of the node together.
    pub id: String,
    /// `seed 0`; the whole name where it has no seed.
    pub label: String,
    /// The node.
    pub key: Key,
    /// What it is.
    pub value: T,
}

/// Something that is told in a family: its name, its node, and what it is.
pub type Item<T> = (String, Key, T);

/// Puts members into families, both in the order in which they come. A node counts once, however many names
/// it has: those of one family are told together, and so are families that are the same nodes.
pub fn families<T>(items: impl IntoIterator<Item = Item<T>>) -> Vec<Family<T>> {
    let mut by_name: Vec<Named<T>> = vec![];
    let mut places = HashMap::new();
    for (id, key, value) in items {
        let (name, _) = without_seed(&id);
        let at = *places.entry(name).or_insert_with_key(|name| {
            by_name.push(Named {
                names: vec![name.clone()],
                members: vec![],
                places: HashMap::new(),
            });
            by_name.len() - 1
        });
        by_name[at].add(id, key, value);
    }
    let mut families: Vec<Named<T>> = vec![];
    let mut places = HashMap::new();
    for family in by_name {
        let mut keys: Vec<Key> = family.places.keys().copied().collect();
        keys.sort_unstable();
        match places.get(&keys) {
            Some(&at) => {
                let same: &mut Named<T> = &mut families[at];
                same.absorb(family);
            }
            None => {
                places.insert(keys, families.len());
                families.push(family);
            }
        }
    }
    families.into_iter().map(Named::told).collect()
}

/// What the family of each model of a plan is called.
pub fn names_of_models(plan: &Plan) -> BTreeMap<Key, String> {
    let models = plan.named_models().into_iter();
    let models = models.map(|(id, node)| (id.to_string(), node.key, ()));
    let mut names = BTreeMap::new();
    for family in families(models) {
        for member in family.members {
            names
                .entry(member.key)
                .or_insert_with(|| family.name.clone());
        }
    }
    names
}

/// A family while it is put together.
struct Named<T> {
    names: Vec<String>,
    /// Names, node and value of each.
    members: Vec<(Vec<String>, Key, T)>,
    places: HashMap<Key, usize>,
}

impl<T> Named<T> {
    fn add(&mut self, id: String, key: Key, value: T) {
        match self.places.get(&key) {
            Some(&at) => self.members[at].0.push(id),
            None => {
                self.places.insert(key, self.members.len());
                self.members.push((vec![id], key, value));
            }
        }
    }

    /// Takes the names of a family of the same nodes.
    fn absorb(&mut self, other: Named<T>) {
        self.names.extend(other.names);
        for (ids, key, _) in other.members {
            if let Some(&at) = self.places.get(&key) {
                self.members[at].0.extend(ids);
            }
        }
    }

    fn told(self) -> Family<T> {
        let members = self.members.into_iter().map(|(ids, key, value)| {
            let mut seeds: Vec<&str> = ids.iter().filter_map(|id| without_seed(id).1).collect();
            seeds.dedup();
            let label = match seeds.as_slice() {
                [] => together(&ids),
                [seed] => format!("seed {seed}"),
                _ => format!("seeds {}", listed(&seeds)),
            };
            let id = together(&ids);
            Member {
                id,
                label,
                key,
                value,
            }
        });
        Family {
            members: members.collect(),
            name: together(&self.names),
        }
    }
}

/// The names of one thing, as one: `small[tau: 1 and 4]`; of several declarations, `a = b`.
fn together(names: &[String]) -> String {
    let mut declared: Vec<(&str, Vec<&String>)> = vec![];
    for name in names {
        let of = declaration(name);
        match declared.iter_mut().find(|(other, _)| *other == of) {
            Some((_, all)) => all.push(name),
            None => declared.push((of, vec![name])),
        }
    }
    let each = declared
        .iter()
        .map(|(of, names)| of_one_declaration(of, names));
    each.collect::<Vec<_>>().join(" = ")
}

/// Names of one declaration: `small[tau: 1 and 4]`, where every choice of the values is one of them.
fn of_one_declaration(declaration: &str, names: &[&String]) -> String {
    let all: Vec<Vec<(&str, &str)>> = names.iter().map(|name| indices(name)).collect();
    let mut values: Vec<(&str, Vec<&str>)> = vec![];
    for (index, value) in all.iter().flatten() {
        match values.iter_mut().find(|(other, _)| other == index) {
            Some((_, known)) if known.contains(value) => {}
            Some((_, known)) => known.push(value),
            None => values.push((index, vec![value])),
        }
    }
    let choices: usize = values.iter().map(|(_, values)| values.len()).product();
    let whole = all.iter().all(|of| of.len() == values.len());
    if names.len() == 1 || choices != names.len() || !whole {
        return names
            .iter()
            .map(|name| name.as_str())
            .collect::<Vec<_>>()
            .join(" = ");
    }
    let indices = values.iter();
    let indices: Vec<String> = indices
        .map(|(index, values)| format!("{index}: {}", listed(values)))
        .collect();
    format!("{declaration}[{}]", indices.join(", "))
}

/// `0, 1 and 10`: numbers by their size.
fn listed(values: &[&str]) -> String {
    let mut values = values.to_vec();
    let numbers: Option<Vec<f64>> = values.iter().map(|value| value.parse().ok()).collect();
    if numbers.is_some() {
        let number = |value: &str| value.parse().unwrap_or(f64::NAN);
        values.sort_by(|a, b| number(a).total_cmp(&number(b)));
    }
    match values.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        _ => values.concat(),
    }
}

/// The name of a declaration: what stands before the indices.
pub fn declaration(id: &str) -> &str {
    split(id).map_or(id, |(name, _)| name)
}

/// The indices of a member and their values, in order: `seed` and `0`, `tau` and `4`.
pub fn indices(id: &str) -> Vec<(&str, &str)> {
    let indices = split(id).map_or("", |(_, indices)| indices);
    let parts = top_level_parts(indices).into_iter();
    let pairs = parts.filter_map(|index| index.split_once(':'));
    pairs
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect()
}

/// The indices that have one value in all of several names. A name of several declarations has none.
pub fn common_indices<'n>(names: &[&'n str]) -> Vec<(&'n str, &'n str)> {
    let Some((first, others)) = names.split_first() else {
        return vec![];
    };
    if others.is_empty() || names.iter().any(|name| name.contains(" = ")) {
        return vec![];
    }
    let everywhere = |pair: &(&str, &str)| others.iter().all(|name| indices(name).contains(pair));
    indices(first).into_iter().filter(everywhere).collect()
}

/// A name without these indices: `small[tau: 4]` of `small[way: kd, tau: 4]` and `way: kd`.
pub fn without_indices(name: &str, without: &[(&str, &str)]) -> String {
    if without.is_empty() {
        return name.to_string();
    }
    let others = indices(name).into_iter();
    let others = others.filter(|pair| !without.contains(pair));
    let others: Vec<String> = others
        .map(|(index, value)| format!("{index}: {value}"))
        .collect();
    match others.is_empty() {
        true => declaration(name).to_string(),
        false => format!("{}[{}]", declaration(name), others.join(", ")),
    }
}

/// The name of the family of a member: `small[tau: 4]`.
pub fn name(id: &str) -> String {
    without_seed(id).0
}

/// `small[seed: 0, tau: 4]` is `small[tau: 4]` and the seed `0`.
fn without_seed(id: &str) -> (String, Option<&str>) {
    let Some((name, indices)) = split(id) else {
        return (id.to_string(), None);
    };
    let mut seed = None;
    let mut others = vec![];
    for index in top_level_parts(indices) {
        match index.split_once(':') {
            Some((key, value)) if key.trim() == "seed" && seed.is_none() => {
                seed = Some(value.trim());
            }
            _ => others.push(index.trim()),
        }
    }
    let name = match others.is_empty() {
        true => name.to_string(),
        false => format!("{name}[{}]", others.join(", ")),
    };
    (name, seed)
}

fn split(id: &str) -> Option<(&str, &str)> {
    id.strip_suffix(']')?.split_once('[')
}

/// The parts between the commas that stand outside texts and brackets.
fn top_level_parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (vec![], 0, 0_u32);
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_differ_in_the_seed_alone_are_one_family() {
        let ids = [
            "small[seed: 0, tau: 4]",
            "big",
            "small[seed: 1, tau: 4]",
            "small[seed: 0, tau: 8]",
        ];
        let mut of = 0;
        let families = families(ids.map(|id| {
            of += 1;
            (id.to_string(), Key([of; 32]), ())
        }));
        let names: Vec<_> = families.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["small[tau: 4]", "big", "small[tau: 8]"]);
        let labels: Vec<_> = families[0]
            .members
            .iter()
            .map(|m| m.label.as_str())
            .collect();
        assert_eq!(labels, ["seed 0", "seed 1"]);
        assert_eq!(families[1].members[0].label, "big");
    }

    #[test]
    fn a_node_counts_once_and_its_names_are_told_together() {
        let of = |ids: &[(&str, u8)]| -> Vec<(String, Vec<(String, String)>)> {
            let items = ids.iter();
            let items = items.map(|(id, key)| (id.to_string(), Key([*key; 32]), ()));
            let told = |family: Family<()>| {
                let members = family.members.into_iter();
                (family.name, members.map(|m| (m.id, m.label)).collect())
            };
            families(items).into_iter().map(told).collect()
        };
        let pair = |a: &str, b: &str| (a.to_string(), b.to_string());
        assert_eq!(
            of(&[("s[seed: 0]", 1), ("s[seed: 10]", 1), ("s[seed: 2]", 1)]),
            [(
                "s".to_string(),
                vec![pair("s[seed: 0, 2 and 10]", "seeds 0, 2 and 10")]
            )]
        );
        assert_eq!(
            of(&[
                ("t.base[tau: 1, seed: 0]", 1),
                ("t.base[tau: 4, seed: 0]", 1),
                ("t.base[tau: 1, seed: 1]", 2),
                ("t.base[tau: 4, seed: 1]", 2),
                ("t.base[tau: 9, seed: 0]", 3),
            ]),
            [
                (
                    "t.base[tau: 1 and 4]".to_string(),
                    vec![
                        pair("t.base[tau: 1 and 4, seed: 0]", "seed 0"),
                        pair("t.base[tau: 1 and 4, seed: 1]", "seed 1"),
                    ]
                ),
                (
                    "t.base[tau: 9]".to_string(),
                    vec![pair("t.base[tau: 9, seed: 0]", "seed 0")]
                ),
            ]
        );
        assert_eq!(
            of(&[("a", 1), ("b", 1)]),
            [("a = b".to_string(), vec![pair("a = b", "a = b")])]
        );
        let many = ["sw.big", "t.big[tau: 1]", "t.big[tau: 4]"].map(String::from);
        assert_eq!(together(&many), "sw.big = t.big[tau: 1 and 4]");
        let some = ["s[a: 1, b: 1]", "s[a: 2, b: 2]"].map(String::from);
        assert_eq!(
            together(&some),
            "s[a: 1, b: 1] = s[a: 2, b: 2]",
            "not every choice"
        );
    }

    #[test]
    fn what_all_names_have_in_common_is_taken_from_each() {
        let names = ["a[way: kd, tau: 4]", "a[way: plain, tau: 4]", "b[tau: 4]"];
        let common = common_indices(&names);
        assert_eq!(common, [("tau", "4")]);
        let short = names.map(|name| without_indices(name, &common));
        assert_eq!(short, ["a[way: kd]", "a[way: plain]", "b"]);
        assert_eq!(common_indices(&names[..1]), []);
        let joint = ["a[tau: 4] = c[tau: 4]", "b[tau: 4]"];
        assert_eq!(common_indices(&joint), []);
    }

    #[test]
    fn commas_and_brackets_inside_texts_part_nothing() {
        let (name, seed) = without_seed(r#"a[way: "x, seed: 9\", ]", seed: 3]"#);
        assert_eq!(name, r#"a[way: "x, seed: 9\", ]"]"#);
        assert_eq!(seed, Some("3"));
        assert_eq!(declaration("t.small[seed: 0]"), "t.small");
        assert_eq!(declaration("odd]"), "odd]");
    }
}
