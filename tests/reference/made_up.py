"""Numbers that hang on a name and a place alone, so that a network and its input can be made up here and in Rust
(`engine/tests/engine/reference/made_up.rs`) without a file between them."""

import math

import numpy
import torch

WORD = numpy.uint64


def units(name, count):
    """Numbers in [-1, 1), multiples of 2^-23: SplitMix64 of the place behind FNV-1a of the name."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    with numpy.errstate(over="ignore"):
        z = WORD(state) + numpy.arange(1, count + 1, dtype=WORD) * WORD(0x9E3779B97F4A7C15)
        z = (z ^ (z >> WORD(30))) * WORD(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> WORD(27))) * WORD(0x94D049BB133111EB)
        z = z ^ (z >> WORD(31))
    return (z >> WORD(40)).astype(numpy.float64) / 2**23 - 1


def values(name, shape, norm):
    """What a tensor of a network begins as: spread so that no layer drowns or blows up what passes through, which hangs
    on the middle of the weights of norms, `norm`."""
    u = units(name, math.prod(shape))
    if name.endswith("num_batches_tracked"):
        u = 0 * u
    elif name.endswith("running_var"):
        u = 1 + 0.5 * u
    elif len(shape) > 1:
        u = u * math.sqrt(6 / math.prod(shape[1:]))
    elif name.endswith("weight"):
        u = norm + 0.25 * u
    else:
        u = 0.1 * u
    return torch.from_numpy(u.astype(numpy.float32)).reshape(shape)


def fill(model, norm=0.5):
    """Gives a network made-up values."""
    state = {name: values(name, tuple(tensor.shape), norm).to(tensor.dtype) for name, tensor in model.state_dict().items()}
    model.load_state_dict(state)
    return model


def images(count, shape):
    """Images of variance 1."""
    numbers = units("images", count * math.prod(shape)) * math.sqrt(3)
    return torch.from_numpy(numbers.astype(numpy.float32)).reshape(count, *shape)


def labels(count, classes):
    """Their labels: each class in turn."""
    return torch.arange(count) % classes


def digest(name, tensor):
    """Its norm, and its product with a made-up tensor: one that is off by a share of its norm is off in these by about
    as much."""
    flat = tensor.detach().double().flatten()
    probe = torch.from_numpy(units(f"probe: {name}", flat.numel()))
    return [short(flat.norm().item()), short(flat.dot(probe).item())]


def short(number):
    """A number to nine digits."""
    return float(f"{number:.9g}")


def entries(tensors):
    """FNV-1a of the names and sizes of parameters and buffers, a line each, in the order given."""
    state = 0xCBF29CE484222325
    for name, tensor in tensors:
        for byte in " ".join([name, *map(str, tensor.shape)]).encode() + b"\n":
            state = (state ^ byte) * 0x100000001B3 % 2**64
    return f"{state:016x}"
