//! Texts held against what the library `datasets` reads in the same files, which `make_texts.py` wrote.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kdp::plan::{Node, Task};
use kdp::store::Store;
use kdp_engine::data::{self, DataError, DataSet, Feeder, Samples};
use tch::{Device, Tensor};

use crate::decoded::decoded_node;
use crate::language::planned;
use crate::pipe::Worker;

/// The one declaration of a file.
fn node(name: &str, declared: &str) -> Node {
    let plan = planned(&format!(
        "use std.datasets.{name}\ndataset texts = {declared}\n"
    ));
    plan.nodes().next().expect("a node").clone()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/texts")
}

/// Texts, second texts and classes.
type Rows = Vec<(String, Option<String>, i64)>;

/// The samples of a split, whose tokens are bytes.
fn rows(set: &DataSet, samples: &Samples, pairs: bool) -> Rows {
    let feeder = Feeder::new(&set.meta, Device::Cpu);
    let row = |row: usize| {
        let ids: Tensor = feeder.inputs(samples, &[row], None).expect("a row").get(0);
        let ids = Vec::<i64>::try_from(ids).expect("ids").into_iter();
        let bytes = ids.take_while(|id| *id > 0).map(|id| (id - 1) as u8);
        let text = String::from_utf8(bytes.collect()).expect("UTF-8");
        let (text, pair) = match pairs {
            true => {
                let (text, pair) = text.split_once('\n').expect("two lines");
                (text.to_string(), Some(pair.to_string()))
            }
            false => (text, None),
        };
        (text, pair, samples.labels[row])
    };
    (0..samples.len()).map(row).collect()
}

#[test]
fn every_layout_is_read_as_the_library_of_its_publishers_reads_it() {
    let folder = folder();
    let text = std::fs::read_to_string(folder.join("texts.json")).expect("a reference");
    let reference: BTreeMap<String, Rows> = serde_json::from_str(&text).expect("a reference");
    let at = |layout: &str| folder.join(layout).display().to_string();
    let long = "length: 800, train: 9";
    for (layout, [train, test], name, declared) in [
        (
            "MNLI",
            ["train", "dev_matched"],
            "mnli",
            format!("mnli(\"{}\", {long}, matched: 5)", at("MNLI")),
        ),
        (
            "MNLI",
            ["train", "dev_mismatched"],
            "mnli",
            format!(
                "mnli(\"{}\", dev: \"mismatched\", {long}, mismatched: 6)",
                at("MNLI")
            ),
        ),
        (
            "QQP",
            ["train", "dev"],
            "qqp",
            format!("qqp(\"{}\", {long}, test: 5)", at("QQP")),
        ),
        (
            "ag_news",
            ["train", "test"],
            "ag_news",
            format!("ag_news(\"{}\", {long}, test: 5)", at("ag_news")),
        ),
        (
            "aclImdb",
            ["train", "test"],
            "imdb",
            format!(
                "imdb(\"{}\", length: 800, train: 18, test: 10)",
                at("aclImdb")
            ),
        ),
        (
            "newsgroups",
            ["train", "test"],
            "text_folder",
            format!(
                "text_folder(\"{}\", labels: [\"alt.one\", \"comp.two\"], encoding: \"latin1\", length: 800, train: 18, test: 10)",
                at("newsgroups")
            ),
        ),
        (
            "json",
            ["train", "test"],
            "json_lines",
            format!(
                "json_lines(\"{0}/train.jsonl\", \"{0}/test.jsonl.gz\", labels: [\"0\", \"1\", \"2\"], {long}, test: 5)",
                at("json")
            ),
        ),
        (
            "parquet",
            ["train", "test"],
            "parquet",
            format!(
                "parquet([\"{0}/train-00000-of-00002.parquet\", \"{0}/train-00001-of-00002.parquet\"], \
                 [\"{0}/test.parquet\"], labels: [\"0\", \"1\", \"2\"], {long}, test: 5)",
                at("parquet")
            ),
        ),
    ] {
        let set = decoded_node(&node(name, &declared), &mut |_, _| ());
        let set = set.unwrap_or_else(|error| panic!("{layout}: {error}"));
        for (split, samples) in [(train, &set.train), (test, &set.test)] {
            let wanted = &reference[&format!("{layout}/{split}")];
            let found = rows(&set, samples, wanted[0].1.is_some());
            assert_eq!(&found, wanted, "{layout} {split}");
        }
    }
}

/// A set of Parquet files whose labels are numbers that the files name, with these labels declared.
fn named(train: &[&str], labels: &[&str], count: usize) -> Result<DataSet, DataError> {
    let file = |name: &&str| folder().join(format!("parquet/{name}.parquet"));
    let train: Vec<PathBuf> = train.iter().map(file).collect();
    let test = [file(&"named")];
    let declared = format!(
        "parquet({train:?}, {test:?}, labels: {labels:?}, length: 800, train: {count}, test: 4)"
    );
    decoded_node(&node("parquet", &declared), &mut |_, _| ())
}

#[test]
fn labels_are_read_by_the_names_that_a_file_gives_them() {
    let text = std::fs::read_to_string(folder().join("texts.json")).expect("a reference");
    let reference: BTreeMap<String, Rows> = serde_json::from_str(&text).expect("a reference");
    let wanted = ["named", "other_names"].map(|name| reference[&format!("parquet/{name}")].clone());
    // The one file calls class 0 `bad`, the other class 1.
    let both = ["named", "other_names"];
    let set = named(&both, &["bad", "good", "mixed"], 6).expect("sound");
    assert_eq!(rows(&set, &set.train, false), wanted.concat());
    let turned = named(&both, &["good", "bad", "mixed"], 6).expect("sound");
    let other = |class: &i64| [1, 0, 2][*class as usize];
    let classes: Vec<i64> = set.train.labels.iter().map(other).collect();
    assert_eq!(turned.train.labels, classes);
    let numbers = named(&["named"], &["0", "1", "2"], 4).expect("sound");
    assert_eq!(numbers.train.labels, [1, 0, 2, 1]);
    for (train, labels, wanted, mend) in [
        (
            "named",
            ["bad", "good", "x"],
            "has the label `mixed`, which is none of those declared: `bad`, `good`, `x`",
            "change the declaration",
        ),
        (
            "hidden",
            ["bad", "good", "mixed"],
            "hidden.parquet` has the label -1, which is none of 3 classes (0 to 2)",
            "labels are known",
        ),
    ] {
        let error = named(&[train], &labels, 4).expect_err("it is broken");
        let (said, help) = (error.to_string(), error.help().unwrap_or("no help"));
        assert!(said.contains(wanted), "{said}, not {wanted}");
        assert!(help.contains(mend), "{said}: {help}, not {mend}");
    }
}

/// What a worker says of the files of a layout after they were changed, and how that is mended.
fn failure(layout: &str, name: &str, declared: &str, change: impl Fn(&Path)) -> (String, String) {
    let copy = tempfile::tempdir().expect("a folder");
    copied(&folder().join(layout), copy.path());
    change(copy.path());
    let declared = declared.replace("FOLDER", &copy.path().display().to_string());
    let node = node(name, &declared);
    assert!(
        node.declared.starts_with("test.kdp:2:"),
        "{}",
        node.declared
    );
    thread_local! {
        static WORKER: RefCell<Worker> = RefCell::new(Worker::start());
    }
    WORKER.with_borrow_mut(|worker| worker.failure(&node, &copy.path().join("store")))
}

fn copied(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&to).expect("made");
            copied(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("copied");
        }
    }
}

/// Replaces bytes of a file, once.
fn replace(path: PathBuf, from: &[u8], to: &[u8]) {
    let bytes = std::fs::read(&path).expect("there");
    let place = bytes.windows(from.len()).position(|window| window == from);
    let place = place.unwrap_or_else(|| panic!("{from:?} is not in {}", path.display()));
    let changed = [&bytes[..place], to, &bytes[place + from.len()..]].concat();
    std::fs::write(path, changed).expect("written");
}

#[test]
fn what_is_wrong_with_files_is_told_by_file_place_and_mend() {
    let nothing = |_: &Path| ();
    let folder = "change the declaration, or put the right files there";
    let columns = "name the columns in the declaration";
    let mnli = "mnli(\"FOLDER\", length: 32, train: 9, matched: 5)";
    let glue = |change: fn(&Path)| failure("MNLI", "mnli", mnli, change);
    let json = "json_lines(\"FOLDER/train.jsonl\", \"FOLDER/test.jsonl.gz\", labels: [\"0\", \"1\", \"2\"], train: 9, test: 5";
    let json = |more: &str, change: fn(&Path)| {
        failure("json", "json_lines", &format!("{json}{more})"), change)
    };
    let parquet = |more: &str, change: fn(&Path)| {
        let declared = format!(
            "parquet([\"FOLDER/train-00000-of-00002.parquet\", \"FOLDER/train-00001-of-00002.parquet\"], \
             [\"FOLDER/test.parquet\"], labels: [\"0\", \"1\", \"2\"], train: 9, test: 5{more})"
        );
        failure("parquet", "parquet", &declared, change)
    };
    let imdb = |change: fn(&Path)| {
        let declared = "imdb(\"FOLDER\", train: 18, test: 10)";
        failure("aclImdb", "imdb", declared, change)
    };
    for ((message, help), wanted, mend) in [
        // Columns that are mixed up.
        (
            failure("QQP", "qqp", "qqp(\"FOLDER\", train: 9, test: 5)", |at| {
                let (from, to) = (
                    "question1\tquestion2\tis_duplicate",
                    "is_duplicate\tquestion2\tquestion1",
                );
                replace(at.join("train.tsv"), from.as_bytes(), to.as_bytes());
            }),
            "has the label `Sentence 0: He said \"no.`, which is none of those declared: `0`, `1`",
            folder,
        ),
        (
            glue(|at| replace(at.join("train.tsv"), b"\tgenre\t", b"\tgold_label\t")),
            "train.tsv` has more than one column `gold_label`",
            columns,
        ),
        (
            glue(|at| replace(at.join("train.tsv"), b"\tgold_label\n", b"\tgold_lable\n")),
            "`sentence1_parse`, `sentence2_parse`, `sentence1`, `sentence2`, `label1`, `gold_lable`; did you mean",
            columns,
        ),
        (
            glue(|at| replace(at.join("train.tsv"), b"\tgold_label\n", b"\tgold_lable\n")),
            "did you mean `gold_lable`?",
            columns,
        ),
        (
            glue(|at| replace(at.join("dev_matched.tsv"), b"\tneutral\n", b"\t-\n")),
            "line 3 of the file",
            folder,
        ),
        (
            glue(|at| replace(at.join("dev_matched.tsv"), b"\tneutral\n", b"\t-\n")),
            "dev_matched.tsv` has the label `-`, which is none of those declared: `entailment`, `neutral`, `contradiction`",
            folder,
        ),
        (
            glue(|at| replace(at.join("train.tsv"), b"Sentence 4", b"Sentence \xff")),
            "line 3 of the file",
            "save the file in UTF-8",
        ),
        (
            glue(|at| std::fs::remove_file(at.join("dev_matched.tsv")).expect("removed")),
            "dev_matched.tsv` is not there",
            "put the file there",
        ),
        (
            failure("QQP", "qqp", "qqp(\"FOLDER\", train: 11, test: 5)", nothing),
            "train.tsv` holds 9 train samples (2 short lines were skipped), but 11 are declared",
            folder,
        ),
        (
            json("", |at| replace(at.join("train.jsonl"), b"}\n{", b"}\n[{")),
            "line 2 of the file",
            "each line of the file is one object",
        ),
        (
            json(", text: \"texts\"", nothing),
            "has no column `texts`: it has `label`, `score`, `text`, `title`; did you mean `text`?",
            columns,
        ),
        (
            json(", text: \"score\"", nothing),
            "the `score` of line 1 of the file",
            "name another column",
        ),
        (
            parquet(", text: \"txt\"", nothing),
            "train-00000-of-00002.parquet` has no column `txt`: it has `text`, `title`, `label`, `score`; did you mean `text`?",
            columns,
        ),
        (
            parquet(", text: \"score\"", nothing),
            "the column `score` of the file",
            "name another column",
        ),
        (
            parquet(", text: \"label\", label: \"text\"", nothing),
            "the `label` of row 1 of the file",
            "name another column",
        ),
        (
            parquet("", |at| {
                let path = at.join("train-00001-of-00002.parquet");
                let bytes = std::fs::read(&path).expect("there");
                std::fs::write(path, &bytes[..bytes.len() - 20]).expect("written");
            }),
            "train-00001-of-00002.parquet` cannot be read as Parquet",
            "fetch the file again",
        ),
        (
            imdb(|at| std::fs::remove_dir_all(at.join("test/pos")).expect("removed")),
            "test` has no folder `pos`: it has `neg`",
            folder,
        ),
        (
            imdb(|at| {
                std::fs::create_dir(at.join("train/neutral")).expect("made");
                std::fs::write(at.join("train/neutral/0.txt"), "so so").expect("written");
            }),
            "train` has a folder `neutral`, which is none of the labels declared: `neg`, `pos`",
            folder,
        ),
        (
            imdb(|at| std::fs::remove_dir_all(at.join("test")).expect("removed")),
            "test` is not there",
            "put the file there",
        ),
        (
            imdb(|at| std::fs::write(at.join("train/neg/0_0.txt"), b"caf\xe9").expect("written")),
            "0_0.txt` is not UTF-8: its byte 3 is the first that is not",
            "`encoding: \"latin1\"`",
        ),
    ] {
        assert!(message.contains(wanted), "{message}, not {wanted}");
        assert!(help.contains(mend), "{message}: {help}, not {mend}");
    }
}

#[test]
fn a_tokenizer_is_held_against_its_declaration() {
    let tokenizers = folder().join("../tokens").display().to_string();
    let said = |tokens: &str, more: &str| {
        let tokens = tokens.replace("TOKENS", &tokenizers);
        let declared = format!("mnli(\"FOLDER\", train: 9, matched: 5, tokens: {tokens}{more})");
        failure("MNLI", "mnli", &declared, |_| ())
    };
    for (tokens, more, wanted, mend) in [
        (
            "wordpiece(\"TOKENS/vocab.txt\")",
            "",
            "vocab.txt` has 900 tokens, but `vocabulary: 30522` is declared",
            "declare what the file has",
        ),
        (
            "wordpiece(\"TOKENS/vocab.txt\", vocabulary: 900, padding: 1)",
            "",
            "vocab.txt` pads with 0, but `padding: 1` is declared",
            "declare what the file has",
        ),
        (
            "wordpiece(\"TOKENS/vocab.json\", vocabulary: 700)",
            "",
            "vocab.json` is not BERT's `vocab.txt`, one token a line: it looks like a `vocab.json` of byte-level BPE",
            "`byte_bpe(…)`",
        ),
        (
            "wordpiece(\"TOKENS/vocab.txt\", vocabulary: 900)",
            ", length: 3",
            "vocab.txt` adds 3 tokens to a pair",
            "declare a larger `length`",
        ),
        (
            "byte_bpe(\"TOKENS/vocab.txt\", \"TOKENS/merges.txt\")",
            "",
            "vocab.txt` is not a `vocab.json` of byte-level BPE, one object of tokens and their ids: it looks like BERT's",
            "`wordpiece(…)`",
        ),
        (
            "byte_bpe(\"TOKENS/tokenizer.json\", \"TOKENS/merges.txt\")",
            "",
            "it looks like a `tokenizer.json` as Hugging Face's `tokenizers` writes it",
            "`tokenizer_file(…)`",
        ),
        (
            "byte_bpe(\"TOKENS/vocab.json\", \"TOKENS/vocab.txt\")",
            "",
            "vocab.txt` is not a `merges.txt` of byte-level BPE, two tokens a line: it looks like BERT's",
            "`wordpiece(…)`",
        ),
        (
            "tokenizer_file(\"TOKENS/tokenizer.json\", vocabulary: 900, padding: 0)",
            "",
            "tells which of two texts a token is of, but `segments: 1` is declared",
            "declare `segments: 2`",
        ),
        (
            "tokenizer_file(\"TOKENS/vocab.json\", vocabulary: 900, padding: 0)",
            "",
            "vocab.json` is not a `tokenizer.json` as Hugging Face's `tokenizers` writes it: it looks like a `vocab.json`",
            "`byte_bpe(…)`",
        ),
        (
            "tokenizer_file(\"TOKENS/merges.txt\", vocabulary: 900, padding: 0)",
            "",
            "it looks like a `merges.txt` of byte-level BPE",
            "behind the `vocab.json`",
        ),
        (
            "tokenizer_file(\"TOKENS/../texts/texts.json\", vocabulary: 900, padding: 0)",
            "",
            "texts.json` is not a `tokenizer.json` as Hugging Face's `tokenizers` writes it",
            "name a `tokenizer.json`",
        ),
        (
            "tokenizer_file(\"TOKENS/none.json\", vocabulary: 900, padding: 0)",
            "",
            "none.json` is not there",
            "put the file there",
        ),
    ] {
        let (message, help) = said(tokens, more);
        assert!(message.contains(wanted), "{message}, not {wanted}");
        assert!(help.contains(mend), "{message}: {help}, not {mend}");
    }
}

#[test]
fn a_single_text_wants_room_for_what_is_added_to_a_single_one() {
    let said = |length: usize| {
        let tokens = folder().join("../tokens/vocab.txt");
        let declared = format!(
            "imdb(\"{}\", train: 18, test: 10, length: {length}, tokens: wordpiece(\"{}\", vocabulary: 900))",
            folder().join("aclImdb").display(),
            tokens.display()
        );
        decoded_node(&node("imdb", &declared), &mut |_, _| ())
    };
    let set = said(3).expect("a token and two that are added");
    let row = Feeder::new(&set.meta, Device::Cpu).inputs(&set.train, &[0], None);
    let row: Vec<i64> = row.and_then(|row| row.get(0).try_into()).expect("ids");
    // `[CLS]`, a token, `[SEP]`.
    assert_eq!((row.len(), row[0], row[2]), (3, 2, 3));
    let error = said(2).expect_err("no room");
    let wanted = "`length: 2` leaves no room for a text: the tokenizer of the file";
    assert!(error.to_string().starts_with(wanted), "{error}");
    assert!(error.to_string().ends_with("adds 2 tokens"), "{error}");
}

#[test]
fn texts_whose_tokens_were_made_before_are_gone_on_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, store) = (folder.path().join("a.jsonl"), folder.path().join("store"));
    let lines: String = (0..17_000)
        .map(|nth| format!("{{\"text\": \"{nth}\", \"label\": \"0\"}}\n"))
        .collect();
    std::fs::write(&path, lines).expect("written");
    let path = path.display();
    let sound = node(
        "json_lines",
        &format!(
            "json_lines(\"{path}\", \"{path}\", labels: [\"0\", \"1\"], length: 8, train: 17000, test: 17000)"
        ),
    );
    // Its parts are made, and then it fails.
    let mut unsound = sound.clone();
    if let Task::Data(task) = &mut unsound.task {
        task.shape.train += 1;
    }
    let mut worker = Worker::start();
    let (said, _) = worker.failure(&unsound, &store);
    assert!(said.contains("after its transforms"), "{said}");
    let part = store.join(format!("work/{}/train.1", sound.key));
    let mut bytes = std::fs::read(&part).expect("the part outlives the failure");
    let last = bytes.len() - 32;
    // The first byte of the last text was a `1`.
    assert_eq!(bytes[last], b'1' + 1);
    bytes[last] = b'7' + 1;
    std::fs::write(&part, bytes).expect("written");
    worker.run_all(&[&sound], &store);
    let entry = Store::at(&store).find(sound.key).expect("there");
    let map = |blob: &str| Ok::<_, DataError>(entry.map(blob).expect("a blob"));
    let set = data::open(map).expect("sound");
    let last = |samples| rows(&set, samples, false).pop().expect("many").0;
    assert_eq!([last(&set.train), last(&set.test)], ["76999", "16999"]);
    assert!(!part.exists(), "parts go when the object is there");
}
