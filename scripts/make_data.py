#!/usr/bin/env python3
"""Makes the data sets that are part of kdp: data/fashion_mini and data/digits.

    apt-get install dataset-fashion-mnist    # the full IDX files, MIT
    python3 scripts/make_data.py             # needs pip and the network for digits.csv.gz

The result is committed; nobody needs this script to build or test kdp. It uses Python's standard
library only and draws nothing at random, so that it makes the same pixels everywhere. (The gzip
bytes may differ between releases of zlib; the SHA-256 of what is inside may not, and is printed.)
"""

import argparse
import csv
import gzip
import hashlib
import io
import struct
import subprocess
import sys
import tempfile
import zipfile
from math import sqrt
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FASHION = Path("/usr/share/datasets/fashion-mnist")
SCIKIT_LEARN = "scikit-learn==1.7.2"
CLASSES = 10

# A sample is (pixels, label); its pixels are rows of bytes, top to bottom.


def read_idx(path, magic):
    """The header's sizes and the bytes of a gzipped IDX file."""
    with gzip.open(path) as file:
        raw = file.read()
    found, *_ = struct.unpack_from(">i", raw)
    if found != magic:
        sys.exit(f"{path}: magic number {found}, not {magic}")
    dimensions = magic & 0xFF
    sizes = struct.unpack_from(f">{dimensions}i", raw, 4)
    return sizes, raw[4 + 4 * dimensions :]


def write_gz(path, raw):
    """Gzip with no time and no name in the header."""
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(raw)
    print(f"  {path.relative_to(ROOT)}: {path.stat().st_size} bytes,"
          f" sha256 of the content {hashlib.sha256(raw).hexdigest()}")


def write_split(folder, prefix, samples, side):
    images = b"".join(pixels for pixels, _ in samples)
    labels = bytes(label for _, label in samples)
    count = len(samples)
    header = struct.pack(">4i", 0x803, count, side, side)
    write_gz(folder / f"{prefix}-images-idx3-ubyte.gz", header + images)
    write_gz(folder / f"{prefix}-labels-idx1-ubyte.gz", struct.pack(">2i", 0x801, count) + labels)


def write(name, train, test, side, scale):
    print(f"{name}: {len(train)} train, {len(test)} test, {side}x{side}")
    folder = ROOT / "data" / name
    folder.mkdir(parents=True, exist_ok=True)
    write_split(folder, "train", train, side)
    write_split(folder, "t10k", test, side)
    pixels = b"".join(pixels for pixels, _ in train)
    mean = sum(pixels) / len(pixels)
    deviation = sqrt(sum((pixel - mean) ** 2 for pixel in pixels) / len(pixels))
    print(f"  training pixels / {scale}: mean {mean / scale:.6f}, std {deviation / scale:.6f}")


def halve(pixels, side):
    """2x2 means, rounded half up."""
    return bytes(
        (pixels[at] + pixels[at + 1] + pixels[at + side] + pixels[at + side + 1] + 2) // 4
        for y in range(0, side, 2)
        for at in range(y * side, (y + 1) * side, 2)
    )


def fashion_split(prefix, per_class):
    """The first so many images of each class, in the order of the file."""
    (count, side, _), images = read_idx(FASHION / f"{prefix}-images-idx3-ubyte.gz", 0x803)
    _, labels = read_idx(FASHION / f"{prefix}-labels-idx1-ubyte.gz", 0x801)
    size = side * side
    left = [per_class] * CLASSES
    samples = []
    for index in range(count):
        label = labels[index]
        if left[label]:
            left[label] -= 1
            samples.append((halve(images[index * size : (index + 1) * size], side), label))
    return samples


def fashion_mini():
    if not FASHION.is_dir():
        sys.exit(f"{FASHION} is not there: apt-get install dataset-fashion-mnist")
    write("fashion_mini", fashion_split("train", 300), fashion_split("t10k", 100), 14, 255)


def digits_csv():
    """digits.csv.gz out of scikit-learn's wheel."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
             "--only-binary=:all:", "--dest", folder, SCIKIT_LEARN],
            check=True,
        )
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as files:
            return gzip.decompress(files.read("sklearn/datasets/data/digits.csv.gz")).decode()


def digits():
    """Every fifth sample of the list ordered by class (and, in a class, as in the file) is test."""
    samples = [
        (bytes(int(float(field)) for field in row[:-1]), int(float(row[-1])))
        for row in csv.reader(io.StringIO(digits_csv()))
    ]
    by_class = sorted(range(len(samples)), key=lambda index: samples[index][1])
    test = set(by_class[::5])
    write(
        "digits",
        [sample for index, sample in enumerate(samples) if index not in test],
        [sample for index, sample in enumerate(samples) if index in test],
        8,
        16,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("only", nargs="?", choices=["fashion_mini", "digits"], help="one of them")
    only = parser.parse_args().only
    if only in (None, "fashion_mini"):
        fashion_mini()
    if only in (None, "digits"):
        digits()


if __name__ == "__main__":
    main()
