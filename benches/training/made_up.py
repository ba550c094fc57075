"""Made-up data in the form of CIFAR-100 and MNIST, texts, and a teacher: the same for every contender.

What a step takes does not hang on what the data say, so bytes are drawn at random.
"""

import pickle
import struct
from pathlib import Path

import numpy as np

CLASSES = 100
TEST = 1_000
# Counts what is made, so that a folder of before is filled anew.
FORM = 2


def make(folder: Path, images: int) -> None:
    """Writes everything, unless it is there."""
    finished = folder / f"finished-{images}-{FORM}"
    if finished.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("finished-*"):
        old.unlink()
    cifar(folder, {"train": images, "test": TEST})
    mnist(folder / "mnist", {"train": 60_000, "t10k": 10_000})
    texts(folder / "texts", {"train": 4_096, "test": 512})
    teacher(folder)
    finished.touch()


def cifar(folder: Path, counts: dict[str, int]) -> None:
    """CIFAR-100 twice: its binary files, which kdp reads, and its pickles, which torchvision reads."""
    binary, pickles = folder / "cifar-100-binary", folder / "cifar-100-python"
    binary.mkdir(exist_ok=True)
    pickles.mkdir(exist_ok=True)
    drawn = np.random.default_rng(0)
    for split, count in counts.items():
        pixels = drawn.integers(0, 256, (count, 3 * 32 * 32), dtype=np.uint8)
        fine = drawn.integers(0, CLASSES, (count, 1), dtype=np.uint8)
        coarse = fine // 5
        np.hstack([coarse, fine, pixels]).tofile(binary / f"{split}.bin")
        contents = {"data": pixels, "fine_labels": fine[:, 0].tolist()}
        (pickles / split).write_bytes(pickle.dumps(contents))
    names = {"fine_label_names": [str(label) for label in range(CLASSES)]}
    (pickles / "meta").write_bytes(pickle.dumps(names))


def mnist(folder: Path, counts: dict[str, int]) -> None:
    """The four IDX files."""
    folder.mkdir(exist_ok=True)
    drawn = np.random.default_rng(1)
    for split, count in counts.items():
        images = drawn.integers(0, 256, (count, 28, 28), dtype=np.uint8).tobytes()
        labels = drawn.integers(0, 10, count, dtype=np.uint8).tobytes()
        head = struct.pack(">IIII", 0x803, count, 28, 28)
        (folder / f"{split}-images-idx3-ubyte").write_bytes(head + images)
        head = struct.pack(">II", 0x801, count)
        (folder / f"{split}-labels-idx1-ubyte").write_bytes(head + labels)


def texts(folder: Path, counts: dict[str, int]) -> None:
    """Two tables of texts of 128 letters and their labels."""
    folder.mkdir(exist_ok=True)
    drawn = np.random.default_rng(2)
    for split, count in counts.items():
        letters = drawn.integers(ord("a"), ord("z") + 1, (count, 128), dtype=np.uint8)
        labels = drawn.integers(0, 2, count)
        rows = [f"{text.tobytes().decode()}\t{label}\n" for text, label in zip(letters, labels)]
        (folder / f"{split}.tsv").write_text("text\tlabel\n" + "".join(rows))


def teacher(folder: Path) -> None:
    """A ResNet-56 as it is drawn, but with the batch norms' statistics of the data: without these its
    logits overflow."""
    import torch
    from safetensors.torch import save_file
    from torchdistill.models.classification.resnet import resnet56

    torch.manual_seed(0)
    network = resnet56(num_classes=CLASSES).train()
    with torch.no_grad():
        for _ in range(20):
            network(torch.randn(64, 3, 32, 32))
    save_file(network.state_dict(), folder / "teacher.safetensors")
