#!/bin/sh
# Installs what networks and data are held against, into a folder that git ignores: its argument.
set -eu
python3 -m venv "$1"
"$1/bin/pip" install --quiet \
  torch==2.13.0 torchvision==0.28.0 torchdistill==1.1.5 transformers==5.24.0 safetensors==0.8.0 datasets==5.2.0 numpy scikit-learn
