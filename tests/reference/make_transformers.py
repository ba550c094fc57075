"""Networks for text as transformers has them: names and shapes of their tensors, logits and gradients.

Run with torch 2.13.0 and transformers 5.24.0:
  python make_transformers.py > transformers.json              # small ones
  python make_transformers.py --full > transformers_full.json  # names and sizes of those in full size

Weights and tokens are made up (`made_up.py`), so that none need to be stored; of a gradient a digest is written down. All is
computed in float64 from the weights as float32 has them.
"""

import json
import sys

import numpy
import torch
import torch.nn.functional as F
from transformers import BertConfig, BertForSequenceClassification, RobertaConfig, RobertaForSequenceClassification

import made_up
from text_networks import TEXTS

CLASSES = 3


def tokens_of(rows: int, length: int, vocabulary: int, padding: int, segments: int):
    """Rows of several lengths, the longest of all columns; of two texts where the model is told so."""
    drawn = ((made_up.units("tokens", rows * length) + 1) / 2 * (vocabulary - 3)).astype(numpy.int64) + 3
    ids = torch.from_numpy(drawn).view(rows, length)
    types = torch.zeros_like(ids)
    for row in range(rows):
        end = length - row * length // (rows + 1)
        ids[row, end:] = padding
        if segments > 1:
            types[row, end // 2 : end] = 1
    return ids, types


def case(arch: str, model, rows: int, length: int, padding: int, segments: int) -> dict:
    config = model.config
    model = made_up.fill(model).double().eval()
    ids, types = tokens_of(rows, length, config.vocab_size, padding, segments)
    labels = made_up.labels(rows, CLASSES)
    told = {"token_type_ids": types} if segments > 1 else {}
    logits = model(ids, attention_mask=(ids != padding).long(), **told).logits
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    return {
        "arch": arch,
        "vocabulary": config.vocab_size,
        "padding": padding,
        "segments": segments,
        "tokens": (ids + types * config.vocab_size).tolist(),
        "labels": labels.tolist(),
        "shapes": {name: list(value.shape) for name, value in model.state_dict().items()},
        "logits": [[made_up.short(value) for value in row] for row in logits.tolist()],
        "loss": made_up.short(loss.item()),
        "gradients": {name: made_up.digest(name, value.grad) for name, value in model.named_parameters()},
    }


def configured(kind, **sizes):
    return kind(num_labels=CLASSES, attn_implementation="eager", **sizes)


def small() -> dict:
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128}
    bert = configured(BertConfig, vocab_size=50, max_position_embeddings=20, **sizes)
    # Two rows more: padding has one, and the id before it is no position.
    roberta = configured(
        RobertaConfig, vocab_size=50, max_position_embeddings=20 + 2, type_vocab_size=1, layer_norm_eps=1e-5, **sizes
    )
    arguments = "layers: 2, width: 32, heads: 4, positions: 20"
    return {
        "bert": case(f"bert({arguments})", BertForSequenceClassification(bert), 4, 12, 0, 2),
        "bert of one text": case(f"bert({arguments})", BertForSequenceClassification(bert), 3, 9, 0, 1),
        "roberta": case(f"roberta({arguments})", RobertaForSequenceClassification(roberta), 4, 12, 1, 1),
    }


def full() -> list:
    told = []
    for call, text in TEXTS.items():
        # No memory is filled.
        with torch.device("meta"):
            model = text.build()
        parameters = sum(p.numel() for p in model.parameters())
        # By name: RoBERTa's embeddings stand in another order there than they are added in.
        entries = made_up.entries(sorted(model.state_dict().items()))
        told.append({"call": call, "data": text.data(), "entries": entries, "parameters": parameters})
    return told


if sys.argv[1:] == ["--full"]:
    print(json.dumps(full(), indent=1))
else:
    print(json.dumps(small(), separators=(",", ":")))
