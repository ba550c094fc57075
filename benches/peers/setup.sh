#!/bin/sh
# Installs the tools that the no-op run is held against, beside this script.
set -eu
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/pip install --quiet snakemake==9.27.1 dvc==3.67.1
