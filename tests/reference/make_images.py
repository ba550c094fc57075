"""Writes folders of small photographs in many forms, and what torchvision reads in them.

Run once with torch 2.13.0, torchvision 0.28.0, Pillow and scikit-learn: `python make_images.py`. It writes the folder
`images/` beside itself: `exact/` with images of one size, `photos/` with images of several, each with `train` and
`val`; and in `images.safetensors` and `images.json` what `torchvision.datasets.ImageFolder` and `transforms` make of
them. `python make_images.py --full FOLDER` writes whole photographs there, for `make parity`.

The photographs are scikit-learn's samples, CC BY 2.0: china.jpg by danielbuechele
(https://www.flickr.com/photos/danielbuechele/6061409035/) and flower.jpg by vultilion
(https://www.flickr.com/photos/vultilion/6056698931/). They are cropped, made smaller and encoded anew.
"""

import json
import math
import pathlib
import shutil
import sys
import unittest.mock

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from sklearn.datasets import load_sample_image
from torchvision import datasets, transforms

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


def read(folder, transform):
    """Images n×C×H×W and labels, as torchvision reads a folder."""
    found = datasets.ImageFolder(ROOT / folder, transform=transforms.Compose([*transform, transforms.PILToTensor()]))
    images, labels = zip(*found)
    return torch.stack(images), torch.tensor(labels)


def tensors():
    made = {}
    for split in ("train", "val"):
        images, labels = read(f"exact/{split}", [])
        made |= {f"exact.{split}": images, f"exact.{split}.labels": labels}
        images, labels = read(f"photos/{split}", [transforms.Resize(36), transforms.CenterCrop((30, 33))])
        made |= {f"photos.{split}": images, f"photos.{split}.labels": labels}
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
    save_file(made, ROOT / "full.safetensors")


if sys.argv[1:2] == ["--full"]:
    ROOT = pathlib.Path(sys.argv[2])
    full()
    sys.exit()
shutil.rmtree(ROOT, ignore_errors=True)
exact()
photos()
save_file({name: tensor.contiguous() for name, tensor in tensors().items()}, HERE / "images.safetensors")
(HERE / "images.json").write_text(json.dumps({"crops": crops(), "cut": cut()}, separators=(",", ":")) + "\n")
