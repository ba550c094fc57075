//! Families: members that differ in their seed alone are shown together.

/// Members that differ in their seed alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Family<T> {
    /// The name without the seed: `small`, `small[tau: 4]`.
    pub name: String,
    /// The members in their order.
    pub members: Vec<Member<T>>,
}

/// One member of a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Member<T> {
    /// As a user writes it: `small[seed: 0, tau: 4]`.
    pub id: String,
    /// `seed 0`; the whole name where it has no seed.
    pub label: String,
    /// What it is.
    pub value: T,
}

/// Puts members into families, both in the order in which they come.
pub fn families<T>(items: impl IntoIterator<Item = (String, T)>) -> Vec<Family<T>> {
    let mut families: Vec<Family<T>> = vec![];
    for (id, value) in items {
        let (name, seed) = without_seed(&id);
        let label = seed.map_or_else(|| id.clone(), |seed| format!("seed {seed}"));
        let member = Member { id, label, value };
        match families.iter_mut().find(|family| family.name == name) {
            Some(family) => family.members.push(member),
            None => families.push(Family {
                name,
                members: vec![member],
            }),
        }
    }
    families
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
        let families = families(ids.map(|id| (id.to_string(), ())));
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
    fn commas_and_brackets_inside_texts_part_nothing() {
        let (name, seed) = without_seed(r#"a[way: "x, seed: 9\", ]", seed: 3]"#);
        assert_eq!(name, r#"a[way: "x, seed: 9\", ]"]"#);
        assert_eq!(seed, Some("3"));
        assert_eq!(declaration("t.small[seed: 0]"), "t.small");
        assert_eq!(declaration("odd]"), "odd]");
    }
}
