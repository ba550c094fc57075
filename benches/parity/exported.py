"""Holds encoders that kdp has trained and exported against transformers.

A BERT, which reads pairs, and a RoBERTa are trained for some steps on odd sentences, each with a student of its own;
`kdp export` writes their weights. transformers reads them by their names, strictly, both into a model and as a folder of
its own, makes tokens of the same sentences by itself, and its logits are held against
- those of kdp for the same rows: 1e-4, absolute,
- what kdp measured of the trained models themselves: the confidence log(p / (1 - p)) of each label's class, 1e-4.
"""

import argparse
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification, BertConfig, BertTokenizer, RobertaConfig, RobertaTokenizer

import parity

TOKENS = parity.ROOT / "tests/reference/tokens"
LIMIT = 1e-4
LENGTH = 32
TESTED = 28

PIPELINE = """\
use std.archs.{arch}
use std.recipes.paper_text

dataset data = json_text("train.jsonl", "test.jsonl", text: ["text"], {pair}label: "label", labels: ["0", "1", "2"], length: {length}, tokens: {tokens}, train: {train}, test: {test})

recipe short = paper_text with {{ batch: 16, length: 12 steps, lr: 1e-3 }}

teacher big = {big} {{ data: data.train, recipe: short }}
student small = {small} {{ data: data.train, recipe: short, objective: distill(big) }}

measure gap = deviation(small, big, on: data.test, class: truth)
"""


@dataclass
class Encoder:
    """An encoder: the function that makes it in kdp, its tokenizer in both, what transformers calls its sizes besides those
    that differ between teacher and student."""

    arch: str
    tokens: str
    tokenizer: object
    config: type
    sizes: dict
    pairs: bool


ENCODERS = [
    Encoder(
        "bert",
        f'wordpiece("{TOKENS}/vocab.txt", lowercase: false, vocabulary: 900)',
        BertTokenizer(str(TOKENS / "vocab.txt"), do_lower_case=False),
        BertConfig,
        {"vocab_size": 900},
        pairs=True,
    ),
    Encoder(
        "roberta",
        f'byte_bpe("{TOKENS}/vocab.json", "{TOKENS}/merges.txt", vocabulary: 700)',
        RobertaTokenizer(str(TOKENS / "vocab.json"), str(TOKENS / "merges.txt")),
        RobertaConfig,
        {"vocab_size": 700, "max_position_embeddings": 514, "type_vocab_size": 1, "layer_norm_eps": 1e-5},
        pairs=False,
    ),
]

# Layers, width and heads of the two models of each.
SIZES = {"big": (4, 128, 4), "small": (2, 64, 2)}


def call(encoder, model):
    """The network of a model in kdp."""
    layers, width, heads = SIZES[model]
    return f"{encoder.arch}(layers: {layers}, width: {width}, heads: {heads})"


def config(encoder, model):
    """The same in transformers."""
    layers, width, heads = SIZES[model]
    sizes = {"num_hidden_layers": layers, "hidden_size": width, "num_attention_heads": heads, "intermediate_size": 4 * width}
    return encoder.config(**encoder.sizes, **sizes, num_labels=3)


def write(encoder, folder):
    """The sentences and the pipeline; the tested rows."""
    odd = json.loads((TOKENS / "tokens.json").read_text())
    rows = [{"text": text, "pair": pair, "label": nth % 3} for nth, (text, pair) in enumerate(zip(odd["sentences"], odd["pairs"]))]
    train, test = rows[:-TESTED], rows[-TESTED:]
    for name, rows in [("train", train), ("test", test)]:
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pair = 'pair: "pair", ' if encoder.pairs else ""
    calls = {model: call(encoder, model) for model in SIZES}
    told = {"arch": encoder.arch, "pair": pair, "length": LENGTH, "tokens": encoder.tokens, "train": len(train), "test": TESTED}
    (folder / "encoders.kdp").write_text(PIPELINE.format(**told, **calls))
    return test


def tokens(encoder, rows):
    """The rows' tokens as transformers makes them, a token of a second text as its id + the size of the vocabulary."""
    second = [row["pair"] for row in rows] if encoder.pairs else None
    how = {"truncation": "longest_first", "max_length": LENGTH, "padding": "max_length", "return_token_type_ids": True}
    made = encoder.tokenizer([row["text"] for row in rows], second, **how)
    return torch.tensor(made["input_ids"]) + encoder.sizes["vocab_size"] * torch.tensor(made["token_type_ids"])


def loaded(encoder, model, folder):
    """What transformers makes of the exported file, in single precision and in evaluation mode: as a state dict, and as a
    folder of its own."""
    exported = load_file(folder / f"{model}.safetensors")
    own = AutoModelForSequenceClassification.from_config(config(encoder, model))
    own.load_state_dict(exported, strict=True)
    published = folder / f"{model} of transformers"
    published.mkdir()
    config(encoder, model).save_pretrained(published)
    shutil.copy(folder / f"{model}.safetensors", published / "model.safetensors")
    again, told = AutoModelForSequenceClassification.from_pretrained(published, output_loading_info=True)
    assert not any(told.values()), told
    assert all(torch.equal(again.state_dict()[name], tensor) for name, tensor in own.state_dict().items())
    return own.eval()


def off(found, wanted):
    """The largest distance."""
    return (found.double() - wanted.double()).abs().max().item()


@torch.no_grad()
def held(encoder, program, folder):
    """Two rows of the table, and whether all is within the limit."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = write(encoder, folder)
    kdp = lambda *words: subprocess.run([program, *words, "--store", "store", "--json"], cwd=folder, check=True, stdout=subprocess.PIPE)
    steps = json.loads(kdp("run", "encoders.kdp").stdout)["models"]["big"]["steps"]
    for node in ["big", "small", "gap"]:
        kdp("export", "encoders.kdp", node, "-o", f"{node}.safetensors")
    points = load_file(folder / "gap.safetensors")
    labels = torch.tensor([row["label"] for row in rows])
    assert torch.equal(points["label"], labels)
    well = True
    for model, axis in [("big", "x"), ("small", "y")]:
        own, ids = loaded(encoder, model, folder), tokens(encoder, rows)
        # What spells the padding token is padding to kdp, and so it is to the mask here.
        logits = parity.of_tokens(own, ids)
        shares = logits.double().softmax(1)[torch.arange(TESTED), labels]
        data = f'text_file("a.csv", "b.csv", labels: ["0", "1", "2"], train: 64, test: 1, length: {LENGTH}, tokens: {encoder.tokens})'
        case = parity.Case(call(encoder, model), data, None, ids, 3)
        again, _ = parity.kdp(case, folder / model, load_file(folder / f"{model}.safetensors"), parity.made_up.labels(TESTED, 3))
        distances = off(again["logits"], logits), off(points[axis], torch.logit(shares))
        near = max(distances) <= LIMIT
        well &= near
        count = len(own.state_dict())
        print(f"| `{case.call}` | {steps} | {count} | {distances[0]:.1e} | {distances[1]:.1e} |{'' if near else ' **over** |'}", flush=True)
    return well


def main():
    """As the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kdp", type=Path, required=True, help="the command")
    parser.add_argument("--folder", type=Path, required=True, help="where weights are written")
    args = parser.parse_args()
    print("| network | steps | tensors | logits | confidence |\n| --- | --: | --: | --: | --: |", flush=True)
    well = [held(encoder, args.kdp.resolve(), args.folder.resolve() / encoder.arch) for encoder in ENCODERS]
    raise SystemExit(not all(well))


if __name__ == "__main__":
    main()
