//! What is said of `--set` that reads otherwise than it was meant.

use std::collections::BTreeMap;
use std::path::Path;

use kdp::check::load;

use crate::support::Memory;

/// The findings for one setting: message and help.
fn told(name: &str, value: &str) -> Vec<(String, String)> {
    let text = "param seeds: list[int] = [0]\n\
                param tau: number = 1\n\
                claim \"some\" = tau * len(seeds) > 0\n";
    let world = Memory(BTreeMap::from([("test.kdp".into(), text.to_string())]));
    let settings = [(name.to_string(), value.to_string())];
    let found = load(Path::new("test.kdp"), &settings, &world).diagnostics;
    let told = found.into_iter();
    told.map(|one| (one.message, one.help.unwrap_or_default()))
        .collect()
}

#[test]
fn a_list_without_brackets_is_given_them() {
    for value in ["0,1", "(0,1)", "0, 1"] {
        let told = told("seeds", value);
        let [(message, help)] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!(message, "a list stands in brackets");
        assert_eq!(help, "write `--set 'seeds=[0, 1]'`");
    }
    assert!(told("seeds", "[0, 1]").is_empty());
}

#[test]
fn a_bare_word_is_no_misspelt_function() {
    let told = told("tau", "abc");
    let [(message, help)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(message, "nothing here is called `abc`");
    assert!(help.starts_with("give `tau` a value"), "{help}");
}
