"""Reads what was written as the field does: images by torchvision, texts by `datasets` and scikit-learn."""

import csv

import datasets
import numpy as np
import sklearn.datasets
import torchvision
from PIL import Image
from torchvision.datasets.utils import extract_archive

from layouts import TOPICS
from sources import Split, images, texts


def mnist(root, kind=torchvision.datasets.MNIST):
    """MNIST's files, which lie in the folder `MNIST/raw`; those of Fashion-MNIST likewise. torchvision unpacks them first."""
    raw = root / kind.__name__ / "raw"
    if packed := list(raw.glob("*.gz")):
        root = root / "unpacked"
        (root / kind.__name__ / "raw").mkdir(parents=True)
        for file in packed:
            extract_archive(file, root / kind.__name__ / "raw")
    both = {split: kind(root, train=split == "train") for split in ["train", "test"]}
    return {split: images(found.data.numpy(), found.targets.numpy()) for split, found in both.items()}


def unchecked(kind):
    """CIFAR's reader, for files that have not the published checksums."""

    class Unchecked(kind):
        meta = {**kind.meta, "md5": None}

        def _check_integrity(self):
            return True

    return Unchecked


def pickled(root, kind):
    """CIFAR's pickles, fine labels."""
    both = {split: unchecked(kind)(root, train=split == "train") for split in ["train", "test"]}
    return {split: Split(found.data.transpose(0, 3, 1, 2), np.array(found.targets)) for split, found in both.items()}


def binary(folder, names, labels):
    """CIFAR's binary files, which torchvision does not read: `labels` bytes and 3,072 a record; the last label counts."""
    content = b"".join((folder / f"{name}.bin").read_bytes() for name in names)
    rows = np.frombuffer(content, np.uint8).reshape(-1, labels + 3072)
    return Split(rows[:, labels:].reshape(-1, 3, 32, 32), rows[:, labels - 1].astype(np.int64))


def tiny_imagenet(root):
    """Tiny-ImageNet's folders."""
    pixels = lambda image: np.asarray(image).transpose(2, 0, 1)
    found = torchvision.datasets.ImageFolder(root / "train")
    train = Split(np.stack([pixels(image) for image, _ in found]), np.array(found.targets))
    lines = [line.split("\t") for line in (root / "val/val_annotations.txt").read_text().splitlines()]
    # Class by class, as an `ImageFolder` would have them.
    lines.sort(key=lambda line: (line[1], line[0]))
    tested = [pixels(Image.open(root / "val/images" / line[0]).convert("RGB")) for line in lines]
    return {"train": train, "test": Split(np.stack(tested), np.array([found.class_to_idx[line[1]] for line in lines]))}


def load(kind, files, **how):
    """What `datasets` finds in files."""
    return datasets.load_dataset(kind, data_files=[str(file) for file in files], split="train", **how)


def table(path, columns, label):
    """A table of GLUE's: the columns of the texts, that of the label."""
    names = path.open(encoding="utf-8").readline().rstrip("\n").split("\t")
    found = load("csv", [path], sep="\t", quoting=csv.QUOTE_NONE, keep_default_na=False, features=datasets.Features({name: datasets.Value("string") for name in names}))
    rows = [tuple(row[column] for column in columns) for row in found]
    return Split([row if len(row) == 2 else (row[0], None) for row in rows], np.array([int(row[label]) for row in found]))


def folders(root, names, encoding):
    """A file for each text, in a folder for each class, as scikit-learn reads them."""
    found = sklearn.datasets.load_files(root, categories=names, encoding=encoding, shuffle=False)
    # Class by class.
    return texts(sorted(zip(found.data, found.target.tolist()), key=lambda row: row[1]))


def json_lines(path):
    """Reuters' topics."""
    return texts([(row["text"], TOPICS.index(row["label"])) for row in load("json", [path])])


def parquet(files):
    """Texts and their classes."""
    return texts([(row["text"], row["label"]) for row in load("parquet", files)])


def ag_news(path):
    """AG News' tables: title and description."""
    columns = datasets.Features({"label": datasets.Value("int64"), "title": datasets.Value("string"), "description": datasets.Value("string")})
    found = load("csv", [path], column_names=list(columns), features=columns, keep_default_na=False)
    return texts([(f"{row['title']} {row['description']}", row["label"] - 1) for row in found])
