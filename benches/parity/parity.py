"""Holds networks of kdp in full size against the implementations that the field trusts.

For each network the other implementation is filled with made-up weights, answers a batch, and goes three steps of SGD;
kdp reads those weights by their names and does the same (`engine/benches/parity`). Prints a table in Markdown, and ends
with 1 where a number is over its limit:

- logits in evaluation mode: 1e-4, absolute,
- gradients of every parameter for the batch: 1e-3 of the gradient's norm, or of 1e-4 of the norm of all of them together
  where that is larger (a bias between two batch norms has a gradient of 0, which rounding makes a small number),
- batch norm's statistics after the steps: 1e-3 of the statistic's norm.

What is wanted is PyTorch's in double precision, which networks for images are held to in double precision too: these are
the limits, with nothing added. In single precision a value that rounding takes across the kink of a ReLU changes gradients
by more than rounding does, in PyTorch as in kdp: how far PyTorch itself is off in single precision is told in brackets (the
worse of its two memory formats for images), and kdp may be twice as far off where that is more than the limit.

That the names are the same both ways is held too: kdp refuses weights with a tensor missing or left over, and what kdp
would keep in its store is loaded back into the other implementation, which is as strict, and must be the same bits.
"""

import argparse
import copy
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Callable

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/reference"))

import made_up
from networks import FULL, for_small_images, norm
from text_networks import TEXTS

RATE = 0.05
STEPS = 3
LIMITS = {"logits": 1e-4, "gradients": 1e-3, "statistics": 1e-3}


@dataclass
class Case:
    """A network: the call that makes it in kdp, the data set it is for as kdp writes it, the other implementation
    and its inputs. `norm` is the middle of its norms' weights; `answer` gives the logits of inputs."""

    call: str
    data: str
    build: Callable[[], torch.nn.Module]
    inputs: torch.Tensor
    classes: int
    norm: float = 0.5
    answer: Callable = lambda model, inputs: model(inputs)


def image_cases():
    """The networks for images: those for ImageNet with four images of it, those for small images with sixteen."""
    for call, build in FULL.items():
        count, size, classes = (16, 32, 10) if for_small_images(call) else (4, 224, 1000)
        data = f'idx("images", shape: [3, {size}, {size}], classes: {classes}, train: 64, test: 1)'
        yield Case(call, data, partial(build, classes), made_up.images(count, [3, size, size]), classes, norm(call))


def rows_of_tokens(vocabulary, padding, segments, count=8, length=64):
    """Rows of several lengths. Where there are two texts, a token of the second is its id + the vocabulary."""
    drawn = (made_up.units("tokens", count * length) + 1) / 2
    rows = 3 + torch.from_numpy(drawn * (vocabulary - 3)).long().reshape(count, length)
    for row in range(count):
        end = length - 4 * row
        rows[row, end // 2 : end] += (segments - 1) * vocabulary
        rows[row, end:] = padding
    return rows


def of_tokens(model, rows):
    """The logits of a network of transformers for such rows."""
    vocabulary = model.config.vocab_size
    ids = rows % vocabulary
    mask = (ids != model.config.pad_token_id).long()
    return model(ids, attention_mask=mask, token_type_ids=rows // vocabulary).logits


def text_cases():
    """The networks for texts: eight rows of up to 64 tokens, of pairs for BERT."""
    for call, text in TEXTS.items():
        inputs = rows_of_tokens(text.config.vocab_size, text.config.pad_token_id, text.segments)
        yield Case(call, text.data(), text.build, inputs, 3, answer=of_tokens)


def cases():
    """Every network."""
    yield from image_cases()
    yield from text_cases()


def kdp_file(case):
    """A file of one model."""
    name = case.call.split("(")[0]
    text = "use std.datasets.text_file\n" if case.data.startswith("text_file") else ""
    return f'use std.archs.{name}\n{text}\ndataset data = {case.data}\nmodel one = {case.call} {{ data: data.train, weights: "weights.safetensors" }}\n'


def kdp(case, folder, weights, labels):
    """What kdp makes of it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "one.kdp").write_text(kdp_file(case))
    save_file(weights, folder / "weights.safetensors")
    save_file({"inputs": case.inputs.contiguous(), "labels": labels, "rate": torch.tensor(RATE, dtype=torch.float64)}, folder / "batch.safetensors")
    cargo = os.environ.get("CARGO", "cargo")
    bench = [cargo, "bench", "-q", "-p", "kdp-engine", "--bench", "parity", "--", folder / "one.kdp", folder]
    subprocess.run(bench, check=True, cwd=ROOT)
    return load_file(folder / "kdp.safetensors"), load_file(folder / "start.safetensors")


def theirs(case, model, inputs, labels):
    """What the other implementation makes of it, under kdp's names."""
    model.eval()
    with torch.no_grad():
        found = {"logits": case.answer(model, inputs)}
    model.train()
    for step in range(STEPS):
        model.zero_grad()
        loss = F.cross_entropy(case.answer(model, inputs), labels)
        loss.backward()
        if step == 0:
            found |= {f"gradient {name}": p.grad.clone() for name, p in model.named_parameters()}
        with torch.no_grad():
            for p in model.parameters():
                p -= RATE * p.grad
    return found | {f"after {name}": tensor.clone() for name, tensor in model.state_dict().items()}


def off(found, wanted, least=0.0):
    """How far a tensor is off, as a share of the norm of what is wanted, or of a least one."""
    distance = (found.double() - wanted.double()).norm().item()
    return distance / max(wanted.double().norm().item(), least, 1e-30)


def is_statistic(name):
    return name.endswith(("running_mean", "running_var"))


def worst(found, wanted):
    """The largest distances of each kind."""
    gradients = [name for name in wanted if name.startswith("gradient ")]
    least = 1e-4 * math.hypot(*(wanted[name].norm().item() for name in gradients))
    worst = {
        "logits": (found["logits"].double() - wanted["logits"]).abs().max().item(),
        "gradients": max(off(found[name], wanted[name], least) for name in gradients),
    }
    if statistics := [name for name in wanted if is_statistic(name)]:
        worst["statistics"] = max(off(found[name], wanted[name]) for name in statistics)
    return worst


def of_single_precision(case, model, labels, wanted):
    """How far PyTorch is off in single precision: it sums in another order in each memory format."""
    formats = [torch.contiguous_format] + ([torch.channels_last] if case.inputs.dim() == 4 else [])
    found = []
    for format in formats:
        inputs, own = case.inputs.contiguous(memory_format=format), copy.deepcopy(model).to(memory_format=format)
        found.append(worst(theirs(case, own, inputs, labels), wanted))
    return {what: max(each[what] for each in found) for what in found[0]}


def held(case, folder):
    """A row of the table, and whether all is within its limits."""
    model = made_up.fill(case.build(), case.norm)
    labels = made_up.labels(len(case.inputs), case.classes)
    weights = {name: tensor.clone().contiguous() for name, tensor in model.state_dict().items()}
    found, start = kdp(case, folder, weights, labels)
    model.load_state_dict(start, strict=True)
    same = all(torch.equal(start[name], weights[name]) for name in weights)
    wanted = theirs(case, copy.deepcopy(model).double(), in_double(case.inputs), labels)
    if missing := wanted.keys() - found.keys():
        raise SystemExit(f"{case.call}: kdp has no {sorted(missing)[0]}")
    ours, own = worst(found, wanted), of_single_precision(case, model, labels, wanted)
    images = case.inputs.is_floating_point()
    double = worst(load_file(folder / "double.safetensors"), wanted) if images else {}
    well = same and all(number <= max(LIMITS[what], 2 * own[what]) for what, number in ours.items())
    well = well and all(number <= LIMITS[what] for what, number in double.items())
    size = sum(p.numel() for p in model.parameters())
    numbers = [f"{ours[what]:.1e} ({own[what]:.1e})" if what in ours else "" for what in LIMITS]
    numbers += [f"{double[what]:.1e}" if what in double else "" for what in LIMITS]
    over = "" if well else " **over** |"
    print(f"| `{case.call}` | {size:,} | {len(weights)} | {' | '.join(numbers)} |{over}", flush=True)
    return well


def in_double(inputs):
    """Images in double precision; tokens stay."""
    return inputs.double() if inputs.is_floating_point() else inputs


def chosen(parts):
    """The networks whose call has one of some parts in it; all of them for none."""
    every = list(cases())
    found = [case for case in every if not parts or any(part in case.call for part in parts)]
    if not found:
        names = "".join(f"\n  {case.call}" for case in every)
        raise SystemExit(f"no network's call has {' or '.join(map(repr, parts))} in it; there are{names}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="where weights are written")
    parser.add_argument("only", nargs="*", help="parts of the calls of those that are held; all where left out")
    args = parser.parse_args()
    # The bench has a working folder of its own.
    args.folder = args.folder.resolve()
    torch.manual_seed(0)
    wanted = chosen(args.only)
    print("| network | parameters | tensors | logits | gradients | statistics | in float64: logits | gradients | statistics |")
    print("| --- " + "| --: " * 8 + "|", flush=True)
    well = [held(case, args.folder / "one") for case in wanted]
    sys.exit(not all(well))


if __name__ == "__main__":
    main()
