"""Trains a network 784-1000-10 with PyTorch, as fast as its authors could make it. Prints the seconds
of each epoch.

Tensors in memory, a fused optimiser, no wait for a number, malloc told by the environment to keep its
memory; with `--compile`, torch.compile for the loss, with `--bf16`, bfloat16 by autocast.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from epochs import timed

BATCH = 128
MEAN, STD = 0.1307, 0.3081


class Images:
    """A split in memory."""

    def __init__(self, folder: Path, split: str):
        pixels = np.fromfile(folder / f"{split}-images-idx3-ubyte", dtype=np.uint8)[16:]
        labels = np.fromfile(folder / f"{split}-labels-idx1-ubyte", dtype=np.uint8)[8:]
        numbers = torch.from_numpy(pixels).view(-1, 784).float()
        self.images = numbers.div_(255).sub_(MEAN).div_(STD)
        self.labels = torch.from_numpy(labels).long()


def train_epoch(step, train: Images) -> None:
    for rows in torch.randperm(len(train.labels)).split(BATCH):
        step(train.images[rows], train.labels[rows])


@torch.inference_mode()
def accuracy(network, test: Images) -> float:
    pairs = zip(test.images.split(256), test.labels.split(256))
    right = sum((network(images).argmax(-1) == labels).sum() for images, labels in pairs)
    return right.item() / len(test.labels)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--epochs", type=int, default=6)
    asked.add_argument("--compile", action="store_true")
    asked.add_argument("--bf16", action="store_true")
    asked = asked.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(0)
    train, test = (Images(asked.folder / "mnist", split) for split in ("train", "t10k"))
    network = nn.Sequential(nn.Linear(784, 1000), nn.ReLU(), nn.Linear(1000, 10))
    optimizer = torch.optim.SGD(
        network.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4, fused=True
    )

    def loss_of(images, labels):
        with torch.autocast("cpu", torch.bfloat16, enabled=asked.bf16):
            logits = network(images)
        return F.cross_entropy(logits.float(), labels)

    if asked.compile:
        loss_of = torch.compile(loss_of, dynamic=False)

    def step(images, labels):
        optimizer.zero_grad(set_to_none=True)
        loss_of(images, labels).backward()
        optimizer.step()

    def epoch():
        train_epoch(step, train)
        accuracy(network, test)

    timed(asked.epochs, epoch)


if __name__ == "__main__":
    main()
