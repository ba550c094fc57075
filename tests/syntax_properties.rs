//! What holds for every text and every program: reading never panics and takes little time, and
//! laying out keeps the tree and the comments and changes nothing the second time.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use kdp::diag::{Diagnostic, Rendering, SourceId, Sources, render};
use kdp::syntax::tree::Tree;
use kdp::syntax::{codes, format, parse};
use proptest::prelude::*;

#[path = "goldens/dump.rs"]
mod dump;
use dump::dump;

fn read(text: &str) -> (Tree, Vec<Diagnostic>) {
    parse(SourceId(0), text)
}

fn drawn(text: &str) -> String {
    let mut sources = Sources::default();
    let source = sources.add("a.kdp", text);
    render(&parse(source, text).1, &sources, Rendering::Plain)
}

/// The inputs of the golden cases.
fn examples() -> Vec<String> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax");
    let mut paths: Vec<_> = std::fs::read_dir(cases)
        .into_iter()
        .flatten()
        .filter_map(|case| Some(case.ok()?.path().join("input.kdp")))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .collect()
}

/// Checks what the formatter promises of an error-free text.
fn keeps_all(text: &str) {
    let (tree, errors) = read(text);
    assert!(errors.is_empty(), "{}", drawn(text));
    let once = format(&tree, text);
    let (again, errors) = read(&once);
    assert!(errors.is_empty(), "from\n{text}\n{}\n{once}", drawn(&once));
    assert_eq!(dump(&tree), dump(&again), "from\n{text}\nto\n{once}");
    assert_eq!(format(&again, &once), once, "from\n{text}");
}

// --- programs ---

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a",
        "b2",
        "long_name",
        "student",
        "end",
        "to",
        "recipe",
        "x",
    ])
    .prop_map(str::to_owned)
}

fn literal() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "7",
        "1_000",
        "1.5k",
        "0.5",
        "1e-5",
        "60%",
        "15 epochs",
        "1k steps",
        "true",
        "\"text\"",
        "\"in {a} out\"",
        "\"{{}}\\n\"",
        "one_hot",
        "[]",
        "identity()",
    ])
    .prop_map(str::to_owned)
}

/// Blanks, new lines and comments that may stand between two words within brackets.
fn gap() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        " ",
        "",
        " ",
        "\n  ",
        " // note\n",
        "\n// own line\n  ",
        "\n\n",
        "   ",
    ])
    .prop_map(str::to_owned)
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![name(), literal()];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let operators = vec!["+", "-", "*", "/", "%", "and", "or", "->", "|>", "then"];
        prop_oneof![
            (
                inner.clone(),
                prop::sample::select(operators),
                gap(),
                gap(),
                inner.clone()
            )
                .prop_map(|(a, op, left, right, b)| format!("({a}{left} {op} {right}{b})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, t)| format!(
                "({a} then {b} at ({t}) over 3 epochs then {a} until end)"
            )),
            (
                inner.clone(),
                prop::sample::select(vec!["==", "<", ">="]),
                inner.clone()
            )
                .prop_map(|(a, op, b)| format!("(({a}) {op} ({b}))")),
            (inner.clone(), gap()).prop_map(|(a, gap)| format!("({gap}{a}{gap})")),
            (inner.clone(), name()).prop_map(|(a, name)| format!("({a}) as {name}")),
            (inner.clone(), name()).prop_map(|(a, name)| format!("({a}).{name}")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            (inner.clone(), inner.clone(), gap(), inner.clone())
                .prop_map(|(a, b, gap, c)| format!("if {a} {{{gap}{b} }} else {{ {c}{gap}}}")),
            (name(), prop::collection::vec((inner.clone(), gap()), 0..4)).prop_map(|(f, args)| {
                let mut out = format!("{f}(");
                for (arg, gap) in args {
                    let _ = write!(out, "{arg}{gap},{gap}");
                }
                out + ")"
            }),
            (prop::collection::vec((inner.clone(), gap()), 0..4)).prop_map(|elements| {
                let mut out = "[".to_owned();
                for (element, gap) in elements {
                    let _ = write!(out, "{gap}{element}{gap},");
                }
                out + "]"
            }),
            (inner.clone(), name(), inner.clone(), gap()).prop_map(|(body, i, set, gap)| format!(
                "[{body}{gap} for {i} in {set}{gap} if ({body})]"
            )),
            (inner.clone(), inner.clone(), gap())
                .prop_map(|(body, set, gap)| format!("[{body} for i in {set}{gap} for j in 0..i]")),
            (inner.clone(), gap(), window()).prop_map(|(a, gap, window)| format!(
                "(({a}){gap} then ({a}) {window} then 0 {window})"
            )),
            (inner.clone(), inner.clone(), gap())
                .prop_map(|(a, b, gap)| format!("(({a}){gap}..({b}))")),
            (name(), inner.clone(), gap(), inner.clone())
                .prop_map(|(f, a, gap, b)| format!("{f}[{gap}{a},{gap}seed: {b}].top1")),
            (name(), inner.clone()).prop_map(|(r, to)| format!("({r} scaled to ({to}))")),
            (inner.clone(), inner.clone(), gap()).prop_map(|(a, b, gap)| format!(
                "if ({a}) {{ {b} }} else if {b} {{{gap}{a} }} else {{ {b} }}"
            )),
            inner
                .clone()
                .prop_map(|a| format!("({a}) as \"output.LayerNorm\"")),
            // What is put into a text stays on its line, however long.
            prop_oneof![name(), literal()].prop_map(|a| format!(
                "\"a \\t {{{a}}} \\u{{fc}} {{{{}}}} {{mean([{a}, long_name, long_name, long_name, long_name])}}\""
            )),
            (name(), name(), inner.clone(), gap(), inner.clone()).prop_map(|(f, a, x, gap, y)| {
                format!("{f}({a}: {x},{gap}b: {{ c: {y}, \"d.*\": ({x}) }})")
            }),
            (name(), inner.clone(), gap()).prop_map(|(base, x, gap)| {
                format!("{base} with {{ {gap}lr: {x}{gap}\n batch: 64 }}")
            }),
        ]
    })
}

/// A window's parts behind its value.
fn window() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "at 60%",
        "over 1 epoch",
        "until end",
        "at 3 epochs over 1k steps along cosine",
        "at (10% + 1 epoch)\n  until 2 * 1 epoch along stairs(4)",
    ])
    .prop_map(str::to_owned)
}

/// What may stand before a declaration.
fn before() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "",
        "// note\n",
        "/// Doc.\n/// More of it, `a` and [b].\n",
        "//// no doc\n\n",
        "\n\n// apart\n\n/// Doc.\n",
    ])
    .prop_map(str::to_owned)
}

fn declaration() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => (before(), bare_declaration()).prop_map(|(before, declaration)| before + &declaration),
        1 => Just("// a comment\n\n\n// and another".to_owned()),
    ]
}

fn bare_declaration() -> impl Strategy<Value = String> {
    prop_oneof![
        top_level(),
        top_level(),
        (name(), prop::collection::vec((before(), member()), 0..4)).prop_map(|(n, members)| {
            let members = members
                .into_iter()
                .map(|(before, member)| before + &member + "\n");
            format!(
                "experiment {n}(a: int, net: layers = mlp()) {{\n{}}}",
                members.collect::<String>()
            )
        }),
    ]
}

/// A declaration that may stand in an experiment too.
fn member() -> impl Strategy<Value = String> {
    prop_oneof![
        (name(), expression()).prop_map(|(n, e)| format!("let {n} = {e}")),
        (name(), expression(), gap())
            .prop_map(|(n, e, gap)| format!("trial {n}[i in 0..3] = run({gap}{e},{gap}k: i{gap})")),
        (name(), expression(), gap())
            .prop_map(|(n, e, gap)| format!("dataset {n} ={gap} d |> take({e}){gap} |> b()")),
        (name(), expression(), gap()).prop_map(|(n, e, gap)| format!(
            "recipe {n} {{{gap}lr: {e}{gap}\n  /// Doc.\n  batch: 64,{gap}\n\n  clip: 1{gap}\n}}"
        )),
        (name(), expression()).prop_map(|(n, e)| format!("recipe {n} = quick with {{ lr: {e} }}")),
        (name(), expression(), expression(), gap()).prop_map(|(n, a, b, gap)| format!(
            "teacher {n}[{gap}seed in {a},{gap}way in {{{gap}kd: {b}, plain: one_hot{gap}}}] = net {{ seed: seed }}"
        )),
        (name(), expression())
            .prop_map(|(n, e)| format!("model {n} = net {{\n  groups: {{ \"fc.*\": {{ lr_scale: {e} }} }}\n}}")),
        name().prop_map(|n| format!("model {n} = ensemble([a, b], of: probabilities)")),
        (name(), expression()).prop_map(|(n, e)| format!("measure {n}[i in 0..3] = {e}")),
        expression().prop_map(|e| format!("claim \"it holds\" ={e}")),
    ]
}

fn top_level() -> impl Strategy<Value = String> {
    prop_oneof![
        member(),
        member(),
        (name(), expression(), gap()).prop_map(|(n, e, gap)| format!(
            "fn {n}({gap}a: int,{gap}b: list[number] = [{e}]) = {e}"
        )),
        (name(), expression(), gap()).prop_map(|(n, e, gap)| format!(
            "objective {n}(t: model,{gap}a: number = 1) ={gap}{e}"
        )),
        (name(), expression()).prop_map(|(n, e)| format!("arch {n}() =\n  {e}")),
        name().prop_map(|n| format!("param {n}: path")),
        Just("use \"shared/ours.kdp\" as ours // theirs".to_owned()),
        Just("use std.archs.mlp as net".to_owned()),
        (name(), expression()).prop_map(|(n, e)| format!("let {n} = {e}")),
        (name(), expression(), expression())
            .prop_map(|(n, a, b)| format!("/// Doc.\nparam {n}: list[int] = {a} where {b}")),
        (name(), expression(), expression(), gap()).prop_map(|(n, a, b, gap)| {
            format!("student {n}[i in {a}] = net {{{gap}data: d\n{gap}objective: {b} // so\n}}")
        }),
        (name(), expression(), expression()).prop_map(|(n, a, b)| {
            format!(
                "arch {n}(k: int = {a}) {{\n  let m = {a} // m\n\n  require m, \"why\"\n  {b}\n}}"
            )
        }),
        expression().prop_map(|e| format!("claim \"it {{a}} holds\" = {e}")),
        Just("use std.archs.{mlp, // all\n small as s}".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn laying_out_keeps_trees_and_comments(declarations in prop::collection::vec(declaration(), 1..5)) {
        let text = declarations.join("\n");
        keeps_all(&text);
        keeps_all(&format!("//! What it is about.\n//!\n//! More.\n{text}"));
    }

    #[test]
    fn any_text_is_read(text in "\\PC*") {
        drawn(&text);
    }

    #[test]
    fn any_mix_of_words_is_read(words in prop::collection::vec(prop::sample::select(vec![
        "let", "teacher", "experiment", "a", "then", "at", "over", "until", "if", "else", "for", "in", "with", "as",
        "(", ")", "[", "]", "{", "}", "\"", "\\", "{{", ",", ":", "=", "==", "->", "|>", "..", ".", "-", "+", "%",
        "1", "60%", "3 epochs", ".5", "\n", "\n", " ", "///", "//!", "//", "é", "“", "🐈", "\r\n", "\u{feff}", "\u{301}",
    ]), 0..60)) {
        drawn(&words.concat());
        drawn(&words.join(" "));
    }

    #[test]
    fn broken_examples_are_read(which in 0_usize..100, cut in 0_usize..2000, len in 0_usize..20, put in "\\PC{0,4}") {
        let examples = examples();
        let mut text: Vec<char> = examples[which % examples.len()].chars().collect();
        let start = cut % (text.len() + 1);
        let end = (start + len).min(text.len());
        text.splice(start..end, put.chars());
        drawn(&text.into_iter().collect::<String>());
    }
}

// --- texts ---

#[test]
fn the_examples_keep_all_in_every_spelling_of_a_line_end() {
    let whole: Vec<String> = examples()
        .into_iter()
        .filter(|text| read(text).1.is_empty())
        .collect();
    assert!(whole.len() > 10);
    for text in whole {
        keeps_all(&text);
        let crlf = text.replace('\n', "\r\n");
        keeps_all(&crlf);
        let marked = format!("\u{feff}{text}");
        keeps_all(&marked);
        let tree = dump(&read(&text).0);
        assert_eq!(tree, dump(&read(&crlf).0));
        assert_eq!(tree, dump(&read(&marked).0));
        let (unix, dos) = (read(&text).0, read(&crlf).0);
        assert_eq!(format(&unix, &text), format(&dos, &crlf));
    }
}

#[test]
fn odd_unicode_is_at_home_in_texts_and_comments_only() {
    for odd in [
        "e\u{301}",
        "🏳️‍🌈",
        "שלום",
        "\u{202e}abc",
        "\u{0}",
        "ﬁ",
        "１２",
    ] {
        let inside = format!("// {odd}\nlet a = \"{odd}\"\n");
        keeps_all(&inside);
        let outside = format!("let a = {odd}\nlet b = 1\n");
        let (tree, errors) = read(&outside);
        assert!(!errors.is_empty(), "{odd}");
        assert_eq!(errors[0].labels[0].span.start, 8, "{odd}");
        assert!(dump(&tree).contains("(let b 1)"), "{odd}");
        drawn(&outside);
    }
}

#[test]
fn deep_nesting_is_an_error_in_no_time() {
    for open in [
        "(",
        "[",
        "f(",
        "{",
        "\"{",
        "[f(",
        "({",
        "\"{ {) ",
        "if ",
        "not ",
        "- ",
        "a(b: {c:",
        "x with {a:",
    ] {
        let text = format!("let a = {}", open.repeat(100_000));
        let begin = Instant::now();
        let (tree, errors) = read(&text);
        drop(tree);
        assert!(!errors.is_empty(), "{open}");
        assert!(
            errors
                .iter()
                .any(|error| error.code == codes::NESTED_TOO_DEEPLY),
            "{open}: {:?}",
            errors[0]
        );
        // Release builds take a tenth of it; what matters is that it does not grow faster than the text.
        assert!(
            begin.elapsed() < Duration::from_secs(5),
            "{open}: {:?}",
            begin.elapsed()
        );
    }
}

#[test]
fn what_may_nest_fits_the_stack() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("f(a: ", ")"),
        ("x[", "]"),
        ("\"{", "}\""),
        ("r with { a: ", " }"),
        ("if c { 1 } else { ", " }"),
    ] {
        for depth in [40, 98] {
            let text = format!("let a = {}1{}\n", open.repeat(depth), close.repeat(depth));
            // A text within a text counts twice.
            let (tree, errors) = read(&text);
            let deep = errors.first().map(|error| error.code);
            assert!(
                deep.is_none() || deep == Some(codes::NESTED_TOO_DEEPLY),
                "{}",
                drawn(&text)
            );
            assert!(deep.is_none() || depth > 40, "{open}");
            let formatted = format(&tree, &text);
            assert_eq!(dump(&read(&formatted).0), dump(&tree), "{open}");
        }
    }
    for prefix in ["- ", "not "] {
        keeps_all(&format!("let a = {}1\n", prefix.repeat(200)));
    }
}

#[test]
fn long_chains_are_refused_before_anything_recurs_over_them() {
    for link in [
        " + a",
        ".a",
        "(a)",
        " then a",
        " -> a",
        " |> a",
        " as a",
        " and a",
        " with {}",
        " scaled to a",
    ] {
        let text = format!("let a = a{}\nlet b = 1", link.repeat(20_000));
        let (tree, errors) = read(&text);
        // `->` makes one flat list.
        assert_eq!(errors.is_empty(), link == " -> a", "{link}");
        assert!(dump(&tree).contains("(let b 1)"), "{link}");
    }
}

#[test]
fn two_kilobytes_take_no_time() {
    let patterns = [
        "((((",
        "[[[[",
        "{{{{",
        "if ",
        "a.",
        "- ",
        "not ",
        "a then ",
        "a then b at ",
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
    ];
    for pattern in patterns {
        let text = format!("let a = {}", pattern.repeat(2048 / pattern.len()));
        let begin = Instant::now();
        read(&text);
        assert!(
            begin.elapsed() < Duration::from_millis(500),
            "{pattern}: {:?}",
            begin.elapsed()
        );
    }
}

#[test]
fn ten_thousand_lines_take_no_time() {
    let declaration =
        "recipe r {\n  lr: 0.1 then 0.01 at 60% over 1k steps // why\n  batch: 64\n}\n\n";
    let text = declaration.repeat(2_000);
    let begin = Instant::now();
    let (tree, errors) = read(&text);
    let took = begin.elapsed();
    assert!(errors.is_empty() && tree.items.len() == 2_000);
    // Without optimisation; a release build takes less than a tenth.
    assert!(took < Duration::from_secs(4), "{took:?}");
    let begin = Instant::now();
    assert_eq!(format(&tree, &text), text.trim_end().to_owned() + "\n");
    assert!(
        begin.elapsed() < Duration::from_secs(4),
        "{:?}",
        begin.elapsed()
    );

    let broken = text
        .replace("0.1 then", ".1 then")
        .replace("batch:", "batch =");
    let begin = Instant::now();
    assert_eq!(read(&broken).1.len(), 4_000);
    assert!(
        begin.elapsed() < Duration::from_secs(4),
        "{:?}",
        begin.elapsed()
    );
}

#[test]
fn the_library_and_the_pipelines_are_in_canonical_layout() {
    for folder in [
        "stdlib",
        "stdlib/archs",
        "stdlib/datasets",
        "pipelines",
        "pipelines/paper",
        "pipelines/real",
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let mut count = 0;
        for path in files.map(|file| file.path()) {
            if path.extension().is_none_or(|kind| kind != "kdp") {
                continue;
            }
            count += 1;
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            keeps_all(&text);
            let name = path.display();
            assert_eq!(
                format(&read(&text).0, &text),
                text,
                "`kdp fmt {name}` mends it"
            );
        }
        assert!(count > 0, "{}", folder.display());
    }
}

#[test]
fn errors_are_in_the_order_of_the_text_with_known_codes() {
    for text in examples() {
        let (_, errors) = read(&text);
        let places: Vec<_> = errors
            .iter()
            .map(|error| error.labels[0].span.start)
            .collect();
        assert!(places.is_sorted(), "{places:?}");
        for error in errors {
            assert!(
                codes::CODES.iter().any(|coded| coded.code == error.code),
                "{:?}",
                error.code
            );
        }
    }
}

#[test]
fn every_code_is_shown_by_an_example() {
    let shown: Vec<_> = examples()
        .iter()
        .flat_map(|text| read(text).1)
        .map(|error| error.code)
        .collect();
    let deep = codes::NESTED_TOO_DEEPLY;
    let missing: Vec<_> = codes::CODES
        .iter()
        .map(|coded| coded.code)
        .filter(|code| *code != deep && *code != codes::NOT_UTF8 && !shown.contains(code))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
