#!/bin/sh
# Installs what training is held against, into a folder that git ignores: its argument.
set -eu
python3 -m venv "$1"
"$1/bin/pip" install --quiet \
  torch==2.13.0 torchvision==0.28.0 torchdistill==1.1.5 safetensors==0.8.0
