//! The rows on texts.

use serde_json::json;

use crate::Bench;

/// Networks small enough for a few steps on a processor, and a tokenizer without merges.
const SETTINGS: [&str; 6] = [
    "base=roberta(layers: 2, width: 16, heads: 2)",
    "medium=roberta(layers: 1, width: 16, heads: 2)",
    "small=roberta(layers: 1, width: 8, heads: 2)",
    "recipe=paper_text with { batch: 4 } scaled to 12 steps",
    "window=1 step",
    r#"tokens=byte_bpe("vocab.json", "merges.txt", vocabulary: 261)"#,
];

const WORDS: [&str; 8] = [
    "a",
    "teacher",
    "who",
    "is",
    "not",
    "\"sure\"",
    "écrit",
    "lentement.",
];

/// A made-up sentence of a class.
fn sentence(class: usize, sample: usize) -> String {
    let length = 3 + sample % 9;
    let words = (0..length).map(|place| WORDS[(class * 3 + sample + place * (class + 1)) % 8]);
    words.collect::<Vec<_>>().join(" ")
}

/// RoBERTa's two files, for single bytes.
fn tokenizer(bench: &Bench) {
    let special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];
    let mut vocab = serde_json::Map::new();
    let bytes = tokenizer_bytes();
    for token in special.iter().map(|token| token.to_string()).chain(bytes) {
        let id = vocab.len();
        vocab.insert(token, json!(id));
    }
    bench.write("vocab.json", serde_json::to_vec(&vocab).unwrap());
    bench.write("merges.txt", "#version: 0.2\n");
}

/// The letters that stand for bytes in byte-level BPE: printable ones for themselves, the others from U+0100 on.
fn tokenizer_bytes() -> impl Iterator<Item = String> {
    let mut others = 0x100..;
    (0..=255u32).map(move |byte| {
        let printable = matches!(byte, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
        let letter = if printable { Some(byte) } else { others.next() };
        char::from_u32(letter.unwrap()).unwrap().to_string()
    })
}

fn bench() -> Bench {
    let bench = Bench::new();
    tokenizer(&bench);
    bench
}

/// Runs a row of Base → Base, Medium and Small.
fn run(bench: &Bench, pipeline: &str, data: &str) {
    let settings = [&SETTINGS[..], &[data]].concat();
    bench.run(pipeline, &settings).trains(1 + 3 + 3 * 3);
}

/// Lines of a table, the first of which names its columns.
fn table(header: &str, lines: impl Iterator<Item = String>) -> String {
    let header = std::iter::once(header.to_string());
    header.chain(lines).map(|line| line + "\n").collect()
}

#[test]
fn mnli() {
    let bench = bench();
    let labels = ["entailment", "neutral", "contradiction"];
    let pairs = |count: usize, votes: usize| {
        (0..count).map(move |nth| {
            let class = nth % 3;
            let parses = "\t( a parse )".repeat(4);
            let votes = format!("\t{}", labels[class]).repeat(votes);
            let (first, second) = (sentence(class, nth), sentence(class, nth + 1));
            format!("{nth}\t{nth}\t{nth}n\tfiction{parses}\t{first}\t{second}{votes}")
        })
    };
    let columns = "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\t\
                   sentence1_parse\tsentence2_parse\tsentence1\tsentence2";
    let train = format!("{columns}\tlabel1\tgold_label");
    let dev = format!("{columns}\tlabel1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label");
    bench.write("MNLI/train.tsv", table(&train, pairs(32, 2)));
    bench.write("MNLI/dev_matched.tsv", table(&dev, pairs(16, 6)));
    bench.write("MNLI/dev_mismatched.tsv", table(&dev, pairs(18, 6)));
    let settings = [
        &SETTINGS[..],
        &[
            r#"data=mnli("MNLI", tokens: tokens, length: 32, train: 32, matched: 16)"#,
            r#"mismatched=mnli("MNLI", dev: "mismatched", tokens: tokens, length: 32, train: 32, mismatched: 18)"#,
        ],
    ];
    bench
        .run("mnli.kdp", &settings.concat())
        .trains(1 + 3 + 3 * 3);
}

#[test]
fn qqp() {
    let bench = bench();
    let pairs = |count: usize| {
        (0..count).map(|nth| {
            let class = nth % 2;
            let (first, second) = (sentence(class, nth), sentence(class, nth + 3));
            format!("{nth}\t{nth}\t{nth}\t{first}\t{second}\t{class}")
        })
    };
    let header = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate";
    bench.write("QQP/train.tsv", table(header, pairs(32)));
    bench.write("QQP/dev.tsv", table(header, pairs(16)));
    let data = r#"data=qqp("QQP", tokens: tokens, length: 32, train: 32, test: 16)"#;
    run(&bench, "qqp.kdp", data);
}

#[test]
fn imdb() {
    let bench = bench();
    for split in ["train", "test"] {
        for (class, label) in ["neg", "pos"].into_iter().enumerate() {
            for nth in 0..12 {
                let name = format!("aclImdb/{split}/{label}/{nth}_{}.txt", nth % 10);
                bench.write(&name, sentence(class, nth));
            }
        }
    }
    bench.write("aclImdb/train/unsup/0_0.txt", sentence(0, 5));
    bench.write("aclImdb/README", "Large Movie Review Dataset v1.0");
    let data = r#"data=imdb("aclImdb", tokens: tokens, length: 64, train: 24, test: 24)"#;
    run(&bench, "imdb.kdp", data);
}

#[test]
fn ag_news() {
    let bench = bench();
    let lines = |count: usize| -> String {
        let line = |nth: usize| {
            let class = nth % 4;
            let quoted = |text: String| text.replace('"', "\"\"");
            let (title, text) = (
                quoted(sentence(class, nth)),
                quoted(sentence(class, nth + 2)),
            );
            format!("\"{}\",\"{title}\",\"{text}\"\n", class + 1)
        };
        (0..count).map(line).collect()
    };
    bench.write("ag_news_csv/train.csv", lines(32));
    bench.write("ag_news_csv/test.csv", lines(16));
    let data = r#"data=ag_news("ag_news_csv", tokens: tokens, length: 32, train: 32, test: 16)"#;
    run(&bench, "ag_news.kdp", data);
}
