"""The networks for texts in full size by the calls that make them in kdp, as transformers 5.24.0 has them."""

from dataclasses import dataclass

import torch
from transformers import BertConfig, BertForSequenceClassification, RobertaConfig, RobertaForSequenceClassification

# Without dropout: its draws are functions of seed, layer and step in kdp, and could not be the same.
STILL = {"num_labels": 3, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


@dataclass
class Text:
    """A network, how many texts its rows have, and the tokens of its data set in kdp."""

    model: type[torch.nn.Module]
    config: BertConfig | RobertaConfig
    segments: int
    tokens: str

    def build(self):
        return self.model(self.config)

    def data(self):
        """A data set for it as kdp writes it."""
        return f'text_file("a.csv", "b.csv", labels: ["0", "1", "2"], train: 128, test: 1, length: 64, tokens: {self.tokens})'


def bert():
    return Text(BertForSequenceClassification, BertConfig(**STILL), 2, 'wordpiece("vocab.txt")')


def roberta(layers, width, heads):
    sizes = {"num_hidden_layers": layers, "hidden_size": width, "num_attention_heads": heads, "intermediate_size": 4 * width}
    config = RobertaConfig(vocab_size=50265, max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5, **sizes, **STILL)
    return Text(RobertaForSequenceClassification, config, 1, 'byte_bpe("vocab.json", "merges.txt")')


TEXTS = {
    "bert_base(dropout_rate: 0)": bert(),
    "roberta_base(dropout_rate: 0)": roberta(12, 768, 12),
    "roberta_medium(dropout_rate: 0)": roberta(8, 512, 8),
    "roberta_small(dropout_rate: 0)": roberta(4, 512, 8),
}
