//! Case folders: `tests/<suite>/<case>/input.kdp` beside the files it must give.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};

/// What a case gives: file names and contents. An empty one stands for no file.
pub type Outputs = Vec<(&'static str, String)>;

/// The cases of a suite as tests. `outputs` is given a case's folder and the text of its input.
pub fn trials(suite: &'static str, outputs: fn(&Path, &str) -> Outputs) -> Vec<Trial> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(suite);
    let mut cases: Vec<PathBuf> = fs::read_dir(&root)
        .unwrap_or_else(|error| panic!("{}: {error}", root.display()))
        .map(|entry| entry.unwrap_or_else(|error| panic!("{error}")).path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "{} holds no case", root.display());
    cases
        .into_iter()
        .map(|case| {
            let name = case
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            Trial::test(format!("{suite}/{name}"), move || run(&case, outputs))
        })
        .collect()
}

fn run(case: &Path, outputs: fn(&Path, &str) -> Outputs) -> Result<(), Failed> {
    let input = fs::read_to_string(case.join("input.kdp"))?;
    let mut wanted: BTreeMap<String, String> = BTreeMap::new();
    for entry in fs::read_dir(case)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        if name.ends_with(".txt") || name == "formatted.kdp" {
            wanted.insert(name, fs::read_to_string(&path)?);
        }
    }
    let given: BTreeMap<String, String> = outputs(case, &input)
        .into_iter()
        .filter(|(_, content)| !content.is_empty())
        .map(|(name, content)| (name.to_owned(), content))
        .collect();
    if std::env::var_os("BLESS").is_some() {
        for name in wanted.keys().filter(|name| !given.contains_key(*name)) {
            fs::remove_file(case.join(name))?;
        }
        for (name, content) in given
            .iter()
            .filter(|(name, content)| wanted.get(*name) != Some(content))
        {
            fs::write(case.join(name), content)?;
        }
        return Ok(());
    }
    let names = wanted
        .keys()
        .chain(given.keys().filter(|name| !wanted.contains_key(*name)));
    let differences: Vec<String> = names
        .filter_map(|name| difference(name, wanted.get(name), given.get(name)))
        .collect();
    if differences.is_empty() {
        Ok(())
    } else {
        Err(format!("{}(BLESS=1 takes what is given)", differences.concat()).into())
    }
}

/// The lines where what is wanted and what is given differ.
fn difference(name: &str, wanted: Option<&String>, given: Option<&String>) -> Option<String> {
    if wanted == given {
        return None;
    }
    let lines = |text: Option<&String>| -> Vec<String> {
        text.map_or_else(Vec::new, |text| text.lines().map(str::to_owned).collect())
    };
    let (wanted, given) = (lines(wanted), lines(given));
    let same = wanted
        .iter()
        .zip(&given)
        .take_while(|(a, b)| a == b)
        .count();
    let tail = wanted[same..]
        .iter()
        .rev()
        .zip(given[same..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let mut out = format!("{name}, from line {}:\n", same + 1);
    for line in &wanted[same..wanted.len() - tail] {
        out += &format!("- {line}\n");
    }
    for line in &given[same..given.len() - tail] {
        out += &format!("+ {line}\n");
    }
    Some(out)
}
