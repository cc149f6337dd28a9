#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Finds Node 20.19 or newer, or installs it into the virtual environment $1; writes $1/.node, to be sourced.
set -euo pipefail
venv="$1"
fits() { "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; }
if command -v node >/dev/null && command -v npm >/dev/null && fits node; then
  echo "# Node of the system: $(node --version)" >"$venv/.node"
  exit 0
fi
if [ ! -x "$venv/bin/node" ]; then
  echo "genius: Node ab 20.19 fehlt; installiere es in $venv"
  "$venv/bin/python" -m pip --disable-pip-version-check --quiet --no-input install --require-hashes --no-deps \
    --only-binary :all: --no-compile -r deploy/requirements/webbuild.txt || {
    echo "genius: Node ließ sich nicht installieren. Installieren Sie Node ab 20.19 und starten Sie neu." >&2
    exit 6
  }
fi
echo "PATH=\"$(cd "$venv/bin" && pwd):\$PATH\"; export PATH" >"$venv/.node"
