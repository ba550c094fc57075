//! The codes of diagnostics are stable: pages, scripts and editors go by them.

use std::collections::BTreeSet;

#[test]
fn every_code_is_there_once_and_says_what_it_means() {
    let codes: Vec<_> = kdp::syntax::codes::CODES
        .iter()
        .chain(kdp::check::CODES)
        .collect();
    let names: BTreeSet<&str> = codes.iter().map(|(code, _)| code.0).collect();
    assert_eq!(names.len(), codes.len(), "a code is there twice");
    for (code, meaning) in &codes {
        assert!(!meaning.trim().is_empty(), "{} has no meaning", code.0);
        assert!(
            code.0.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
            "{}",
            code.0
        );
    }
    let listed = include_str!("codes.txt");
    let wanted: BTreeSet<&str> = listed.lines().collect();
    assert_eq!(
        names, wanted,
        "left: the code; right: tests/front/codes.txt, to which codes are added and never renamed"
    );
}
