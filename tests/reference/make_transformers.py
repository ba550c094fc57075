"""Networks for text as transformers has them: names and shapes of their tensors, logits and gradients.

Run with torch 2.13.0 and transformers 5.24.0: python make_transformers.py > transformers.json
With --full-size, of BERT-base and RoBERTa-base.

Weights are a function of a tensor's name and a value's place (`weights`), so that none need to be stored. Of a
gradient its norm and its products with two such vectors are written down. All is computed in float64 from the
weights as float32 has them.
"""

import json
import sys

import numpy as np
import torch
import torch.nn.functional as F
from transformers import BertConfig, BertForSequenceClassification, RobertaConfig, RobertaForSequenceClassification

CLASSES = 3


def uniform(name: str, count: int) -> np.ndarray:
    """Numbers in [-1, 1): the hash "lowbias32" (Wellons 2018) of the place, begun with FNV-1a of the name."""
    begin = 2166136261
    for byte in name.encode():
        begin = (begin ^ byte) * 16777619 % 2**32
    x = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(begin)
    for shift, factor in [(16, 0x7FEB352D), (15, 0x846CA68B)]:
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    x ^= x >> np.uint32(16)
    return x.astype(np.float64) / 2**31 - 1


def weights(name: str, shape: list[int]) -> torch.Tensor:
    """Of the size that keeps activations near 1: matrices by their inputs, layer norm's weights about 1."""
    values = uniform(name, int(np.prod(shape)))
    if len(shape) == 2:
        values *= 1.0 if "embeddings" in name else (3 / shape[1]) ** 0.5
    else:
        values *= 0.1
    if name.endswith("LayerNorm.weight"):
        values += 1
    return torch.from_numpy(values.astype(np.float32)).view(shape).double()


def digest(name: str, gradient: torch.Tensor) -> list[float]:
    flat = gradient.flatten().numpy()
    along = [flat @ uniform(f"{name} {which}", len(flat)) for which in (1, 2)]
    return [float(value) for value in [np.linalg.norm(flat), *along]]


def tokens_of(rows: int, length: int, vocabulary: int, padding: int, segments: int):
    """Rows of several lengths, the longest of all columns; of two texts where the model is told so."""
    drawn = ((uniform("tokens", rows * length) + 1) / 2 * (vocabulary - 3)).astype(np.int64) + 3
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
    model = model.double().eval()
    state = model.state_dict()
    model.load_state_dict({name: weights(name, list(value.shape)) for name, value in state.items()})
    ids, types = tokens_of(rows, length, config.vocab_size, padding, segments)
    labels = torch.arange(rows) % CLASSES
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
        "shapes": {name: list(value.shape) for name, value in state.items()},
        "logits": logits.tolist(),
        "loss": loss.item(),
        "gradients": {name: digest(name, value.grad) for name, value in model.named_parameters()},
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


def full_size() -> dict:
    roberta = configured(
        RobertaConfig, vocab_size=50265, max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5
    )
    return {
        "bert_base": case("bert_base()", BertForSequenceClassification(configured(BertConfig)), 3, 40, 0, 2),
        "roberta_base": case("roberta_base()", RobertaForSequenceClassification(roberta), 3, 40, 1, 1),
    }


def rounded(value):
    """Floats to 9 digits."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value


print(json.dumps(rounded(full_size() if "--full-size" in sys.argv else small()), separators=(",", ":")))
