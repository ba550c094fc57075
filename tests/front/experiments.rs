//! Experiments across files: whose names they see, what their nodes are called, what enters a program.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::Memory;
use kdp::check::{Loaded, load};
use kdp::diag::{Rendering, render};

const OURS: &str = r#"
use std.recipes.quick
use std.archs.mlp
use std.datasets.digits

dataset local = digits()
let width = 4
student small[seed in 0..2] = mlp() { data: local.train, recipe: quick, seed: seed }

experiment one(data: dataset, tau: number = 4.0) {
  student s = mlp([width]) { data: data.train, recipe: quick, objective: distill(small[0], temperature: tau) }
  model read = mlp([width]) { data: data.train, weights: "read.safetensors" }
  trial deep[x in [1, 2]] = two(s, x)

  experiment two(of: model, x: int) {
    measure acc = accuracy(of, on: data.test)
    let doubled = 2 * x
    claim "at {x}" = acc.top1 > 0
  }
}

claim "not judged" = true
"#;

fn loaded(main: &str) -> Loaded {
    let files = [("main.kdp", main), ("shared/ours.kdp", OURS)];
    let files = files.map(|(name, text)| (name.into(), text.to_string()));
    load(Path::new("main.kdp"), &[], &Memory(BTreeMap::from(files)))
}

#[test]
fn trials_of_imported_experiments_see_the_names_around_them() {
    let loaded = loaded(
        "use \"shared/ours.kdp\" as ours\nuse std.datasets.digits as numerals\n\
         dataset data = numerals()\n\
         trial t[tau in [1, 2]] = ours.one(data, tau: tau)\n\
         let doubled = t[tau: 1].deep[x: 2].doubled\n\
         claim \"{doubled}\" = t.deep.acc[tau: 1, x: 2].top1 == t[tau: 1].deep[x: 2].acc.top1\n",
    );
    let said = render(&loaded.diagnostics, &loaded.sources, Rendering::Plain);
    assert_eq!(said, "");
    let program = loaded.program.unwrap();
    let models: Vec<&str> = program.models.iter().map(|m| m.id.as_str()).collect();
    // Of what the import declares only the student that is distilled from.
    assert_eq!(
        models,
        [
            "ours.small[seed: 0]",
            "t.s[tau: 1]",
            "t.read[tau: 1]",
            "t.s[tau: 2]",
            "t.read[tau: 2]"
        ]
    );
    let measures: Vec<&str> = program.measures.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(measures[1], "t.deep.acc[tau: 1, x: 2]");
    assert_eq!(measures.len(), 4);
    let claims: Vec<&str> = program.claims.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(claims[0], "t.deep[tau: 1, x: 1]: at 1");
    assert_eq!(claims[4], "4");
    assert_eq!(claims.len(), 5);
    // A path in a body is relative to the file that it stands in.
    assert!(format!("{:?}", program.models[2]).contains("shared/read.safetensors"));
}

#[test]
fn trials_that_double_again_and_again_come_to_an_end() {
    let mut text = String::from("experiment e0() { let a = 1 }\n");
    for level in 1..40 {
        let inner = level - 1;
        text += &format!(
            "experiment e{level}() {{\n trial a = e{inner}()\n trial b = e{inner}()\n let c = 1\n}}\n"
        );
    }
    let loaded = loaded(&format!("{text}trial t = e39()\n"));
    assert_eq!(loaded.diagnostics.last().unwrap().code.0, "too-large");
}
