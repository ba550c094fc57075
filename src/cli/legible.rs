//! What a node is, as a reader would write it: keys as names, calls as calls, schedules with `then`,
//! a network as its layers by name.

use std::collections::BTreeMap;

use crate::plan::{Facts, Key};

/// The nodes of the plan by key.
pub(super) type Names<'a> = BTreeMap<Key, &'a str>;

/// The types around a value in the arguments of a call, and around a number that stays as it is.
const WRAPPERS: &[&str] = &["int", "number", "bool", "text", "list", "call", "constant"];

/// Facts that a reader knows again. Equal facts stay equal, different ones differ.
pub(super) fn legible(facts: &Facts, names: &Names) -> Facts {
    match facts {
        Facts::Text(text) => match Key::parse(text) {
            Some(key) => Facts::Text(
                names
                    .get(&key)
                    .map_or_else(|| key.short(), |name| name.to_string()),
            ),
            None => facts.clone(),
        },
        Facts::List(items) => Facts::List(items.iter().map(|item| legible(item, names)).collect()),
        Facts::Record(fields) => record(fields, names),
        _ => facts.clone(),
    }
}

fn record(fields: &BTreeMap<String, Facts>, names: &Names) -> Facts {
    if let Some(root) = fields
        .get("root")
        .filter(|_| fields.contains_key("classes"))
    {
        let mut layers = BTreeMap::new();
        gather(root, &mut layers);
        let rest = fields.iter().filter(|(name, _)| *name != "root");
        layers.extend(rest.map(|(name, value)| (name.clone(), legible(value, names))));
        return Facts::Record(layers);
    }
    let fields: BTreeMap<String, Facts> = fields
        .iter()
        .map(|(name, value)| (name.clone(), legible(value, names)))
        .collect();
    if let Some(text) = call(&fields) {
        return Facts::Text(text);
    }
    if let (Some((name, value)), 1) = (fields.first_key_value(), fields.len()) {
        if WRAPPERS.contains(&name.as_str()) {
            return value.clone();
        }
        if let (Facts::Record(window), "switch") = (value, name.as_str())
            && let Some(text) = schedule(window)
        {
            return Facts::Text(text);
        }
    }
    Facts::Record(fields)
}

/// The layers of a network that compute, by name.
fn gather(layer: &Facts, found: &mut BTreeMap<String, Facts>) {
    let Facts::Record(fields) = layer else {
        return;
    };
    let inside = match fields.get("children") {
        Some(Facts::List(children)) => children.as_slice(),
        _ => &[],
    };
    for child in inside {
        gather(child, found);
    }
    let call = fields.get("call").map(|call| legible(call, &Names::new()));
    if let (Some(Facts::Text(call)), Some(Facts::Text(name))) = (call, fields.get("name"))
        && call != "chain()"
    {
        let mut name = name.clone();
        // A residual adds no prefix to the names inside it.
        while found.contains_key(&name) {
            name.push('\'');
        }
        found.insert(name, Facts::Text(call));
    }
}

/// `sgd(momentum: 0.9)` of a record with a name, arguments and a version. A version beyond the first
/// is told.
fn call(fields: &BTreeMap<String, Facts>) -> Option<String> {
    let (Some(Facts::Text(name)), Some(Facts::Record(args)), Some(Facts::Int(version)), 3) = (
        fields.get("name"),
        fields.get("args"),
        fields.get("version"),
        fields.len(),
    ) else {
        return None;
    };
    let args: Vec<String> = args
        .iter()
        .map(|(name, value)| format!("{name}: {}", show(value)))
        .collect();
    let version = match version {
        1 => String::new(),
        version => format!(" version {version}"),
    };
    Some(format!("{name}({}){version}", args.join(", ")))
}

/// `0 then 0.1 over 24 steps`: a window, its times in steps.
fn schedule(window: &BTreeMap<String, Facts>) -> Option<String> {
    let (Some(Facts::Int(from)), Some(Facts::Int(to)), Some(Facts::Text(along))) =
        (window.get("from"), window.get("to"), window.get("along"))
    else {
        return None;
    };
    let (before, after) = (show(window.get("before")?), show(window.get("after")?));
    let mut text = format!("{before} then {after} at {from}");
    if to > from {
        text += &format!(" until {to}");
    }
    if along != "linear" {
        text += &format!(" along {along}");
    }
    Some(text)
}

/// A value on one line.
pub(super) fn show(facts: &Facts) -> String {
    match facts {
        Facts::None => "nothing".into(),
        Facts::Bool(value) => value.to_string(),
        Facts::Int(value) => value.to_string(),
        Facts::Number(value) => value.to_string(),
        Facts::Text(text) => text.clone(),
        Facts::List(items) => {
            let items: Vec<String> = items.iter().map(show).collect();
            format!("[{}]", items.join(", "))
        }
        Facts::Record(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name}: {}", show(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    use crate::plan::facts;

    fn told(value: Value) -> String {
        show(&legible(&facts(&value), &Names::new()))
    }

    #[test]
    fn schedules_are_written_with_then() {
        let warm_up = json!({ "switch": { "before": { "constant": 0.0 }, "after": { "constant": 0.1 },
            "from": 0, "to": 24, "along": "linear" } });
        assert_eq!(told(warm_up.clone()), "0 then 0.1 at 0 until 24");
        let decay = json!({ "switch": { "before": warm_up, "after": { "constant": 0.0 },
            "from": 24, "to": 24, "along": "cosine" } });
        assert_eq!(
            told(decay),
            "0 then 0.1 at 0 until 24 then 0 at 24 along cosine"
        );
    }

    #[test]
    fn a_network_is_its_layers_by_name() {
        let layer = |name: &str, word: &str, width: i64| {
            json!({ "name": name, "input": [1], "output": [width],
                "call": { "name": word, "version": 1, "args": { "features": { "int": width } } } })
        };
        let chain = json!({ "name": "", "input": [1], "output": [2],
            "call": { "name": "chain", "version": 1, "args": {} },
            "children": [layer("a.fc", "linear", 64), layer("fc", "linear", 2)] });
        assert_eq!(
            told(json!({ "classes": 2, "input": [1], "root": chain })),
            "{ a.fc: linear(features: 64), classes: 2, fc: linear(features: 2), input: [1] }"
        );
    }

    #[test]
    fn another_version_of_a_word_is_told() {
        let call = |version: u32| json!({ "name": "flip", "version": version, "args": {} });
        assert_eq!(told(call(1)), "flip()");
        assert_eq!(told(call(2)), "flip() version 2");
    }
}
