"""Distils a ResNet-56 into ResNet-20s with PyTorch, as fast as its authors could make it. Prints the
seconds of each epoch.

What is done: tensors in memory, crops and flips of a whole batch by one gather, channels-last, bfloat16,
the teacher frozen and compiled, its batch norms folded, a fused optimiser, no wait for a number, and malloc
told by the environment to keep its memory. The student is eager: compiled, its step takes no less.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch._inductor.config
import torch.nn.functional as F
from safetensors.torch import load_file
from torch.fx.experimental.optimization import fuse
from torchdistill.models.classification.resnet import resnet20, resnet56

from epochs import timed
from made_up import CLASSES

BATCH, PADDING, SIDE = 128, 4, 32
MEAN = torch.tensor([0.5071, 0.4865, 0.4409])
STD = torch.tensor([0.2673, 0.2564, 0.2762])


class Images:
    """A split in memory, channels last."""

    def __init__(self, file: Path):
        records = torch.from_numpy(np.fromfile(file, dtype=np.uint8)).view(-1, 2 + 3 * SIDE * SIDE)
        self.labels = records[:, 1].long()
        plain = records[:, 2:].view(-1, 3, SIDE, SIDE).permute(0, 2, 3, 1).contiguous()
        padded = F.pad(plain, (0, 0, PADDING, PADDING, PADDING, PADDING))
        both = torch.stack([padded, padded.flip(2)])
        # [flipped, sample, down, right, C, height, width]: every crop of every image, by strides alone.
        crops = both.unfold(2, SIDE, 1).unfold(3, SIDE, 1)
        self.crops = crops.permute(0, 1, 2, 3, 5, 6, 4)

    def __len__(self):
        return len(self.labels)

    def augmented(self, rows):
        drawn = torch.randint(2 * PADDING + 1, (2, len(rows)))
        flipped = torch.randint(2, (len(rows),))
        return normalised(self.crops[flipped, rows, drawn[0], drawn[1]])

    def plain(self, rows):
        return normalised(self.crops[0, rows, PADDING, PADDING])


def normalised(pixels):
    """N×H×W×C bytes as N×C×H×W bfloat16 in channels-last memory."""
    numbers = torch.addcmul(-MEAN / STD, pixels.float(), 1 / (255 * STD))
    return numbers.to(torch.bfloat16).permute(0, 3, 1, 2)


def teacher_of(folder: Path):
    network = resnet56(num_classes=CLASSES)
    network.load_state_dict(load_file(folder / "teacher.safetensors"))
    network = fuse(network.eval()).to(torch.bfloat16, memory_format=torch.channels_last)
    torch._inductor.config.freezing = True
    # An epoch's last batch is smaller, and quicker where it is compiled for its own size.
    return torch.compile(network, dynamic=False)


class Student:
    """A network, its optimiser and its temperature."""

    def __init__(self, temperature: float):
        torch.manual_seed(0)
        self.network = resnet20(num_classes=CLASSES).to(memory_format=torch.channels_last)
        self.temperature = temperature
        self.optimizer = torch.optim.SGD(
            self.network.parameters(),
            lr=0.05,
            momentum=0.9,
            nesterov=True,
            weight_decay=5e-4,
            fused=True,
        )

    def step(self, images, labels, taught):
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.network(images)
        logits, tau = logits.float(), self.temperature
        soft = F.kl_div(
            F.log_softmax(logits / tau, 1), F.softmax(taught / tau, 1), reduction="batchmean"
        )
        loss = 0.9 * tau * tau * soft + 0.1 * F.cross_entropy(logits, labels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()

    @torch.inference_mode()
    def accuracy(self, images: Images) -> float:
        self.network.eval()
        right = 0
        for rows in torch.arange(len(images)).split(256):
            with torch.autocast("cpu", torch.bfloat16):
                told = self.network(images.plain(rows)).argmax(-1)
            right += (told == images.labels[rows]).sum()
        self.network.train()
        return right.item() / len(images)


def train_epoch(teacher, students: list[Student], train: Images, test: Images) -> None:
    """One epoch of students that share the teacher's answers."""
    for rows in torch.randperm(len(train)).split(BATCH):
        images, labels = train.augmented(rows), train.labels[rows]
        with torch.inference_mode():
            taught = teacher(images).float()
        for student in students:
            student.step(images, labels, taught)
    for student in students:
        student.accuracy(test)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--epochs", type=int, default=3)
    asked.add_argument("--temperatures", type=float, nargs="+", default=[4.0])
    asked.add_argument("--shared", action="store_true", help="the teacher runs once for all students")
    asked = asked.parse_args()
    torch.set_num_threads(2)
    binary = asked.folder / "cifar-100-binary"
    train, test = Images(binary / "train.bin"), Images(binary / "test.bin")
    teacher = teacher_of(asked.folder)
    students = [Student(temperature) for temperature in asked.temperatures]
    together = [students] if asked.shared else [[student] for student in students]

    def epoch():
        for some in together:
            train_epoch(teacher, some, train, test)

    timed(asked.epochs, epoch)


if __name__ == "__main__":
    main()
