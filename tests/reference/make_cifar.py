"""CIFAR's Python files, small, in the official layout: as Python 2 wrote the published ones, and as Python 3
would write them. torchvision must read them back.

Run with torchvision 0.28.0 and numpy: python make_cifar.py
It fills `cifar/`, from the images of Fashion-MNIST in `data/`.
"""

import gzip
import json
import pathlib
import pickle
import shutil
import struct

import numpy
import torchvision

HERE = pathlib.Path(__file__).parent
FOLDER = HERE / "cifar"
DATA = HERE.parent.parent / "data"


class Python2(pickle._Pickler):
    """Writes texts and bytes as Python 2's `str`, and NumPy's names as they were."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_str(self, text):
        content = text.encode("latin1") if isinstance(text, str) else bytes(text)
        short = len(content) < 256
        self.write((b"U" + struct.pack("<B", len(content)) if short else b"T" + struct.pack("<i", len(content))) + content)
        self.memoize(text)

    dispatch[str] = save_str
    dispatch[bytes] = save_str

    def save_global(self, what, name=None):
        if getattr(what, "__name__", "") == "_reconstruct":
            self.write(b"cnumpy.core.multiarray\n_reconstruct\n")
            self.memoize(what)
        else:
            super().save_global(what, name)


def images(count):
    """`count` images [3, 32, 32]: one of Fashion-MNIST, its negative and its mirror image."""
    content = gzip.decompress((DATA / "fashion_mini" / "train-images-idx3-ubyte.gz").read_bytes())
    raw = numpy.frombuffer(content[16:], numpy.uint8).reshape(-1, 14, 14)[:count]
    large = numpy.pad(raw.repeat(2, axis=1).repeat(2, axis=2), ((0, 0), (2, 2), (2, 2)))
    return numpy.stack([large, 255 - large, large[:, :, ::-1]], axis=1).reshape(count, 3072)


def write(path, what, python_2):
    with open(path, "wb") as file:
        if python_2:
            Python2(file, protocol=2).dump(what)
        else:
            pickle.dump(what, file, protocol=2)


def weighed(image):
    """A number that tells where each byte is."""
    return int((image.reshape(-1).astype(numpy.int64) * numpy.arange(1, 3073)).sum())


class Ten(torchvision.datasets.CIFAR10):
    meta = {**torchvision.datasets.CIFAR10.meta, "md5": None}

    def _check_integrity(self):
        return True


class Hundred(torchvision.datasets.CIFAR100):
    meta = {**torchvision.datasets.CIFAR100.meta, "md5": None}

    def _check_integrity(self):
        return True


def seen(dataset):
    """Labels and images as torchvision has them, channels first again."""
    return {"labels": [int(label) for label in dataset.targets], "weighed": [weighed(image.transpose(2, 0, 1)) for image in dataset.data]}


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    pixels = images(6)
    wanted = {}
    for kind in ("python_2", "python_3"):
        old = kind == "python_2"
        ten = FOLDER / kind / Ten.base_folder
        ten.mkdir(parents=True)
        for batch in range(6):
            name = f"data_batch_{batch + 1}" if batch < 5 else "test_batch"
            what = {"batch_label": f"batch {batch + 1}", "labels": [9 - batch], "data": pixels[batch : batch + 1].copy(), "filenames": [f"{batch}.png"]}
            write(ten / name, what, old)
        write(ten / "batches.meta", {"label_names": [f"class {nth}" for nth in range(10)]}, old)
        hundred = FOLDER / kind / Hundred.base_folder
        hundred.mkdir(parents=True)
        for name, rows, fine, coarse in [("train", slice(0, 3), [7, 99, 0], [1, 19, 4]), ("test", slice(3, 5), [55, 3], [0, 2])]:
            count = len(fine)
            what = {"filenames": [f"{name}_{nth}.png" for nth in range(count)], "batch_label": name, "fine_labels": fine, "coarse_labels": coarse, "data": pixels[rows].copy()}
            write(hundred / name, what, old)
        write(hundred / "meta", {"fine_label_names": [f"class {nth}" for nth in range(100)], "coarse_label_names": []}, old)
        found = {
            "ten": {"train": seen(Ten(FOLDER / kind)), "test": seen(Ten(FOLDER / kind, train=False))},
            "hundred": {"train": seen(Hundred(FOLDER / kind)), "test": seen(Hundred(FOLDER / kind, train=False))},
        }
        assert wanted in ({}, found)
        wanted = found
    coarse = pickle.loads((hundred / "train").read_bytes(), encoding="latin1")["coarse_labels"]
    wanted["coarse"] = {"train": coarse}
    (FOLDER / "cifar.json").write_text(json.dumps(wanted, separators=(",", ":")) + "\n")
