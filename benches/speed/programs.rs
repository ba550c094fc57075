//! Programs of any size.

use std::fmt::Write;

/// A sweep of about so many nodes: a data set, a teacher, students over seeds and temperatures, and
/// a measurement of each.
pub fn sweep(nodes: usize) -> String {
    const TEMPERATURES: usize = 10;
    let seeds = (nodes.saturating_sub(2) / (2 * TEMPERATURES)).max(1);
    format!(
        "use std.datasets.digits
use std.archs.mlp
use std.recipes.quick

dataset data = digits()
teacher big = mlp([32]) {{ data: data.train, recipe: quick, seed: 1 }}
student small[seed in 0..{seeds}, tau in 1..{}] = mlp([8]) {{
  data: data.train
  recipe: quick
  seed: seed
  objective: distill(big, temperature: tau)
}}
measure gap[seed in small.seed, tau in small.tau] =
  deviation(student: small[seed, tau], teacher: big, on: data.test)
claim \"students exaggerate\" = mean(gap.slope) > 1.0
",
        TEMPERATURES + 1
    )
}

/// One node: what a command takes to start.
pub const ONE: &str = "use std.datasets.digits\ndataset data = digits()\n";

/// So many lines of what people write: notes, params, lets, functions, recipes, data sets, families
/// of models, measures and claims.
pub fn long(lines: usize) -> String {
    const BLOCK: usize = 25;
    let mut text =
        String::from("use std.datasets.digits\nuse std.archs.mlp\nuse std.recipes.quick\n");
    for n in 0..lines.saturating_sub(3) / BLOCK {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "
// Round {n}: how far can a student go from its teacher?
/// How soft the targets are.
param tau{n}: number = 4.0 where tau{n} > 0
let width{n} = max(8 * ({n} % 4), 16)
let taus{n} = [t * tau{n} for t in 1..4 if t != 2]
fn warm{n}(peak: number, ramp: span) = 0.0 then peak over ramp
recipe long{n} = quick with {{
  lr: warm{n}(0.1, 1 epoch) then 0.0 until end along cosine
  batch: if {n} % 2 == 0 {{ 64 }} else {{ 128 }}
}}
dataset noisy{n} = digits() |> label_noise(10%, seed: {n})
teacher big{n} = mlp([64]) {{ data: noisy{n}.train, recipe: long{n}, seed: {n} }}
student small{n}[seed in [0, 1], tau in taus{n}] = mlp([width{n}]) {{
  data: noisy{n}.train
  recipe: long{n} scaled to 40 epochs
  seed: seed
  objective: distill(big{n}, temperature: tau) then one_hot at 60% over 10%
}}
measure gap{n}[seed in small{n}.seed, tau in small{n}.tau] =
  deviation(small{n}[seed, tau], big{n}, noisy{n}.test)
claim \"round {n}: students exaggerate\" =
  mean(gap{n}.slope) > 1.0 and all(gap{n}.agreement > 0.5)

"
        );
    }
    text
}

/// Files of at most 2 KB that ask for much: what doubles again and again, deep nesting, and what
/// makes a parser go back.
pub fn hostile() -> Vec<(&'static str, String)> {
    let doubled = |first: &str, step: &str| {
        let mut text = format!("let x0 = {first}\n");
        for n in 1..=40 {
            let step = step.replace('X', &format!("x{}", n - 1));
            let _ = writeln!(text, "let x{n} = {step}");
        }
        text
    };
    let mut calls = String::from("fn f0(x: int) = x + 1\n");
    for n in 1..=40 {
        let inner = n - 1;
        let _ = writeln!(calls, "fn f{n}(x: int) = f{inner}(x) + f{inner}(x)");
    }
    calls.push_str("let x = f40(1)\n");
    let nested = |open: &str, close: &str| {
        let depth = 2000 / (open.len() + close.len());
        format!("let x = {}1{}\n", open.repeat(depth), close.repeat(depth))
    };
    let uses = "use std.datasets.digits\nuse std.archs.mlp\nuse std.recipes.quick\n\
                dataset d = digits()\nteacher t = mlp([8]) { data: d.train, recipe: quick }\n";
    let models = |indices: &str, fields: &str| {
        format!(
            "{uses}student s[{indices}] = mlp([8]) {{ data: d.train, recipe: quick, {fields} }}\n"
        )
    };
    let windows: String = (1..50)
        .map(|step| format!(" then smooth(0.1) at {step} steps"))
        .collect();
    let sums: String = (1..60).map(|n| format!("let x{n} = sum(r)\n")).collect();
    let mut folds = String::from("let x0 = [1, 2, 3]\n");
    let mut trials = format!("{uses}experiment e0(n: int) {{\n  student s[a in 0..10] = t\n}}\n");
    for n in 1..12 {
        let inner = n - 1;
        let _ = writeln!(
            folds,
            "let x{n} = [sum(x{inner}) + y for y in x{inner} for z in x{inner}]"
        );
        let _ = writeln!(
            trials,
            "experiment e{n}(n: int) {{ trial x[i{n} in 0..10] = e{inner}(n) }}"
        );
    }
    trials.push_str("trial x = e11(1)\n");
    let mut claims = models("i in 0..30, j in 0..30", "seed: i * 30 + j")
        + "measure m[i in s.i, j in s.j] = accuracy(s[i, j], on: d.test)\nlet x0 = m.top1\n";
    for n in 1..30 {
        let _ = writeln!(claims, "let x{n} = x{} + x{}", n - 1, n - 1);
    }
    claims.push_str("claim \"large\" = all(x29 > 0)\n");
    vec![
        (
            "a family of a million",
            models("i in 0..1_000_000", "seed: i"),
        ),
        (
            "families of 10^15 members",
            models(
                "i in 0..1000, j in 0..1000, k in 0..1000, l in 0..1_000_000",
                "seed: i",
            ),
        ),
        (
            "fifty windows in each member",
            models(
                "i in 0..3000",
                &format!("seed: i, objective: one_hot{windows}"),
            ),
        ),
        (
            "patterns that are all alike",
            models(
                "i in 0..1",
                "freeze: [\"*a*b*c*d*e*f*g*h*\" for i in 0..1000]",
            ),
        ),
        (
            "errors in each member",
            models("i in 0..100_000", "seed: seeed"),
        ),
        (
            "errors in each turn",
            "let x = [seeed for i in 0..100_000]\n".into(),
        ),
        (
            "a chain of a million layers",
            format!(
                "{uses}model m = chain([conv(8, kernel: 1) for i in 0..1_000_000]) \
                 {{ data: d.train, recipe: quick }}\n"
            ),
        ),
        ("sums of a million", format!("let r = 0..1_000_000\n{sums}")),
        ("sums of lists that grow", folds),
        (
            "long texts in a list",
            format!(
                "let a = \"{}\"\nlet b = [\"{{a}}{{a}}{{a}}{{i}}\" for i in 0..100_000]\n",
                "x".repeat(1000)
            ),
        ),
        ("trials in trials", trials),
        ("claims that double", claims),
        (
            "lists that double",
            doubled("[1]", "[y for l in [X, X] for y in l]"),
        ),
        ("texts that double", doubled("\"long\"", "\"{X}{X}\"")),
        (
            "schedules that double",
            doubled("0.1 then 1.0 at 10 steps", "X + X"),
        ),
        ("functions that call twice", calls),
        ("nested brackets", nested("(", ")")),
        ("nested lists", nested("[", "]")),
        ("nested conditions", nested("if true { ", " } else { 0 }")),
        (
            "brackets that are not closed",
            format!("let x = {}\n", "([{".repeat(660)),
        ),
        (
            "names that mean nothing",
            format!("let x = {}0\n", "aa + ".repeat(390)),
        ),
    ]
}
