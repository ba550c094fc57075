//! Files that try to make the checker hang, overflow or panic.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use cpu_time::ThreadTime;

use crate::support::Memory;
use kdp::check::load;

/// The codes of the errors of a text, which must come within a second or so.
fn errors(text: &str) -> Vec<&'static str> {
    let world = Memory(BTreeMap::from([("test.kdp".into(), text.to_string())]));
    let start = ThreadTime::now();
    let loaded = load(Path::new("test.kdp"), &[], &world);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(20), "{took:?} for {:.60}…", text);
    loaded
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .map(|diagnostic| diagnostic.code.0)
        .collect()
}

/// `first`, then forty lets of which each uses the one before it twice.
fn doubled(first: &str, operation: &str) -> String {
    let mut text = format!(
        "use std.datasets.digits\nuse std.recipes.quick\ndataset d = digits()\nlet x0 = {first}\n"
    );
    for n in 1..=40 {
        let step = operation.replace('X', &format!("x{}", n - 1));
        writeln!(text, "let x{n} = {step}").unwrap();
    }
    text
}

#[test]
fn values_that_double_are_refused() {
    for (first, operation) in [
        ("0.1 then 1.0 at 10 steps", "X + X"),
        ("0.1 then 1.0 at 10 steps", "X then X at 1 step"),
        ("one_hot", "X + X"),
        ("\"long\"", "\"{X}{X}\""),
        ("[1]", "[y for l in [X, X] for y in l]"),
    ] {
        assert_eq!(
            errors(&doubled(first, operation)),
            ["too-large"],
            "{first}: {operation}"
        );
    }
    let network = doubled("relu()", "X -> X")
        + "model m = x40 -> flatten() -> linear(classes) { data: d.train, recipe: quick }\n";
    assert_eq!(errors(&network), ["too-large"]);
}

#[test]
fn long_chains_of_declarations_do_not_overflow() {
    let mut text = String::from("let x0 = 1\n");
    for n in 1..20_000 {
        writeln!(text, "let x{n} = x{} + 1", n - 1).unwrap();
    }
    // The last one first: the whole chain is open at once.
    let reversed: Vec<&str> = text.lines().rev().collect();
    assert!(errors(&reversed.join("\n")).is_empty());
}

#[test]
fn circles_are_told() {
    assert_eq!(errors("let a = b\nlet b = a\n"), ["cycle"]);
    assert_eq!(
        errors("fn f(n: int) = g(n)\nfn g(n: int) = f(n)\n"),
        ["cycle", "cycle"]
    );
    assert!(!errors("dataset d[i in d] = 1\n").is_empty());
    assert!(errors("experiment e() { let x = t }\ntrial t = e()\n").is_empty());
    assert_eq!(
        errors(
            "arch a() = relu() -> a()\nuse std.datasets.digits\nuse std.recipes.quick\ndataset d = digits()\nmodel m = a() { data: d.train, recipe: quick }\n"
        ),
        ["cycle"]
    );
}

#[test]
fn odd_files_work_or_are_told() {
    assert!(errors("").is_empty());
    assert!(errors("\u{feff}let a = 1\r\nlet b = a\r\n").is_empty());
    assert!(errors("// nothing but a comment").is_empty());
    assert_eq!(errors("let a = 0..9_000_000_000\n"), ["too-large"]);
    assert_eq!(errors("let a = 9223372036854775807 + 1\n"), ["no-result"]);
    assert_eq!(errors("let a = -9223372036854775807 - 2\n"), ["no-result"]);
    assert_eq!(errors("let a = 1 / 0\n"), ["no-result"]);
    assert_eq!(errors("let a = exp(1000)\n"), ["no-result"]);
    assert_eq!(errors("let a = 1e300 * 1e300\n"), ["no-result"]);
    assert!(!errors("let ä = 1\n").is_empty());
    assert!(!errors("let a = “1”\n").is_empty());
    assert!(errors("let a = \"\u{202e}👩‍🔬 é\"\n").is_empty());
}

#[test]
fn values_within_values_without_end_are_told() {
    let chain = |of: &str| {
        format!(
            "use std.datasets.digits\n\
             dataset d[i in 0..50_000] = if i == 0 {{ digits() }} else {{ {of} }}\n"
        )
    };
    for of in [
        "join(d[i - 1], d[0])",
        "join(d[i - 1], d[i - 1])",
        "d[i - 1] |> label_noise(1%, seed: i)",
    ] {
        assert_eq!(errors(&chain(of)), ["too-large"], "{of}");
    }
    let by_index = "use std.datasets.digits\n\
                    dataset d[i in 0..50_000, k in { a: if i == 0 { digits() } else { join(d[i: i - 1, k: a], digits()) } }] = k\n";
    assert_eq!(errors(by_index), ["too-large"]);
    let layers = "experiment e(prev: layers) { let net = prev -> relu() }\n\
                  trial t[i in 0..50_000] = e(if i == 0 { relu() } else { t[i - 1].net })\n";
    assert_eq!(errors(layers), ["too-large"]);
}

#[test]
fn imports_that_lead_nowhere_or_in_a_circle_are_told() {
    let world = Memory(BTreeMap::from([
        (
            "a.kdp".into(),
            "use \"b.kdp\" as b\nlet x = b.y\n".to_string(),
        ),
        (
            "b.kdp".into(),
            "use \"a.kdp\" as a\nuse \"none.kdp\" as none\nlet y = a.x\n".to_string(),
        ),
    ]));
    let loaded = load(Path::new("a.kdp"), &[], &world);
    let codes: Vec<_> = loaded
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.0)
        .collect();
    assert!(
        codes.contains(&"import-cycle") && codes.contains(&"import-unreadable"),
        "{codes:?}"
    );
}

#[test]
fn a_hundred_thousand_brackets_are_told_at_once() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("f(", ")"),
        ("x[", "]"),
        ("r with { a: ", " }"),
        ("if true { ", " } else { 1 }"),
        ("-", ""),
        ("not ", ""),
        ("60%", ""),
        ("1 < ", ""),
        ("\"{", "}\""),
    ] {
        for close in [close, ""] {
            let (open, close) = (open.repeat(100_000), close.repeat(100_000));
            let found = errors(&format!("let a = {open}1{close}\n"));
            assert!(
                found.contains(&"nested-too-deeply"),
                "{found:?} for {:.20}…",
                open
            );
        }
    }
}

/// Names, a data set and a teacher, for files about models.
const USES: &str = "use std.datasets.digits
use std.archs.{mlp, resnet_cifar}
use std.recipes.quick
dataset d = digits()
teacher t = mlp([8]) { data: d.train, recipe: quick }
";

/// Families of students with these index sets and fields.
fn students(indices: &str, fields: &str) -> String {
    format!("{USES}student s[{indices}] = mlp([8]) {{ data: d.train, recipe: quick, {fields} }}\n")
}

#[test]
fn families_that_are_too_large_are_told_at_once() {
    let families = [
        students("i in 0..1_000_000", "seed: i"),
        students("i in 0..9_000_000_000_000", "seed: i"),
        students("i in 0..1000, j in 0..1000", "seed: i * j"),
        students("i in 0..110_000", "seed: i")
            + "measure m[i in s.i] = accuracy(s[i], on: d.test)\n",
    ];
    for text in families {
        let once = |_| {
            let start = ThreadTime::now();
            assert_eq!(errors(&text), ["too-large"], "{text}");
            start.elapsed()
        };
        // The quickest of several: the machine may be busy.
        let took = (0..5).map(once).min().unwrap_or_default();
        assert!(took < MOMENT, "{took:?} for {text}");
    }
}

#[test]
fn what_is_too_much_is_told_with_its_place() {
    let windows: String = (1..50)
        .map(|step| format!(" then smooth(0.1) at {step} steps"))
        .collect();
    let text = "x".repeat(1000);
    for (text, place) in [
        ("let x = [i * i for i in 0..900_000]\n".into(), "i * i"),
        ("let x = [sum(0..900_000) for i in 0..900]\n".into(), "sum(0..900_000)"),
        (
            format!("let a = \"{text}\"\nlet b = [\"{{a}}{{a}}{{i}}\" for i in 0..100_000]\n"),
            "\"{a}{a}{i}\"",
        ),
        (
            students("i in 0..3000", &format!("seed: i, objective: one_hot{windows}")),
            "student s[",
        ),
        (
            format!(
                "{USES}arch deep(n: int) = chain([conv(1, kernel: 1) for i in 0..n]) -> flatten() -> linear(classes)
model m[n in 900..1000] = deep(n) {{ data: d.train, recipe: quick }}\n"
            ),
            "",
        ),
    ] {
        let world = Memory(BTreeMap::from([("test.kdp".into(), text.clone())]));
        let loaded = load(Path::new("test.kdp"), &[], &world);
        let [only] = loaded.diagnostics.as_slice() else {
            panic!("{:?}", loaded.diagnostics);
        };
        assert_eq!(only.code.0, "too-large");
        let told = loaded.sources.slice(only.labels[0].span);
        assert!(told.starts_with(place), "{told} for {place}");
    }
}

#[test]
fn an_error_in_every_member_is_told_once_and_soon() {
    for (text, code) in [
        (students("i in 0..100_000", "seed: seeed"), "unknown-name"),
        (
            "let x = [seeed for i in 0..100_000]\n".into(),
            "unknown-name",
        ),
        (
            students(
                "i in 0..1",
                "freeze: [\"*a*b*c*d*e*f*g*\" for i in 0..1000]",
            ),
            "no-match",
        ),
        (
            students("i in 0..5000", "objective: distill(s[(i + 1) % 5000])"),
            "cycle",
        ),
    ] {
        assert_eq!(errors(&text), [code], "{text}");
    }
}

#[test]
fn trials_in_trials_without_end_are_refused() {
    let mut text =
        format!("{USES}experiment e0(n: int) {{ student s[a in 0..10] = t.at(n * 1 step) }}\n");
    for n in 1..12 {
        writeln!(
            text,
            "experiment e{n}(n: int) {{ trial x[i{n} in 1..11] = e{}(i{n}) }}",
            n - 1
        )
        .unwrap();
    }
    assert_eq!(errors(&(text + "trial x = e11(1)\n")), ["too-large"]);
}

/// Nodes of a sweep that must be taken; a build without optimisation takes its time.
const SWEEP: usize = match cfg!(debug_assertions) {
    true => 10_000,
    false => 100_000,
};

#[test]
fn large_sweeps_are_taken() {
    let seeds = SWEEP / 20;
    let sweep = students(
        &format!(
            "seed in 0..{seeds}, tau in 1..6, way in {{
               kd: 0.5 * distill(t, temperature: tau then 1 at 50% until end) + 0.5 * smooth(0.1),
               late: distill(t, temperature: tau) then one_hot at 60% over 20 steps
             }}"
        ),
        "seed: seed, objective: way, freeze: if tau == 1 { [\"hidden.*\"] } else { [] }",
    )
    .replace(
        "recipe: quick,",
        "recipe: quick with { lr: 0.0 then 0.1 over 1 epoch then 0.01 at 8 epochs then 0.001 at 12 epochs, weight_decay: 1e-4 },",
    ) + "measure gap[seed in s.seed, tau in s.tau, way in s.way] = deviation(s[seed, tau, way], t, on: d.test)
claim \"steep\" = mean(gap.slope) > 1.0 and all(gap.agreement - gap.under_low > 0.1)\n";
    assert!(errors(&sweep).is_empty());
    let networks = format!(
        "{USES}model m[n in 1..10, width in 1..6] = conv(width, kernel: 3) -> resnet_cifar(6 * n + 2) {{ data: d.train, recipe: quick }}\n"
    );
    assert!(errors(&networks).is_empty());
    let mut claims = students("i in 0..50, j in 0..50", "seed: i * 50 + j")
        + "measure a[i in s.i, j in s.j] = accuracy(s[i, j], on: d.test)
measure c[i in s.i, j in s.j] = calibration(s[i, j], on: d.test)\n";
    for n in 10..60 {
        writeln!(
            claims,
            "claim \"{n}\" = mean(a.top1 - 2 * c.ece) > 0.{n} and all(a.top1 > 0.0{n})"
        )
        .unwrap();
    }
    assert_eq!(errors(&claims), [""; 0]);
}

/// What a file of two kilobytes may take; a build without optimisation, on a busy machine, takes longer.
const MOMENT: Duration = match cfg!(debug_assertions) {
    true => Duration::from_secs(10),
    false => Duration::from_millis(100),
};

#[test]
fn two_kilobytes_are_checked_in_a_moment() {
    let mut texts = vec![
        doubled("0.1 then 1.0 at 10 steps", "X + X"),
        doubled("0.1 then 1.0 at 10 steps", "X then X at 1 step"),
        doubled("one_hot", "X + X"),
        doubled("\"long\"", "\"{X}{X}\""),
        doubled("relu()", "X -> X"),
        doubled("[1]", "[X, X]"),
        doubled("[1]", "[X, X]") + "let text = \"{x40}\"\n",
        doubled("[1]", "[X, X]") + "let same = x40 == x40\n",
        doubled("[1]", "[X, X]") + "param p: list[int] = x40\n",
    ];
    for piece in [
        "((((",
        "[[[[",
        "{{{{",
        "if ",
        "a.",
        "- ",
        "not ",
        "a then ",
        "\"{",
        "\"{\"",
        "a[",
        "f(x: ",
        "if a { ",
        "else ",
        "a -> ",
        "|> ",
        "0..",
        "1e",
        "_",
        "/// a\n",
        "[a for a in ",
        "\\",
        "“",
        "{a: ",
        "=",
        "a with {",
        "]\nlet a = ",
        "b\nlet a = ",
        "use \"test.kdp\" as a\n",
        "1 < ",
        "\nteacher t = a {",
        "\nrecipe r {\n lr: ",
        "\nparam a",
        "60%",
        "\u{0}",
        "é",
    ] {
        texts.push(format!("let a = {}", piece.repeat(2048 / piece.len())));
    }
    for text in texts {
        let world = Memory(BTreeMap::from([("test.kdp".into(), text.clone())]));
        let once = |_| {
            let start = ThreadTime::now();
            load(Path::new("test.kdp"), &[], &world);
            start.elapsed()
        };
        // The quickest of several: the machine may be busy.
        let took = (0..3).map(once).min().unwrap_or_default();
        assert!(took < MOMENT, "{took:?} for {:.60}…", text);
    }
}
