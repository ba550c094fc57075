//! What the tests of both packages need to hold networks of the standard library against those of the scripts here.

use std::collections::BTreeSet;

use kdp::plan::{Network, Plan, Task};

/// A kdp file whose model `one` is what a call of `std.archs` makes for images of a shape and so many classes.
pub fn of_images(call: &str, shape: &[i64], classes: i64) -> String {
    let set = format!("idx(\"images\", shape: {shape:?}, classes: {classes}, train: 128, test: 1)");
    of_data(call, &set)
}

/// A kdp file whose model `one` is what a call of `std.archs` makes for a data set.
pub fn of_data(call: &str, set: &str) -> String {
    let archs = Vec::from_iter(called(call)).join(", ");
    let (source, _) = set.split_once('(').unwrap_or((set, ""));
    let import = match source {
        "idx" => String::new(),
        source => format!("use std.datasets.{source}\n"),
    };
    format!(
        "use std.archs.{{{archs}}}\nuse std.recipes.quick\n{import}\n\
         dataset data = {set}\nmodel one = {call} {{ data: data.train, recipe: quick }}\n"
    )
}

/// The names before parentheses.
fn called(call: &str) -> BTreeSet<&str> {
    let before = call.match_indices('(').map(|(at, _)| &call[..at]);
    let names = before.map(|text| {
        let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        text.rsplit(|c| !letter(c)).next().unwrap_or_default()
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// The network of the plan's model `one`.
pub fn network(plan: &Plan) -> Network {
    match &plan.graph[plan.models["one"]].task {
        Task::Train(task) => (*task.network).clone(),
        other => panic!("{other:?}"),
    }
}

/// FNV-1a of 64 bits.
pub fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3)
    })
}
