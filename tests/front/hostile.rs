//! Files that try to make the checker hang, overflow or panic.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::Memory;
use kdp::check::load;

/// The codes of the errors of a text, which must come within a second or so.
fn errors(text: &str) -> Vec<&'static str> {
    let world = Memory(BTreeMap::from([("test.kdp".into(), text.to_string())]));
    let start = Instant::now();
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
        let start = Instant::now();
        load(Path::new("test.kdp"), &[], &world);
        let took = start.elapsed();
        assert!(took < MOMENT, "{took:?} for {:.60}…", text);
    }
}
