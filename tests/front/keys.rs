//! What changes a node's key, and what does not.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use crate::support::{planned, planned_with};
use kdp::plan::{Key, Plan, Shared};

const FILE: &str = r#"
use std.datasets.digits
use std.archs.mlp
use std.recipes.quick

param tau: number = 4
param decay: number = 0.001
param rate: number = 0.1

dataset data = digits() |> label_noise(10%, seed: 1)
recipe mine = quick with { lr: rate, weight_decay: decay }
teacher big = mlp([64]) { data: data.train, recipe: mine, seed: 1 }
student small[seed in [0, 1]] = mlp([16]) {
  data: data.train
  recipe: mine
  seed: seed
  objective: distill(big, temperature: tau) then one_hot at 50%
}
measure gap[seed in [0, 1]] = deviation(student: small[seed], teacher: big, on: data.test)
"#;

fn keys(plan: &Plan) -> BTreeMap<String, Key> {
    let nodes = plan.nodes().filter(|node| !node.only_watches());
    nodes.map(|node| (node.id.clone(), node.key)).collect()
}

/// The nodes whose keys differ.
fn changed(settings: &[(&str, &str)]) -> Vec<String> {
    let before = keys(&planned(FILE));
    let after = keys(&planned_with(FILE, settings));
    before
        .into_iter()
        .filter(|(id, key)| after[id] != *key)
        .map(|(id, _)| id)
        .collect()
}

#[test]
fn a_temperature_changes_the_students_and_what_hangs_on_them() {
    assert_eq!(
        changed(&[("tau", "2")]),
        [
            "gap[seed: 0]",
            "gap[seed: 1]",
            "small[seed: 0]",
            "small[seed: 1]"
        ]
    );
    assert!(changed(&[("tau", "4.0")]).is_empty());
}

#[test]
fn an_automatic_precision_is_one_of_the_others_by_the_network_alone() {
    let of = |arch: &str, precision: &str| {
        let text = format!(
            "use std.datasets.digits\nuse std.archs.{{mlp, small_cnn}}\nuse std.recipes.quick\n\
             dataset data = digits()\n\
             recipe own = quick with {{ precision: {precision} }}\n\
             teacher big = {arch}() {{ data: data.train, recipe: own }}\n"
        );
        keys(&planned(&text))["big"]
    };
    for (arch, automatic, other) in [("small_cnn", "bf16", "fp32"), ("mlp", "fp32", "bf16")] {
        assert_eq!(of(arch, "auto"), of(arch, automatic), "{arch}");
        assert_ne!(of(arch, "auto"), of(arch, other), "{arch}");
    }
}

#[test]
fn two_params_of_one_type_that_swap_their_values_are_a_change() {
    let all = [
        "big",
        "gap[seed: 0]",
        "gap[seed: 1]",
        "small[seed: 0]",
        "small[seed: 1]",
    ];
    assert_eq!(changed(&[("decay", "0.1"), ("rate", "0.001")]), all);
}

#[test]
fn comments_names_order_and_spelling_change_nothing() {
    let before: Vec<Key> = keys(&planned(FILE)).into_values().collect();
    let mut items: Vec<&str> = FILE.trim().split_inclusive('\n').collect();
    let (declarations, blocks) = items.split_at_mut(11);
    declarations.reverse();
    let text = format!(
        "// a comment\n{}\n{}",
        blocks.concat(),
        declarations.concat()
    )
    .replace("small", "little")
    .replace("mine", "ours")
    .replace("tau", "temp")
    .replace("50%", "100% * 0.5")
    .replace(
        "label_noise(10%, seed: 1)",
        "label_noise(seed: 1, share: 10%)",
    )
    .replace("mlp([16])", "mlp(hidden: [4 * 4])");
    let mut after: Vec<Key> = keys(&planned(&text)).into_values().collect();
    let mut before = before;
    before.sort();
    after.sort();
    assert_eq!(before, after, "{text}");
}

#[test]
fn what_can_change_a_result_changes_its_key() {
    let before = keys(&planned(FILE));
    for (from, to) in [
        ("seed: 1 }", "seed: 2 }"),
        ("mlp([64])", "mlp([65])"),
        ("label_noise(10%", "label_noise(11%"),
        ("noise(10%, seed: 1)", "noise(10%, seed: 2)"),
        ("lr: rate", "lr: rate then 0 until end"),
        ("lr: rate", "lr: rate, batch: 64"),
        ("lr: rate", "lr: rate, augment: [flip()]"),
        ("lr: rate", "lr: rate, optimizer: adamw()"),
        ("lr: rate", "lr: rate, clip: 1"),
        ("lr: rate", "lr: rate, length: 3 epochs"),
    ] {
        assert!(FILE.contains(from), "{from}");
        let after = keys(&planned(&FILE.replace(from, to)));
        assert_ne!(before["big"], after["big"], "{from} → {to}");
        assert_ne!(
            before["small[seed: 0]"], after["small[seed: 0]"],
            "a teacher's key is in its student's"
        );
    }
}

#[test]
fn a_node_declared_twice_is_one_node_with_two_names() {
    let text = format!(
        "{FILE}\nteacher again = mlp([64]) {{ data: data.train, recipe: mine, seed: 1 }}\n"
    );
    let plan = planned(&text);
    assert_eq!(plan.models["again"], plan.models["big"]);
    assert_eq!(plan.graph.node_count(), planned(FILE).graph.node_count());
}

/// The encoding of keys is a contract with every store there is: raise the domain's version to change
/// it. The digest was computed apart, by Python's `blake3` over an encoder of its own.
#[test]
fn keys_stay_what_they_are() {
    let key = Key::of(&json!({ "a": [1, 2.5, null, true, "x"], "b": { "c": -0.0 } }));
    assert_eq!(
        key.hex(),
        "ccbb84fda9f9dec51293862a24731835ee57af6ca0c01f30f1795194c8ad55c9"
    );
    let same = json!({ "b": { "c": 0.0 }, "a": [1, 2.5, null, true, "x"] });
    assert_eq!(key, Key::of(&same));
    let other = json!({ "b": { "c": 0 }, "a": [1, 2.5, null, true, "x"] });
    assert_ne!(key, Key::of(&other));
}

/// Structs and enums are encoded as the JSON that they make, whatever the order of their fields.
#[test]
fn a_key_is_that_of_the_json_but_for_shared_parts() {
    #[derive(Serialize)]
    struct Written {
        z: Option<i64>,
        a: (u8, f64),
        kind: Kind,
        unit: Kind,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Of { y: f64, x: &'static str },
        Nothing,
    }
    let written = |z| Written {
        z,
        a: (1, 2.0),
        kind: Kind::Of { y: 0.5, x: "x" },
        unit: Kind::Nothing,
    };
    for z in [None, Some(-1)] {
        let json = serde_json::to_value(written(z)).unwrap();
        assert_eq!(Key::of(&written(z)), Key::of(&json), "{json}");
    }
    let shared = Shared::from(written(None));
    let json = serde_json::to_value(&shared).unwrap();
    assert_eq!(json["z"], serde_json::Value::Null, "written out in JSON");
    assert_eq!(Key::of(&shared), Key::of(&Key::of(&written(None)).hex()));
}
