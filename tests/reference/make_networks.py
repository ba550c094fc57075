"""What published networks make of made-up weights and images, as torchvision has them, in double precision.

Run with torch 2.13.0, torchvision 0.28.0 and torchdistill 1.1.5: python make_networks.py > networks.json
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

from made_up import digest, entries, fill, images, labels, short
from networks import FULL, SMALL, for_small_images, norm

CLASSES = 10
RATE = 0.05
KINDS = ["gradients", "after"]
# Parameters of the largest network of a paper that is trained: more take too long in double precision for every test.
LIGHT = 1_000_000


def pixels(call):
    """The size of its images, which is small; torchdistill's networks have a pool that wants 32."""
    if call.startswith(("resnet_cifar", "mlp", "small_cnn")):
        return 32
    if call in FULL:
        return 40
    return 24 if for_small_images(call) else 64


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
        "entries": entries(model.state_dict().items()),
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
            told["gradients"] = {name: p.grad.clone() for name, p in model.named_parameters()}
        with torch.no_grad():
            for p in model.parameters():
                p -= RATE * p.grad
    told["after"] = {name: b.clone() for name, b in model.named_buffers() if not name.endswith("num_batches_tracked")}
    return told


def digests(tensors):
    """Of each tensor."""
    return {name: digest(name, tensor) for name, tensor in tensors.items()}


def whole(name, tensors):
    """Of all tensors as one, in the order of their names."""
    return digest(name, torch.cat([torch.zeros(0), *(tensors[name].flatten() for name in sorted(tensors))]))


def rounding(told, single):
    """How far single precision is off, as a share of each norm: what the tests' tolerance must leave room for. A norm
    counts as at least 1e-4 of that of all gradients together."""
    least = 1e-4 * math.hypot(*(norm for norm, _ in told["gradients"].values()))
    pairs = [(wanted, digest(name, single[kind][name])) for kind in KINDS for name, wanted in told[kind].items()]
    return max(abs(a - b) / max(wanted[0], least) for wanted, found in pairs for a, b in zip(wanted, found))


def case(call, build):
    """All that is told of a network."""
    small = call in SMALL
    model, x, told = described(call, build, pixels(call), 8 if small else 2)
    if told["parameters"] > LIGHT and not small:
        return told
    found = trained(model, x)
    told["trained"] = {"rate": RATE, "loss": found["loss"], **{kind: whole(kind, found[kind]) for kind in KINDS}}
    if small:
        told["each"] = {kind: digests(found[kind]) for kind in KINDS}
        single = trained(fill(build(CLASSES), norm(call)), x.float())
        print(f"{call}: single precision is off by {rounding(told['each'], single):.1e}", file=sys.stderr)
    return told


torch.manual_seed(0)
calls = {**SMALL, **FULL}
for place, (call, build) in enumerate(calls.items()):
    print("[" if place == 0 else ",", json.dumps(case(call, build), separators=(",", ":")), flush=True)
print("]")
