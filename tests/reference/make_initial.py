"""What new layers begin as in torchvision's networks and in transformers' BERT and RoBERTa: of each tensor the mean, the
standard deviation and the largest absolute value, over all that five networks drew.

Run with torch 2.13.0, torchvision 0.28.0 and transformers 5.24.0: python make_initial.py > initial.json
"""

import json

import torch
import torchvision
from transformers import BertConfig, BertForSequenceClassification, RobertaConfig, RobertaForSequenceClassification

TENSORS = {
    "resnet18": ["conv1.weight", "layer2.0.conv1.weight", "layer2.0.downsample.0.weight", "fc.weight", "fc.bias"],
    "mobilenet_v2": ["features.0.0.weight", "features.2.conv.1.0.weight", "features.18.0.weight", "classifier.1.weight", "classifier.1.bias"],
}

# One layer, small in all that does not matter here.
SMALL = {"vocab_size": 300, "hidden_size": 64, "intermediate_size": 256, "num_hidden_layers": 1, "num_attention_heads": 2, "pad_token_id": 1, "num_labels": 3}
MODELS = {
    "resnet18": torchvision.models.resnet18,
    "mobilenet_v2": torchvision.models.mobilenet_v2,
    "bert": lambda: BertForSequenceClassification(BertConfig(**SMALL)),
    "roberta": lambda: RobertaForSequenceClassification(RobertaConfig(**SMALL, max_position_embeddings=514, type_vocab_size=1)),
}


def spread(tensors):
    """Mean, standard deviation and largest absolute value of the numbers in all of them."""
    numbers = torch.cat([tensor.detach().double().flatten() for tensor in tensors])
    return {"mean": numbers.mean().item(), "std": numbers.std().item(), "largest": numbers.abs().max().item()}


torch.manual_seed(0)
result = {}
for name, build in MODELS.items():
    states = [build().state_dict() for _ in range(5)]
    # Of networks for text all but the layer norms, which are 1 and 0.
    tensors = TENSORS.get(name) or [tensor for tensor in states[0] if "LayerNorm" not in tensor]
    result[name] = {tensor: spread([state[tensor] for state in states]) for tensor in tensors}
print(json.dumps(result, indent=1))
