"""Writes folders and Parquet files of small photographs in many forms, and what torchvision and `datasets` read in them.

Run once with torch 2.13.0, torchvision 0.28.0, datasets 5.2.0, Pillow and scikit-learn: `python make_images.py`. It
writes the folder `images/` beside itself: `exact/` with images of one size, `webp/` with such in that format, `photos/`
with images of several sizes, `flawed/` with JPEGs that libjpeg warns of, each with `train` and `val`, and `parquet/` with those of `exact/` in another order and, in `parquet/broken`, what can be wrong with
such files; and in `images.safetensors` and `images.json` what `torchvision.datasets.ImageFolder` and `transforms` make of
the folders, and which image of `exact/train` `datasets` reads in each row of the Parquet files. `python make_images.py --full FOLDER` writes whole photographs there, for `make parity`.

The photographs are scikit-learn's samples, CC BY 2.0: china.jpg by danielbuechele
(https://www.flickr.com/photos/danielbuechele/6061409035/) and flower.jpg by vultilion
(https://www.flickr.com/photos/vultilion/6056698931/). They are cropped, made smaller and encoded anew.
"""

import contextlib
import json
import math
import os
import pathlib
import shutil
import sys
import tempfile
import unittest.mock

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_CACHE"] = tempfile.mkdtemp()

import datasets as hub
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from PIL import Image
from safetensors.torch import save_file
from sklearn.datasets import load_sample_image
from torchvision import datasets, transforms
from torchvision.transforms._presets import ImageClassification

HERE = pathlib.Path(__file__).parent
ROOT = HERE / "images"
PHOTOS = {name: Image.fromarray(load_sample_image(f"{name}.jpg")) for name in ("china", "flower")}


def put(path, image, **options):
    path = ROOT / path
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)


def exact():
    """Images of 40×30 pixels in every form that is decoded."""
    for name, photo in PHOTOS.items():
        small = photo.crop((80, 60, 560, 420)).resize((40, 30), Image.Resampling.LANCZOS)
        put(f"exact/train/{name}/a.jpg", small, quality=75, subsampling=2)
        put(f"exact/train/{name}/B.JPEG", small, quality=90, subsampling=1, progressive=True)
        put(f"exact/val/{name}/a.png", small)
        grey = small.convert("L")
        if name == "china":
            put("exact/train/china/cmyk.jpg", small.convert("CMYK"), quality=80)
            put("exact/train/china/palette.png", small.quantize(16), transparency=3)
            put("exact/train/china/alpha.png", Image.merge("RGBA", (*small.split(), grey)))
            exif = Image.Exif()
            exif[0x0112] = 6
            put("exact/train/china/nested/turned.jpg", small, quality=85, exif=exif)
        else:
            put("exact/train/flower/grey.jpg", grey, quality=80)
            put("exact/train/flower/grey.png", grey)
            put("exact/train/flower/grey_alpha.png", Image.merge("LA", (grey, grey)))
            put("exact/train/flower/bits.png", small.convert("1"))
            put("exact/train/flower/few.pgm", grey)
            put("exact/train/flower/few.bmp", small)
            sixteen = np.asarray(grey).astype(np.uint16) * 9
            put("exact/train/flower/sixteen.png", Image.fromarray(sixteen))
            # As one of ImageNet's files: a PNG under another name.
            put("exact/train/flower/disguised.jpg", small, format="PNG")
    (ROOT / "exact/train/flower/notes.txt").write_text("no image\n")


def webp():
    """Images of 40×30 pixels as WebP, with and without loss, and with transparency."""
    for name, photo in PHOTOS.items():
        small = photo.crop((80, 60, 560, 420)).resize((40, 30), Image.Resampling.LANCZOS)
        alpha = Image.merge("RGBA", (*small.split(), small.convert("L")))
        put(f"webp/train/{name}/lossless.webp", small, lossless=True)
        put(f"webp/train/{name}/alpha.webp", alpha, lossless=True, exact=True)
        put(f"webp/train/{name}/best.webp", small, quality=95)
        put(f"webp/train/{name}/lossy.webp", small, quality=50, method=6)
        put(f"webp/train/{name}/lossy_alpha.webp", alpha, quality=70, exact=True)
        put(f"webp/val/{name}/lossy.webp", small, quality=80)


def photos():
    """Photographs of several sizes."""
    for name, photo in PHOTOS.items():
        for kind, box, options in [
            ("wide", (0, 100, 190, 190), {"quality": 75, "subsampling": 2}),
            ("tall", (300, 50, 391, 232), {"quality": 60, "subsampling": 2, "progressive": True}),
            ("odd", (200, 200, 333, 311), {"quality": 85, "subsampling": 1}),
        ]:
            put(f"photos/train/{name}/{kind}.jpg", photo.crop(box), **options)
        put(f"photos/val/{name}/small.jpg", photo.crop((10, 10, 61, 49)), quality=80)


def flawed():
    """Images of 40×30 pixels whose coded data is damaged, which Pillow decodes all the same; and one with bytes too many
    at its end, which hurt nothing."""
    for name, photo in PHOTOS.items():
        small = photo.crop((80, 60, 560, 420)).resize((40, 30), Image.Resampling.LANCZOS)
        put(f"flawed/val/{name}/sound.jpg", small, quality=75)
        if name == "flower":
            put("flawed/train/flower/long.jpg", small, quality=75)
            change("flawed/train/flower/long.jpg", lambda file: file[:-2] + bytes(9) + file[-2:])
            continue
        for kind, options, damage in [
            ("overwritten", {}, lambda file: overwritten(file, len(file) - 200)),
            ("progressive", {"progressive": True}, lambda file: overwritten(file, len(file) - 500)),
            ("shortened", {}, lambda file: file[:-300] + file[-2:]),
            # A restart marker that is the wrong one.
            ("unsynchronised", {"restart_marker_rows": 1}, lambda file: file.replace(b"\xff\xd0", b"\xff\xd5")),
        ]:
            path = f"flawed/train/china/{kind}.jpg"
            put(path, small, quality=75, **options)
            change(path, damage)


def overwritten(file, at):
    """No code is all ones."""
    ones = b"\xff\x00" * 30
    return file[:at] + ones + file[at + len(ones) :]


def change(path, damage):
    path = ROOT / path
    path.write_bytes(damage(path.read_bytes()))


def read(folder, transform, to_tensor=transforms.PILToTensor()):
    """Images n×C×H×W and labels, as torchvision reads a folder."""
    found = datasets.ImageFolder(ROOT / folder, transform=transforms.Compose([*transform, to_tensor]))
    images, labels = zip(*found)
    return torch.stack(images), torch.tensor(labels)


# What torchvision's networks of ImageNet are fed, from an image of the right size.
NORMALISED = transforms.Compose([transforms.ToTensor(), transforms.Normalize(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))])


def files(split):
    """The files of `exact`, their bytes and classes, in torchvision's order. Not one that is turned: `datasets` turns
    what EXIF says is turned, torchvision and kdp do not."""
    found = datasets.ImageFolder(ROOT / "exact" / split).samples
    return [(place, pathlib.Path(path).read_bytes(), label) for place, (path, label) in enumerate(found) if "turned" not in path]


CLASSES = ["china", "flower"]


def parquet(name, images, labels, label=hub.ClassLabel(names=CLASSES)):
    """A file as `datasets` writes it; but for one, small for having no statistics, which repeat whole images."""
    path = ROOT / "parquet" / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    features = hub.Features({"image": hub.Image(), "label": label})
    hub.Dataset.from_dict({"image": images, "label": labels}, features=features).to_parquet(path, **({} if "00000" in name else {"write_page_index": False, "write_statistics": False}))


def parquets():
    """Images in Parquet files, in shards; and as others write them: bytes alone, labels that are texts, small groups of rows."""
    train = files("train")
    train = [train[(7 * i) % len(train)] for i in range(len(train))]
    test = files("val")
    parts = {"train-00000-of-00002": train[:8], "train-00001-of-00002": train[8:], "validation": train[2:5], "test": test}
    for name, rows in parts.items():
        parquet(name, [{"bytes": file, "path": f"{place}.jpg"} for place, file, _ in rows], [label for _, _, label in rows])
    columns = {"kind": pa.array([CLASSES[label] for _, _, label in train]), "file": pa.array([file for _, file, _ in train], pa.binary())}
    pq.write_table(pa.table(columns), ROOT / "parquet" / "plain.parquet", row_group_size=4, compression="zstd", data_page_size=2000, write_statistics=False)
    splits = {split: str(ROOT / "parquet" / f"{split}*.parquet") for split in ("train", "validation", "test")}
    read = hub.load_dataset("parquet", data_files=splits)
    return {split: [[place(row["image"], "val" if split == "test" else "train"), row["label"]] for row in read[split]] for split in splits}


def place(image, split):
    """Which image of `exact` has these pixels."""
    pixels = transforms.functional.pil_to_tensor(image.convert("RGB"))
    return next(i for i, other in enumerate(read(f"exact/{split}", [])[0]) if torch.equal(pixels, other))


def broken():
    """What can be wrong with images in Parquet files; in the second row, where it is one row."""
    flower = ROOT / "exact/train/flower"
    sound, grey = (flower / "bits.png").read_bytes(), (flower / "grey.jpg").read_bytes()
    inside = lambda file: {"bytes": file, "path": None}
    two = lambda second: [inside(sound), second]
    parquet("broken/null", two(None), [0, 1])
    # A file by its name: it is not put into the Parquet file.
    with contextlib.chdir(ROOT):
        parquet("broken/path", two("exact/val/china/a.png"), [0, 1])
    parquet("broken/cut_short", two(inside(grey[: len(grey) * 2 // 3])), [0, 1])
    parquet("broken/large", two(inside((ROOT / "photos/val/china/small.jpg").read_bytes())), [0, 1])
    for name, labels, label in [
        ("outside", [0, 2], hub.Value("int64")),
        ("hidden", [0, -1], hub.Value("int64")),
        ("no_label", [0, None], hub.Value("int64")),
        ("texts", ["china", "flower"], hub.Value("string")),
        ("floats", [0.0, 1.0], hub.Value("float64")),
        ("three_classes", [0, 1], hub.ClassLabel(names=["china", "flower", "tree"])),
        ("other_order", [1, 0], hub.ClassLabel(names=["flower", "china"])),
    ]:
        parquet(f"broken/{name}", two(inside(sound)), labels, label)


def tensors():
    made = {}
    for split in ("train", "val"):
        images, labels = read(f"exact/{split}", [])
        made |= {f"exact.{split}": images, f"exact.{split}.labels": labels}
        images, labels = read(f"webp/{split}", [])
        made |= {f"webp.{split}": images, f"webp.{split}.labels": labels}
        images, labels = read(f"flawed/{split}", [])
        made |= {f"flawed.{split}": images, f"flawed.{split}.labels": labels}
        images, labels = read(f"photos/{split}", [transforms.Resize(36), transforms.CenterCrop((30, 33))])
        made |= {f"photos.{split}": images, f"photos.{split}.labels": labels}
    made["photos.val.input"], _ = read("photos/val", [transforms.Resize(36), transforms.CenterCrop((30, 33))], NORMALISED)
    grey, _ = read("exact/train", [transforms.Grayscale()])
    made["exact.grey"] = grey
    made["exact.resized"], _ = read("exact/val", [transforms.Resize(20)])
    return made


def crops():
    """Where `RandomResizedCrop` cuts, for given draws."""
    numbers = np.random.default_rng(5)
    cases = []
    for height, width, scale, ratio in [
        (427, 640, (0.08, 1.0), (3 / 4, 4 / 3)),
        (33, 30, (0.08, 1.0), (3 / 4, 4 / 3)),
        (64, 64, (0.5, 0.9), (1.0, 1.0)),
        (20, 500, (0.9, 1.0), (3 / 4, 4 / 3)),
        (500, 20, (0.9, 1.0), (3 / 4, 4 / 3)),
        (300, 310, (1.0, 1.0), (3 / 4, 4 / 3)),
    ] * 3:
        tries = numbers.random((10, 4))
        drawn = iter(tries.reshape(-1).tolist())

        # The four of a try in their order; a try that does not fit leaves its last two over.
        class Draws:
            at = 0

        def uniform(tensor, low, high):
            while Draws.at % 4 > 1:
                next(drawn)
                Draws.at += 1
            Draws.at += 1
            return torch.tensor([low + (high - low) * next(drawn)], dtype=torch.float64)

        def randint(low, high, size):
            Draws.at += 1
            return torch.tensor([int((high - low) * next(drawn)) + low])

        image = Image.new("L", (width, height))
        with (
            unittest.mock.patch("torch.Tensor.uniform_", uniform),
            unittest.mock.patch("torch.randint", randint),
            unittest.mock.patch("torch.log", lambda t: torch.tensor([math.log(v) for v in ratio], dtype=torch.float64)),
        ):
            part = transforms.RandomResizedCrop.get_params(image, list(scale), list(ratio))
        case = {"size": [height, width], "scale": scale, "ratio": ratio, "tries": tries.tolist(), "part": [int(v) for v in part]}
        cases.append(case)
    return cases


def cut():
    """A part of a photograph, resampled."""
    photo = Image.open(ROOT / "photos/train/china/wide.jpg").convert("RGB")
    part = [7, 11, 60, 121]
    cut = transforms.functional.resized_crop(photo, *part, [24, 28])
    return {"part": part, "size": [24, 28], "pixels": np.asarray(cut).transpose(2, 0, 1).reshape(-1).tolist()}


def full():
    """Whole photographs in qualities and samplings of all kinds, and what ImageNet's evaluation makes of them."""
    for name, photo in PHOTOS.items():
        for quality in (30, 60, 75, 90, 98):
            for sampling in (0, 1, 2):
                for progressive in (False, True):
                    path = f"full/train/{name}/{quality}_{sampling}_{progressive}.jpg"
                    put(path, photo, quality=quality, subsampling=sampling, progressive=progressive)
        put(f"full/train/{name}/large.jpg", photo.resize((1601, 1203)), quality=85)
        put(f"full/train/{name}/small.png", photo.resize((231, 177)))
        put(f"full/val/{name}/upright.jpg", photo.rotate(90, expand=True), quality=92)
    made = {}
    for split in ("train", "val"):
        images, _ = read(f"full/{split}", [transforms.Resize(256), transforms.CenterCrop(224)])
        made[split] = images.contiguous()
        # The whole of it as one, which is what torchvision gives with its weights.
        inputs, _ = read(f"full/{split}", [], ImageClassification(crop_size=224))
        made[f"{split}.input"] = inputs.contiguous()
    save_file(made, ROOT / "full.safetensors")


if sys.argv[1:2] == ["--full"]:
    ROOT = pathlib.Path(sys.argv[2])
    full()
    sys.exit()
shutil.rmtree(ROOT, ignore_errors=True)
exact()
webp()
photos()
flawed()
broken()
save_file({name: tensor.contiguous() for name, tensor in tensors().items()}, HERE / "images.safetensors")
(HERE / "images.json").write_text(json.dumps({"crops": crops(), "cut": cut(), "parquet": parquets()}, separators=(",", ":")) + "\n")
