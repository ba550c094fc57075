"""Files of weights in every form, sound, odd and hostile, as PyTorch and pickle write them.

Run with torch 2.13.0 and safetensors 0.8.0: python make_checkpoints.py
It fills `checkpoints/`. Every hostile file is first shown to work: Python's own unpickler, in a folder
of its own, must make the file `pwned`.
"""

import builtins
import collections
import copyreg
import importlib
import io
import json
import os
import pathlib
import pickle
import runpy
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings
import zipfile

import safetensors.torch
import torch

warnings.simplefilter("ignore")
torch.manual_seed(7)
FOLDER = pathlib.Path(__file__).parent / "checkpoints"
FIXED = (2026, 1, 1, 0, 0, 0)


def rewritten(content, change):
    """A zip archive with its entries (name to bytes) changed, stored as they are."""
    entries = {info.filename: content.read(info) for info in content.infolist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, value in change(entries).items():
            packed.writestr(zipfile.ZipInfo(name, FIXED), value)
    return out.getvalue()


class Small(torch.nn.Module):
    """The `small_cnn(2)` of the engine's tests."""

    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 2, 3, padding=1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(2)
        self.fc = torch.nn.Linear(32, 10)


def zipped(what):
    out = io.BytesIO()
    torch.save(what, out)
    return out.getvalue()


def legacy(what, protocol=2):
    out = io.BytesIO()
    torch.save(what, out, _use_new_zipfile_serialization=False, pickle_protocol=protocol)
    return out.getvalue()


def views():
    """Tensors that share storages, begin within them, run through them in other orders, or repeat."""
    base = torch.arange(24.0)
    grid = base.view(4, 6)
    return collections.OrderedDict(
        whole=grid,
        turned=grid.t(),
        part=grid[1:3, ::2],
        repeated=torch.tensor([3.0]).expand(2, 3),
        parameter=torch.nn.Parameter(torch.tensor([1.0, -2.5])),
        empty=torch.zeros(0, 3),
        scalar=torch.tensor(7),
        half=torch.tensor([0.5, -1.0], dtype=torch.float16),
        bfloat=torch.tensor([0.5, -3.0], dtype=torch.bfloat16),
        double=torch.tensor([1e-3], dtype=torch.float64),
        long=torch.tensor([-1, 2**40]),
        int=torch.tensor([-5, 6], dtype=torch.int32),
        short=torch.tensor([-300], dtype=torch.int16),
        char=torch.tensor([-7], dtype=torch.int8),
        byte=torch.tensor([200], dtype=torch.uint8),
        bool=torch.tensor([True, False]),
    )


def big_endian(content):
    """The archive as a big-endian machine would have written it."""

    def turn(entries):
        turned = {}
        for name, value in entries.items():
            if "/data/" in name:
                value = b"".join(value[at : at + 4][::-1] for at in range(0, len(value), 4))
            turned[name] = b"big" if name.endswith("/byteorder") else value
        return turned

    return rewritten(zipfile.ZipFile(io.BytesIO(content)), turn)


class OldOrderedDict(collections.OrderedDict):
    """Pickles as Python 2's did: all items at once."""

    def __reduce__(self):
        return collections.OrderedDict, ([list(item) for item in self.items()],)


def write(kind, files):
    folder = FOLDER / kind
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def numbers(tensors):
    """Shapes and values, for the tests to hold what they read against."""
    return {name: {"shape": list(t.shape), "values": t.detach().double().reshape(-1).tolist()} for name, t in tensors.items()}


def sound():
    net = Small()
    with torch.no_grad():
        net.bn1.running_mean.uniform_()
        net.bn1.num_batches_tracked += 3
    state = net.state_dict()
    training = {"epoch": 3, "arch": "small", "state_dict": state, "best": torch.tensor(0.5), "optimizer": torch.optim.SGD(net.parameters(), 0.1, momentum=0.9).state_dict()}
    floats = collections.OrderedDict((name, tensor) for name, tensor in state.items() if tensor.is_floating_point())
    parallel = collections.OrderedDict((f"module.{name}", tensor) for name, tensor in state.items())
    files = {
        "zip.pth": zipped(state),
        "legacy.pth": legacy(state),
        "legacy_4.pt": legacy(state, 4),
        "python_2.pth": legacy(OldOrderedDict(state)),
        "training.pth": zipped(training),
        "training_legacy.bin": legacy(training),
        "parallel.pth": zipped(parallel),
        "before_counts.pth": legacy(floats),
        "big_endian.pth": big_endian(zipped(floats)),
        "small.safetensors": safetensors.torch.save(dict(state)),
        "views.pth": zipped(views()),
        "views_legacy.pth": legacy(views()),
    }
    write("sound", files)
    # Which tensors each file holds.
    wanted = {}
    for name, content in files.items():
        if name.endswith("safetensors"):
            loaded = safetensors.torch.load(content)
        elif name == "big_endian.pth":
            loaded = floats
        else:
            loaded = torch.load(io.BytesIO(content), weights_only=False)
        loaded = loaded["state_dict"] if "training" in name else loaded
        wanted[name] = "views" if "views" in name else "state"
        all_of = numbers(views() if "views" in name else state)
        for key, value in numbers(loaded).items():
            assert all_of[key.removeprefix("module.")] == value, name
    values = {"state": numbers(state), "views": numbers(views())}
    (FOLDER / "sound.json").write_text(json.dumps({"files": wanted, "values": values}, separators=(",", ":")) + "\n")


def odd():
    net = Small()
    state = net.state_dict()
    plain = zipped(state)
    script = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), script)
    archive = zipfile.ZipFile(io.BytesIO(plain))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for info in archive.infolist():
            out.writestr(info.filename, archive.read(info))
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as out:
        for info in archive.infolist() + archive.infolist()[:1]:
            out.writestr(info.filename, archive.read(info))
    without = rewritten(archive, lambda entries: {name: value for name, value in entries.items() if not name.endswith("/data/0")})
    short = rewritten(archive, lambda entries: {name: value[:-4] if name.endswith("/data/0") else value for name, value in entries.items()})
    # A tensor that says it has a million million elements.
    huge = rewritten(
        archive, lambda entries: {name: value.replace(b"(K\x02K\x01K\x03K\x03t", b"(J\xff\xff\xff\x7fJ\xff\xff\xff\x7fK\x03K\x03t") for name, value in entries.items()}
    )
    write(
        "odd",
        {
            "module.pth": legacy(torch.nn.Linear(2, 2)),
            "module_zip.pth": zipped(torch.nn.Linear(2, 2)),
            "script.pt": script.getvalue(),
            "plain.pth": pickle.dumps({"a": [1, 2]}, protocol=2),
            "list.pth": zipped([torch.zeros(2)]),
            "tensor.pth": zipped(torch.zeros(2)),
            "number.pth": zipped({"fc.weight": torch.zeros(2), "epoch": 3}),
            "nothing.pth": zipped({"epoch": 3}),
            "several.pth": zipped({"model": state, "ema": state}),
            "compressed.pth": packed.getvalue(),
            "twice.pth": twice.getvalue(),
            "without_storage.pth": without,
            "short_storage.pth": short,
            "huge.pth": huge,
            "other.zip.pth": rewritten(archive, lambda entries: {"notes.txt": b"no weights"}),
            "set.pth": zipped({"a": {1, 2}}),
        },
    )


class Run:
    """What a pickle of it runs when it is loaded."""

    def __init__(self, call, *arguments, state=None):
        self.reduced = (call, arguments) if state is None else (call, arguments, state)

    def __reduce__(self):
        return self.reduced


MAKE = "open('pwned', 'w').close()"
TOUCH = "touch pwned"


def line(text):
    return text.encode() + b"\n"


def hostile():
    system = Run(os.system, TOUCH)
    state = Small().state_dict()
    in_state = collections.OrderedDict(state)
    in_state.extra = system
    good = zipped(state)
    command = struct.pack("<BI", ord("X"), len(TOUCH)) + TOUCH.encode()
    raw = {
        # By protocol 0 alone.
        "global.pth": b"cposix\nsystem\n(V" + line(TOUCH) + b"tR.",
        "inst.pth": b"(S'" + TOUCH.encode() + b"'\niposix\nsystem\n.",
        "obj.pth": b"(cposix\nsystem\n" + command + b"o.",
        # The name is put together from what was kept.
        "kept_names.pth": b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x9400h\x00h\x01\x93" + command + b"\x85R.",
        # Registers an extension, and asks for it by its number.
        "extension.pth": b"\x80\x02ccopyreg\nadd_extension\n(X\x05\x00\x00\x00posixX\x06\x00\x00\x00systemK\xf0tR0\x82\xf0" + command + b"\x85R.",
        "dunder_import.pth": b"\x80\x02cbuiltins\ngetattr\ncbuiltins\n__import__\nX\x02\x00\x00\x00os\x85RX\x06\x00\x00\x00system\x86R" + command + b"\x85R.",
    }
    pickled = {
        "system.pth": system,
        "popen.pth": Run(subprocess.Popen, ["touch", "pwned"]),
        "eval.pth": Run(builtins.eval, MAKE),
        "exec.pth": Run(builtins.exec, MAKE),
        "runpy.pth": Run(runpy.run_path, "hostile_module.py"),
        "import_module.pth": Run(importlib.import_module, "hostile_module"),
        "rebuilt.pth": Run(torch._tensor._rebuild_from_type_v2, os.system, torch.Tensor, (TOUCH,), None),
        "reconstructor.pth": Run(copyreg._reconstructor, object, object, None, state=system),
    }
    files = dict(raw)
    for name, value in pickled.items():
        files[name] = zipped({"fc.weight": torch.zeros(2), "extra": value})
        files[f"legacy_{name}"] = legacy({"fc.weight": torch.zeros(2), "extra": value})
    files["in_state.pth"] = zipped(in_state)
    files["in_state_legacy.pth"] = legacy(in_state)
    files["as_key.pth"] = rewritten(zipfile.ZipFile(io.BytesIO(good)), lambda entries: {name: pickle.dumps({"state_dict": [system]}, protocol=4) if name.endswith("data.pkl") else value for name, value in entries.items()})
    plain = legacy(state)
    # In place of the description of the machine, and of the list of keys.
    parts = pickles(plain)
    files["in_machine.pth"] = b"".join(parts[:2]) + pickle.dumps(system, protocol=2) + b"".join(parts[3:])
    files["in_keys.pth"] = b"".join(parts[:4]) + pickle.dumps(system, protocol=2) + parts[5]
    files["instead_of_all.pth"] = pickle.dumps(system, protocol=5)
    for name, content in files.items():
        assert works(content), name
    write("hostile", files)


def pickles(content):
    """The five pickles of the older form, and what is behind them."""
    stream = io.BytesIO(content)
    parts = []
    for _ in range(5):
        start = stream.tell()

        class Unpickler(pickle.Unpickler):
            def persistent_load(self, _):
                return torch.storage.TypedStorage(wrap_storage=torch.UntypedStorage(4096), dtype=torch.float32, _internal=True)

        Unpickler(stream).load()
        parts.append(content[start : stream.tell()])
    return parts + [stream.read()]


def works(content):
    """Whether Python's unpickler, in a process and a folder of its own, makes the file `pwned`."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "it.pth"
        path.write_bytes(content)
        (pathlib.Path(folder) / "hostile_module.py").write_text(MAKE)
        load = "import sys, time, pickle, torch; sys.path.insert(0, '.')\ntry: torch.load('it.pth', weights_only=False)\nexcept Exception: pass\ntime.sleep(0.2)"
        subprocess.run([sys.executable, "-W", "ignore", "-c", load], cwd=folder, check=True, capture_output=True)
        return (pathlib.Path(folder) / "pwned").exists()


def values():
    """What plain values are in each protocol: the pickle (hexadecimal), and the value as JSON."""
    plain = {
        "none": None,
        "truth": [True, False],
        "ints": [0, 1, -1, 255, 256, 65535, 65536, -(2**31), 2**31, 2**62, -(2**63)],
        "floats": [0.0, -1.5, 1e300],
        "texts": ["", "ab", "é\n\\u", "naïve 😀", "x" * 300],
        "nested": {"a": {"b": [[], {}, [1, [2]]]}, "": [1, 2, 3, 4]},
    }
    shared = [1]
    plain["shared"] = [shared, shared, {"k": shared}]
    cases = [{"protocol": protocol, "pickle": pickle.dumps(plain, protocol=protocol).hex(), "value": plain} for protocol in range(6)]
    (FOLDER / "values.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    sound()
    odd()
    hostile()
    values()
