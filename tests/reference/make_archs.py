"""Names and shapes of published networks' parameters, as torchvision has them.

Run with torch 2.13.0 and torchvision 0.28.0: python make_archs.py > archs.json
"""

import json

import torchvision


def shapes(model):
    """The entries of a state_dict, the batch counters left out."""
    return {name: list(value.shape) for name, value in model.state_dict().items() if not name.endswith("num_batches_tracked")}


model = torchvision.models.mobilenet_v2(num_classes=100)
print(json.dumps({"mobilenet_v2": {"parameters": sum(p.numel() for p in model.parameters()), "shapes": shapes(model)}}, separators=(",", ":")))
