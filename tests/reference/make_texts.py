"""Small sets of texts in the layouts in which the published ones come, and what is in them as `datasets` reads it.

Run with datasets 5.2.0 and pyarrow: python make_texts.py
"""

import csv
import gzip
import json
import os
import shutil
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_CACHE"] = tempfile.mkdtemp()

import datasets  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

HERE = Path(__file__).resolve().parent / "texts"
SPLITS = {"train": 9, "test": 5}
ODD = ['He said "no', "“Quoted” — naïve café", "日本語 text", "an 'apostrophe", "100% (sure), 5,000", "😀 fine", "a \\ backslash", 'a ""doubled"" quote', "x" * 300]


def sentence(nth):
    """A sentence without tabs and line ends."""
    return f"Sentence {nth}: {ODD[nth % len(ODD)]}."


def tsv(path, header, rows):
    """GLUE's form: tabs, no quoting."""
    path.write_text("".join("\t".join(row) + "\n" for row in [header, *rows]), encoding="utf-8")


def glue(folder):
    """MNLI's and QQP's files, QQP's with lines that are broken as some of its own are."""
    (folder / "MNLI").mkdir()
    parses = ["sentence1_binary_parse", "sentence2_binary_parse", "sentence1_parse", "sentence2_parse"]
    labels = ["entailment", "neutral", "contradiction"]
    for name, count, annotators in [("train", 9, 1), ("dev_matched", 5, 5), ("dev_mismatched", 6, 5)]:
        header = ["index", "promptID", "pairID", "genre", *parses, "sentence1", "sentence2", *[f"label{i + 1}" for i in range(annotators)], "gold_label"]
        row = lambda i: [str(i), "1", f"1{i}", "fiction", *[f"( {name} )"] * 4, sentence(i), sentence(i + 3), *[labels[i % 3]] * annotators, labels[i % 3]]
        tsv(folder / "MNLI" / f"{name}.tsv", header, [row(i) for i in range(count)])
    (folder / "QQP").mkdir()
    for name, count in [("train", 9), ("dev", 5)]:
        rows = [[str(i), str(2 * i), str(2 * i + 1), sentence(i), sentence(i + 4), str(i % 2)] for i in range(count)]
        if name == "train":
            # A line end in a question leaves two lines that are short.
            rows[4:4] = [["99", "1", "2", "What is it that"], ["goes on here?", sentence(1), "0"]]
        tsv(folder / "QQP" / f"{name}.tsv", ["id", "qid1", "qid2", "question1", "question2", "is_duplicate"], rows)


def ag_news(folder):
    """AG News: no header, everything in quotes, classes from 1 on."""
    (folder / "ag_news").mkdir()
    for split, count in SPLITS.items():
        with open(folder / "ag_news" / f"{split}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerows([str(i % 4 + 1), sentence(i), sentence(i + 1)] for i in range(count))


def imdb(folder):
    """IMDB's folders, with what lies beside the reviews."""
    for split, count in SPLITS.items():
        for label in ["neg", "pos"]:
            (folder / "aclImdb" / split / label).mkdir(parents=True)
            for i in range(count):
                (folder / "aclImdb" / split / label / f"{i}_{i % 10}.txt").write_text(f"{label} {sentence(i)}<br /><br />More.", encoding="utf-8")
        (folder / "aclImdb" / split / "urls_neg.txt").write_text("http://example.com\n")
    (folder / "aclImdb" / "train" / "unsup").mkdir()
    (folder / "aclImdb" / "train" / "unsup" / "0_0.txt").write_text("no label")


def rows(split):
    """Rows of a set with columns that are named."""
    return [{"text": f"{sentence(i)}\n\tand more", "title": f"title {i}", "label": i % 3, "score": i / 7} for i in range(SPLITS[split])]


def json_lines(folder):
    """JSON lines as `datasets` writes them; one file is gzipped."""
    (folder / "json").mkdir()
    for split in SPLITS:
        datasets.Dataset.from_list(rows(split)).to_json(folder / "json" / f"{split}.jsonl")
    plain = folder / "json" / "test.jsonl"
    with open(plain, "rb") as file, gzip.GzipFile(folder / "json" / "test.jsonl.gz", "wb", mtime=0) as packed:
        shutil.copyfileobj(file, packed)
    plain.unlink()


def parquet(folder):
    """Parquet as `datasets` writes it, and with what other writers do: shards, small row groups, zstd, large texts, no nulls."""
    (folder / "parquet").mkdir()
    features = datasets.Features({"text": datasets.Value("string"), "title": datasets.Value("string"), "label": datasets.ClassLabel(names=["a", "b", "c"]), "score": datasets.Value("float64")})
    datasets.Dataset.from_list(rows("test"), features=features).to_parquet(folder / "parquet" / "test.parquet")
    for name, labels in {"named": [1, 0, 2, 1], "hidden": [0, -1], "other_names": [1, 0]}.items():
        names = ["good", "bad", "mixed"] if name == "other_names" else ["bad", "good", "mixed"]
        features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=names)})
        of = [{"text": sentence(i), "label": label} for i, label in enumerate(labels)]
        datasets.Dataset.from_list(of, features=features).to_parquet(folder / "parquet" / f"{name}.parquet")
    schema = pa.schema([pa.field("text", pa.large_string(), nullable=False), ("title", pa.string()), pa.field("label", pa.int32(), nullable=False), ("score", pa.float32())])
    table = pa.Table.from_pylist(rows("train"), schema=schema)
    pq.write_table(table.slice(0, 5), folder / "parquet" / "train-00000-of-00002.parquet", row_group_size=2, compression="zstd", use_dictionary=False)
    pq.write_table(table.slice(5), folder / "parquet" / "train-00001-of-00002.parquet", compression="snappy", data_page_version="2.0")


def newsgroups(folder):
    """A folder for each class; files in ISO 8859-1."""
    for split, count in SPLITS.items():
        for label in ["alt.one", "comp.two"]:
            (folder / "newsgroups" / split / label).mkdir(parents=True)
            for i in range(count):
                text = f"From: {label}\nSubject: café {i}\n\nÀ bientôt."
                (folder / "newsgroups" / split / label / f"{1000 + i}").write_text(text, encoding="latin-1")


def read(folder):
    """What `datasets` reads: text, second text, class."""
    load = lambda *args, **kwargs: datasets.load_dataset(*args, split="train", **kwargs)
    found = {}
    table = lambda path, **kwargs: load("csv", data_files=str(path), **kwargs)
    glue = {"sep": "\t", "quoting": csv.QUOTE_NONE, "on_bad_lines": "warn", "keep_default_na": False, "na_values": []}
    labels = ["entailment", "neutral", "contradiction"]
    for name in ["train", "dev_matched", "dev_mismatched"]:
        of = table(folder / "MNLI" / f"{name}.tsv", **glue)
        found[f"MNLI/{name}"] = [[row["sentence1"], row["sentence2"], labels.index(row["gold_label"])] for row in of]
    for name in ["train", "dev"]:
        texts = datasets.Features({column: datasets.Value("string") for column in ["id", "qid1", "qid2", "question1", "question2", "is_duplicate"]})
        of = table(folder / "QQP" / f"{name}.tsv", **glue, features=texts)
        whole = [row for row in of if row["is_duplicate"]]
        found[f"QQP/{name}"] = [[row["question1"], row["question2"], int(row["is_duplicate"])] for row in whole]
    for split in SPLITS:
        of = table(folder / "ag_news" / f"{split}.csv", column_names=["label", "title", "description"])
        found[f"ag_news/{split}"] = [[f"{row['title']} {row['description']}", None, row["label"] - 1] for row in of]
        documents = lambda pattern, **kwargs: load("text", data_files=str(folder / pattern), sample_by="document", **kwargs)["text"]
        found[f"aclImdb/{split}"] = [[text, None, place] for place, label in enumerate(["neg", "pos"]) for text in documents(f"aclImdb/{split}/{label}/*.txt")]
        found[f"newsgroups/{split}"] = [[text, None, place] for place, label in enumerate(["alt.one", "comp.two"]) for text in documents(f"newsgroups/{split}/{label}/*", encoding="latin-1")]
        of = load("json", data_files=str(folder / "json" / f"{split}.jsonl*"))
        found[f"json/{split}"] = [[row["text"], None, row["label"]] for row in of]
        of = load("parquet", data_files=str(folder / "parquet" / f"{split}*.parquet"))
        found[f"parquet/{split}"] = [[row["text"], None, row["label"]] for row in of]
    for name in ["named", "other_names"]:
        of = load("parquet", data_files=str(folder / "parquet" / f"{name}.parquet"))
        # As declared: in the order of `named`.
        found[f"parquet/{name}"] = [[row["text"], None, ["bad", "good", "mixed"].index(of.features["label"].int2str(row["label"]))] for row in of]
    return found


shutil.rmtree(HERE, ignore_errors=True)
HERE.mkdir()
for layout in [glue, ag_news, imdb, json_lines, parquet, newsgroups]:
    layout(HERE)
(HERE / "texts.json").write_text(json.dumps(read(HERE), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
