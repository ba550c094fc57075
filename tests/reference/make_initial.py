"""What new layers begin as in torchvision's networks and in transformers' BERT: of each tensor the mean, the
standard deviation and the largest absolute value, over all that five networks drew.

Run with torch 2.13.0, torchvision 0.28.0 and transformers 5.24.0: python make_initial.py > initial.json
"""

import json

import torch
import torchvision
from transformers import BertConfig, BertModel

TENSORS = {
    "resnet18": ["conv1.weight", "layer2.0.conv1.weight", "layer2.0.downsample.0.weight", "fc.weight", "fc.bias"],
    "mobilenet_v2": ["features.0.0.weight", "features.2.conv.1.0.weight", "features.18.0.weight", "classifier.1.weight", "classifier.1.bias"],
    "bert": ["embeddings.word_embeddings.weight", "encoder.layer.0.intermediate.dense.weight", "encoder.layer.0.intermediate.dense.bias"],
}


def bert():
    """One layer of BERT, small in all that does not matter here."""
    return BertModel(BertConfig(vocab_size=300, hidden_size=64, intermediate_size=256, num_hidden_layers=1, num_attention_heads=2, pad_token_id=1))


def spread(tensors):
    """Mean, standard deviation and largest absolute value of the numbers in all of them."""
    numbers = torch.cat([tensor.detach().double().flatten() for tensor in tensors])
    return {"mean": numbers.mean().item(), "std": numbers.std().item(), "largest": numbers.abs().max().item()}


MODELS = {"resnet18": torchvision.models.resnet18, "mobilenet_v2": torchvision.models.mobilenet_v2, "bert": bert}

torch.manual_seed(0)
result = {}
for name, build in MODELS.items():
    states = [build().state_dict() for _ in range(5)]
    result[name] = {tensor: spread([state[tensor] for state in states]) for tensor in TENSORS[name]}
print(json.dumps(result, indent=1))
