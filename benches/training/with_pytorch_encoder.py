"""Trains an encoder of four layers, 128 wide, on texts of 128 tokens with PyTorch, as fast as its authors could
make it. Prints the seconds of each epoch.

Tensors in memory, one product for queries, keys and values, a fused optimiser, bfloat16 by autocast with `--bf16`,
malloc told by the environment to keep its memory. Attention is written out, which with dropout is quicker on a CPU
than `scaled_dot_product_attention`; `--fused` takes that one. `--compile` adds torch.compile.
"""

import argparse
import csv
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from epochs import timed

BATCH, LENGTH, VOCABULARY, WIDTH, HEADS, LAYERS, DROPOUT = 64, 128, 257, 128, 4, 4, 0.1


class Texts:
    """A split in memory: bytes as tokens, cut and padded."""

    def __init__(self, folder: Path, split: str):
        with open(folder / f"{split}.tsv", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        tokens = np.zeros((len(rows), LENGTH), dtype=np.int64)
        for row, into in zip(rows, tokens):
            content = np.frombuffer(row["text"].encode()[:LENGTH], dtype=np.uint8)
            into[: len(content)] = content.astype(np.int64) + 1
        self.tokens = torch.from_numpy(tokens)
        self.labels = torch.tensor([int(row["label"]) for row in rows])


class Attention(nn.Module):
    def __init__(self, fused: bool):
        super().__init__()
        self.fused = fused
        self.parts = nn.Linear(WIDTH, 3 * WIDTH)

    def forward(self, x, mask):
        n, length, _ = x.shape
        query, key, value = self.parts(x).view(n, length, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        rate = DROPOUT if self.training else 0.0
        if self.fused:
            out = F.scaled_dot_product_attention(query, key, value, mask, rate)
        else:
            scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-2, -1) + mask
            out = F.dropout(scores.softmax(-1), rate, self.training) @ value
        return out.transpose(1, 2).reshape(n, length, WIDTH)


class Layer(nn.Module):
    def __init__(self, fused: bool):
        super().__init__()
        self.attention, self.out = Attention(fused), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.norms = nn.ModuleList([nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)])
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, x, mask):
        x = self.norms[0](x + self.drop(self.out(self.attention(x, mask))))
        return self.norms[1](x + self.drop(self.down(F.gelu(self.up(x)))))


class Encoder(nn.Module):
    def __init__(self, fused: bool):
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH, padding_idx=0)
        self.places = nn.Embedding(LENGTH + 1, WIDTH, padding_idx=0)
        self.norm, self.drop = nn.LayerNorm(WIDTH), nn.Dropout(DROPOUT)
        self.layers = nn.ModuleList([Layer(fused) for _ in range(LAYERS)])
        self.dense, self.out = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 2)

    def forward(self, tokens):
        counted = tokens != 0
        places = counted.cumsum(1) * counted
        mask = torch.where(counted, 0.0, -1e30)[:, None, None, :]
        x = self.drop(self.norm(self.words(tokens) + self.places(places)))
        if torch.is_autocast_enabled("cpu"):
            mask = mask.bfloat16()
        for layer in self.layers:
            x = layer(x, mask)
        return self.out(self.drop(torch.tanh(self.dense(self.drop(x[:, 0])))))


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--epochs", type=int, default=3)
    asked.add_argument("--bf16", action="store_true")
    asked.add_argument("--fused", action="store_true")
    asked.add_argument("--compile", action="store_true")
    asked = asked.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(0)
    train, test = (Texts(asked.folder / "texts", split) for split in ("train", "test"))
    network = Encoder(asked.fused)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4, weight_decay=0.01, fused=True)

    def logits_of(tokens):
        with torch.autocast("cpu", torch.bfloat16, enabled=asked.bf16):
            return network(tokens).float()

    if asked.compile:
        logits_of = torch.compile(logits_of, dynamic=False)

    def epoch():
        network.train()
        for rows in torch.randperm(len(train.labels)).split(BATCH):
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(logits_of(train.tokens[rows]), train.labels[rows]).backward()
            optimizer.step()
        network.eval()
        with torch.inference_mode():
            for tokens in test.tokens.split(256):
                logits_of(tokens).argmax(-1)

    timed(asked.epochs, epoch)


if __name__ == "__main__":
    main()
