//! The codes of diagnostics are stable: pages, scripts and editors go by them. Each has a page,
//! `docs/codes/CODE.md`, whose wrong example is told the code and whose mended one is told nothing.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::Memory;
use kdp::check::load;
use kdp::diag::{Coded, Diagnostic, Example, MAIN, Page, Rendering, render};

/// Codes that no text file of a page can show: of bytes that are no text, and of what is not there.
const WITHOUT_EXAMPLE: &[&str] = &["not-utf8", "weights-missing"];

fn codes() -> impl Iterator<Item = &'static Coded> {
    kdp::syntax::codes::CODES.iter().chain(kdp::check::CODES)
}

#[test]
fn every_code_is_there_once_and_says_what_it_means() {
    let names: BTreeSet<&str> = codes().map(|coded| coded.code.0).collect();
    assert_eq!(names.len(), codes().count(), "a code is there twice");
    for coded in codes() {
        let code = coded.code.0;
        assert!(!coded.meaning.trim().is_empty(), "{code} has no meaning");
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(code.chars().all(fits), "{code}");
    }
    let listed = include_str!("codes.txt");
    let wanted: BTreeSet<&str> = listed.lines().collect();
    assert_eq!(
        names, wanted,
        "left: the code; right: tests/front/codes.txt, to which codes are added and never renamed"
    );
}

#[test]
fn every_page_belongs_to_a_code_and_bears_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes");
    let pages: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let wanted = codes().map(|coded| format!("{}.md", coded.code.0));
    assert_eq!(
        pages,
        wanted.collect(),
        "left: docs/codes/; right: the codes"
    );
    for coded in codes() {
        let title = coded.page.lines().next();
        assert_eq!(title, Some(format!("# {}", coded.code.0).as_str()));
        let prose = Page::read(coded.page).prose;
        assert!(!prose.is_empty(), "{} says nothing", coded.code.0);
    }
}

/// What is told of an example, and how that looks.
fn told(example: &Example) -> (Vec<Diagnostic>, String) {
    let files = example.files.iter();
    let world = Memory(
        files
            .map(|(name, text)| (name.into(), text.clone()))
            .collect(),
    );
    let loaded = load(Path::new(MAIN), &example.settings, &world);
    let drawn = render(&loaded.diagnostics, &loaded.sources, Rendering::Plain);
    (loaded.diagnostics, drawn)
}

#[test]
fn wrong_examples_are_told_their_code_and_mended_ones_nothing() {
    let mut wrong = String::new();
    for coded in codes() {
        let code = coded.code.0;
        if WITHOUT_EXAMPLE.contains(&code) {
            continue;
        }
        let page = Page::read(coded.page);
        let (found, drawn) = told(&page.wrong);
        if found.is_empty() || found.iter().any(|found| found.code.0 != code) {
            wrong += &format!("docs/codes/{code}.md: the wrong example is told\n{drawn}\n");
        }
        // An example may declare what it does not go on to use.
        let (found, drawn) = told(&page.mended);
        if found
            .iter()
            .any(|found| found.code.0 != "unused" || code == "unused")
        {
            wrong += &format!("docs/codes/{code}.md: the mended example is told\n{drawn}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn examples_that_can_be_read_are_in_canonical_layout() {
    for coded in codes() {
        let page = Page::read(coded.page);
        for (name, text) in page.wrong.files.iter().chain(&page.mended.files) {
            let (tree, errors) = kdp::syntax::parse(Default::default(), text);
            if errors.is_empty() {
                let place = format!("{name} of docs/codes/{}.md", coded.code.0);
                assert_eq!(kdp::syntax::format(&tree, text), *text, "{place}");
            }
        }
    }
}
