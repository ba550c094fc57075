//! Tokens held against transformers', by what `make_tokens.py` wrote down.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use kdp_engine::data::Feeder;
use serde::Deserialize;
use serde_json::json;
use tch::{Device, Tensor};

use crate::decoded::decoded_node;
use crate::language::planned;

/// What transformers made of sentences.
#[derive(Deserialize)]
struct Reference {
    length: usize,
    sentences: Vec<String>,
    /// The second texts, where each sentence is the first of a pair.
    pairs: Vec<String>,
    tokenizers: BTreeMap<String, Made>,
}

#[derive(Deserialize)]
struct Made {
    vocabulary: i64,
    padding: i64,
    single: Vec<Vec<i64>>,
    pair: Vec<Vec<i64>>,
}

/// A tokenizer as a file writes it, by its name in the reference.
fn written(name: &str, folder: &Path, made: &Made) -> String {
    let file = |name: &str| folder.join(name).display().to_string();
    let (vocabulary, padding) = (made.vocabulary, made.padding);
    let held = format!("vocabulary: {vocabulary}, padding: {padding}");
    match name {
        "wordpiece" => format!("wordpiece(\"{}\", {held})", file("vocab.txt")),
        "wordpiece_cased" => format!(
            "wordpiece(\"{}\", lowercase: false, {held})",
            file("vocab.txt")
        ),
        "byte_bpe" => format!(
            "byte_bpe(\"{}\", \"{}\", {held})",
            file("vocab.json"),
            file("merges.txt")
        ),
        _ => format!(
            "tokenizer_file(\"{}\", {held}, segments: 2)",
            file("tokenizer.json")
        ),
    }
}

/// Every sentence's row of tokens: of the sentence alone, or of its pair.
fn rows(tokens: &str, reference: &Reference, pair: &str, folder: &Path) -> Vec<Vec<i64>> {
    let mut lines = String::new();
    let texts = reference.sentences.iter().zip(&reference.pairs);
    for (nth, (text, pair)) in texts.enumerate() {
        let line = json!({"text": text, "pair": pair, "label": nth % 2});
        writeln!(lines, "{line}").expect("written");
    }
    let path = folder.join("sentences.jsonl");
    std::fs::write(&path, lines).expect("written");
    let (path, count) = (path.display(), reference.sentences.len());
    let plan = planned(&format!(
        "dataset sentences = json_text(\"{path}\", \"{path}\", text: [\"text\"], {pair}label: \"label\", \
         labels: [\"0\", \"1\"], length: {}, tokens: {tokens}, train: {count}, test: {count})\n",
        reference.length
    ));
    let node = plan.nodes().next().expect("a node");
    let mut told = vec![];
    let set = decoded_node(node, &mut |done, all| told.push((done, all)));
    let set = set.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(told.last(), Some(&(2 * count, 2 * count)));
    assert_eq!(set.test.inputs, set.train.inputs);
    let feeder = Feeder::new(&set.meta, Device::Cpu);
    let row = |row| {
        let row: Tensor = feeder
            .inputs(&set.train, &[row], None)
            .expect("a row")
            .get(0);
        Vec::<i64>::try_from(row).expect("ids")
    };
    (0..count).map(row).collect()
}

fn hold(files: &Path) {
    let text = std::fs::read_to_string(files.join("tokens.json")).expect("a reference");
    let reference: Reference = serde_json::from_str(&text).expect("a reference");
    let folder = tempfile::tempdir().expect("a folder");
    for (name, made) in &reference.tokenizers {
        let tokens = written(name, files, made);
        for (pair, wanted) in [("", &made.single), ("pair: \"pair\", ", &made.pair)] {
            let found = rows(&tokens, &reference, pair, folder.path());
            assert_eq!(found.len(), wanted.len());
            for (place, (found, wanted)) in found.iter().zip(wanted).enumerate() {
                let (real, padding) = found.split_at(wanted.len());
                let sentence = &reference.sentences[place];
                assert_eq!(real, wanted, "{name} {pair}{place}: {sentence:?}");
                assert!(
                    padding.iter().all(|id| *id == made.padding),
                    "{name} {place}"
                );
            }
        }
    }
}

fn references() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/tokens")
}

#[test]
fn tokens_of_odd_sentences_are_those_of_transformers() {
    hold(&references());
}

/// The published tokenizers, on 10,000 sentences: `make parity` writes them into a folder.
#[test]
#[ignore = "`make parity` fetches what it needs"]
fn tokens_of_ten_thousand_sentences_are_those_of_transformers() {
    let folder = std::env::var_os("KDP_PARITY_TOKENS").expect("the folder of the reference");
    hold(Path::new(&folder));
}
