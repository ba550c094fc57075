"""Writes samples in the layouts in which published sets come."""

import csv
import gzip
import pickle
import struct

import datasets
import numpy as np
from PIL import Image


def fresh(folder):
    """The folder, empty."""
    folder.mkdir(parents=True)
    return folder


def mnist(folder, splits, packed):
    """The four IDX files, gzipped or not, where torchvision looks for MNIST."""
    folder = fresh(folder / "MNIST/raw")
    for split, name in [("train", "train"), ("test", "t10k")]:
        pixels, labels = splits[split].inputs, splits[split].labels
        for what, head, numbers in [("images-idx3", [2051, len(pixels), 28, 28], pixels), ("labels-idx1", [2049, len(labels)], labels)]:
            content = struct.pack(f">{len(head)}I", *head) + numbers.astype(np.uint8).tobytes()
            path = folder / f"{name}-{what}-ubyte{'.gz' if packed else ''}"
            path.write_bytes(gzip.compress(content) if packed else content)


def batches(split, names):
    """A split in as many parts as there are names."""
    places = np.array_split(np.arange(len(split.labels)), len(names))
    return [(name, split.select(part)) for name, part in zip(names, places)]


def cifar10(folder, splits):
    """CIFAR-10's binary files and its pickles."""
    binary, pickled = fresh(folder / "cifar-10-batches-bin"), fresh(folder / "cifar-10-batches-py")
    train = [f"data_batch_{nth + 1}" for nth in range(5)]
    for name, part in [*batches(splits["train"], train), ("test_batch", splits["test"])]:
        rows = part.inputs.reshape(-1, 3072)
        (binary / f"{name}.bin").write_bytes(np.column_stack([part.labels.astype(np.uint8), rows]).tobytes())
        batch = {"batch_label": name, "labels": part.labels.tolist(), "data": rows, "filenames": [f"{nth}.png" for nth in range(len(rows))]}
        (pickled / name).write_bytes(pickle.dumps(batch, protocol=2))
    (pickled / "batches.meta").write_bytes(pickle.dumps({"label_names": [f"class {nth}" for nth in range(10)]}, protocol=2))


def coarse(labels):
    """A class of twenty for each of a hundred."""
    return labels // 5


def cifar100(folder, splits):
    """CIFAR-100's binary files and its pickles, with fine labels and coarse ones."""
    binary, pickled = fresh(folder / "cifar-100-binary"), fresh(folder / "cifar-100-python")
    for name, split in splits.items():
        rows, groups = split.inputs.reshape(-1, 3072), coarse(split.labels)
        labels = np.column_stack([groups, split.labels]).astype(np.uint8)
        (binary / f"{name}.bin").write_bytes(np.column_stack([labels, rows]).tobytes())
        batch = {"batch_label": name, "fine_labels": split.labels.tolist(), "coarse_labels": groups.tolist(), "data": rows}
        (pickled / name).write_bytes(pickle.dumps(batch, protocol=2))
    names = {"fine_label_names": [f"class {nth}" for nth in range(100)], "coarse_label_names": [f"group {nth}" for nth in range(20)]}
    (pickled / "meta").write_bytes(pickle.dumps(names, protocol=2))


def tiny_imagenet(folder, splits):
    """Tiny-ImageNet's folders: JPEG files, those of a class in `train/CLASS/images`, those to test on in one folder with a
    list of their classes."""
    root = folder / "tiny-imagenet-200"
    save = lambda pixels, path: Image.fromarray(pixels.transpose(1, 2, 0)).save(path, quality=90)
    for label in np.unique(splits["train"].labels):
        name = f"n{label:08}"
        images = fresh(root / "train" / name / "images")
        for nth, place in enumerate(np.flatnonzero(splits["train"].labels == label)):
            save(splits["train"].inputs[place], images / f"{name}_{nth}.JPEG")
    images, lines = fresh(root / "val/images"), []
    for nth, (pixels, label) in enumerate(zip(splits["test"].inputs, splits["test"].labels)):
        save(pixels, images / f"val_{nth}.JPEG")
        lines.append(f"val_{nth}.JPEG\tn{label:08}\t0\t0\t63\t63\n")
    (root / "val/val_annotations.txt").write_text("".join(lines))


def glue(path, columns, rows):
    """A table of GLUE's: tabs, no quoting, a first line that names the columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\t".join(row) + "\n" for row in [columns, *rows]), "utf-8", newline="")


def sst2(folder, splits):
    """SST-2's two tables."""
    for split, name in [("train", "train"), ("test", "dev")]:
        rows = zip(splits[split].inputs, splits[split].labels)
        glue(folder / "sentences" / f"{name}.tsv", ["sentence", "label"], [[text, str(label)] for (text, _), label in rows])


def qqp(folder, splits):
    """QQP's two tables."""
    columns = ["id", "qid1", "qid2", "question1", "question2", "is_duplicate"]
    for split, name in [("train", "train"), ("test", "dev")]:
        rows = enumerate(zip(splits[split].inputs, splits[split].labels))
        glue(folder / "QQP" / f"{name}.tsv", columns, [[str(nth), str(nth), str(nth + 1), *pair, str(label)] for nth, (pair, label) in rows])


def in_folders(root, splits, names, encoding):
    """A file for each text, in a folder for each class."""
    for split, samples in splits.items():
        for label, name in enumerate(names):
            fresh(root / split / name)
        for nth, ((text, _), label) in enumerate(zip(samples.inputs, samples.labels)):
            (root / split / names[label] / f"{nth:05}_{label}.txt").write_bytes(text.encode(encoding))


def imdb(folder, splits):
    """IMDB's folders, and what lies beside its reviews."""
    in_folders(folder / "aclImdb", splits, ["neg", "pos"], "utf-8")
    for split in splits:
        (folder / "aclImdb" / split / "urls_pos.txt").write_text("http://www.imdb.com/title/tt0453418/usercomments\n")
    unrated = fresh(folder / "aclImdb/train/unsup")
    (unrated / "0_0.txt").write_text("Nobody has rated this one.")


def mails(folder, splits):
    """A file for each mail, as it was sent."""
    in_folders(folder / "mails", splits, ["ham", "spam"], "latin-1")


TOPICS = ["acq", "crude", "earn", "grain", "interest", "money-fx", "ship", "trade"]


def json_lines(folder, splits):
    """JSON lines, gzipped."""
    fresh(folder / "reuters")
    for split, samples in splits.items():
        columns = {"text": [text for text, _ in samples.inputs], "label": [TOPICS[label] for label in samples.labels]}
        datasets.Dataset.from_dict(columns).to_json(folder / "reuters" / f"{split}.jsonl.gz", compression="gzip")


def parquet(folder, splits):
    """Parquet files, named as those of Hugging Face's hub."""
    fresh(folder / "newsgroups")
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(num_classes=20)})
    for split, shards in [("train", 2), ("test", 1)]:
        columns = {"text": [text for text, _ in splits[split].inputs], "label": splits[split].labels.tolist()}
        whole = datasets.Dataset.from_dict(columns, features=features)
        for nth in range(shards):
            path = folder / "newsgroups" / f"{split}-{nth:05}-of-{shards:05}.parquet"
            whole.shard(shards, nth, contiguous=True).to_parquet(path)


def ag_news(folder, splits):
    """AG News' two tables: everything in quotes, classes from 1 on, the subject of a mail as title."""
    fresh(folder / "ag_news")
    for split, samples in splits.items():
        with open(folder / "ag_news" / f"{split}.csv", "w", encoding="utf-8", newline="") as file:
            rows = [[str(label + 1), *text.split(" ", 1)] for (text, _), label in zip(samples.inputs, samples.labels)]
            csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
