"""What published networks make of made-up weights and images, as torchvision has them, in double precision.

Run with torch 2.13.0 and torchvision 0.28.0: python make_networks.py > networks.json
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

from made_up import digest, entries, fill, images, labels, short
from networks import FULL, SMALL, norm

CLASSES = 10
RATE = 0.05


def described(call, build, size, count):
    """A network, its images, and what is told of it: names and sizes, how many parameters, logits in evaluation mode."""
    model = fill(build(CLASSES), norm(call)).double().eval()
    shape = [3, size, size]
    x = images(count, shape).double()
    with torch.no_grad():
        logits = model(x)
    told = {
        "call": call,
        "input": shape,
        "classes": CLASSES,
        "norm": norm(call),
        "entries": entries(model),
        "parameters": sum(p.numel() for p in model.parameters()),
        "logits": [[short(value) for value in row] for row in logits.tolist()],
    }
    return model, x, told


def trained(model, x):
    """The loss and gradients of the first of three steps of SGD, and the statistics after them."""
    y = labels(len(x), CLASSES)
    model.train()
    told = {}
    for step in range(3):
        model.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        if step == 0:
            told["loss"] = short(loss.item())
            told["gradients"] = {name: digest(name, p.grad) for name, p in model.named_parameters()}
        with torch.no_grad():
            for p in model.parameters():
                p -= RATE * p.grad
    told["after"] = {name: digest(name, b) for name, b in model.named_buffers() if not name.endswith("num_batches_tracked")}
    return told


def rounding(told, single):
    """How far single precision is off, as a share of each norm: what the tests' tolerance must leave room for. A norm
    counts as at least 1e-4 of that of all gradients together."""
    least = 1e-4 * math.hypot(*(norm for norm, _ in told["gradients"].values()))
    pairs = [(wanted, single[kind][name]) for kind in ["gradients", "after"] for name, wanted in told[kind].items()]
    return max(abs(a - b) / max(wanted[0], least) for wanted, found in pairs for a, b in zip(wanted, found))


torch.manual_seed(0)
cases = []
for call, build in SMALL.items():
    large = call.startswith("resnet([") and "small_images" not in call
    model, x, told = described(call, build, 64 if large else 24, 8)
    told |= {"rate": RATE, "trained": trained(model, x)}
    single = trained(fill(build(CLASSES), norm(call)), x.float())
    print(f"{call}: single precision is off by {rounding(told['trained'], single):.1e}", file=sys.stderr)
    cases.append(told)
for call, build in FULL.items():
    cases.append(described(call, build, 40, 2)[2])
print("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]")
