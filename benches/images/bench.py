"""Times samples of photographs with kdp and with torchvision, in turns: `make bench-images`.

Told is processor time of a photograph on one thread, so that other programs on the machine hardly count: `decode` is
its pixels, `evaluate` those of `Resize(256)` and `CenterCrop(224)`, `train` those of `RandomResizedCrop(224)`.
"""

import argparse
import io
import pathlib
import statistics
import subprocess
import sys
import time

import torch
from PIL import Image
from sklearn.datasets import load_sample_image
from torchvision import transforms

PASSES = 7
ROWS = ("decode", "evaluate", "train")


def write_photos(folder):
    """128 parts of two photographs, 500×375 pixels as ImageNet's most frequent size is, in its usual form."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("china", "flower"):
        photo = Image.fromarray(load_sample_image(f"{name}.jpg"))
        for nth in range(64):
            left, top = nth % 8 * 20, nth // 8 * 7
            part = photo.crop((left, top, left + 500, top + 375))
            part.save(folder / f"{name}_{nth:02}.jpg", quality=90, subsampling=2)


def torchvision(folder):
    """What torchvision takes: milliseconds by row."""
    torch.set_num_threads(1)
    photos = [path.read_bytes() for path in sorted(folder.iterdir())]
    ways = {
        "decode": [],
        "evaluate": [transforms.Resize(256), transforms.CenterCrop(224), transforms.PILToTensor()],
        "train": [transforms.RandomResizedCrop(224), transforms.PILToTensor()],
    }
    for row, way in ways.items():
        transform = transforms.Compose(way)
        passes = []
        for _ in range(PASSES):
            begin = time.process_time()
            for photo in photos:
                transform(Image.open(io.BytesIO(photo)).convert("RGB"))
            passes.append(1e3 * (time.process_time() - begin) / len(photos))
        print(row, f"{statistics.median(passes):.3f}")


def told(command):
    """The rows that a contender prints."""
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = [line.split() for line in lines]
    return {words[0]: float(words[1]) for words in rows if len(words) == 2 and words[0] in ROWS}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folder", type=pathlib.Path, required=True, help="where the photographs are kept")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--torchvision", action="store_true", help="only this contender, once")
    asked = arguments.parse_args()
    photos = asked.folder.absolute()
    if asked.torchvision:
        return torchvision(photos)
    write_photos(photos)
    contenders = {
        "kdp": ["cargo", "bench", "--quiet", "-p", "kdp-engine", "--bench", "images", "--", str(photos)],
        "torchvision": [sys.executable, __file__, "--folder", str(photos), "--torchvision"],
    }
    rounds = [{name: told(command) for name, command in contenders.items()} for _ in range(asked.rounds)]
    for row in ROWS:
        kdp, peer = ([of[name][row] for of in rounds] for name in contenders)
        ratios = sorted(theirs / ours for ours, theirs in zip(kdp, peer))
        print(
            f"{row:<9} kdp {statistics.median(kdp):.2f} ms, torchvision {statistics.median(peer):.2f} ms: "
            f"{statistics.median(ratios):.2f} times ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )


if __name__ == "__main__":
    main()
