#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Runs the tests marked `clients`: the openai package for Node against /v1, and clients that two generators make from the
# OpenAPI document, which are type-checked and call a running platform. The generators live in an environment of their own, kept in the cache between runs.
# Usage: scripts/test-clients.sh [pytest args]
set -eu

PYTHON=${PYTHON:-.venv/bin/python}
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/genius
TOOLS=${GENIUS_CLIENTS_TOOLS:-$CACHE/clients-tools}
FOR_PYTHON=openapi-python-client==0.29.1
FOR_NODE="@hey-api/openapi-ts@0.95.0 typescript@5.9.3 @types/node@22.20.5"
. .venv/.node

if ! [ -e "$TOOLS/.installed" ] || [ "$(cat "$TOOLS/.installed")" != "$FOR_PYTHON $FOR_NODE" ]; then
  rm -rf "$TOOLS"
  mkdir -p "$TOOLS/node"
  "$PYTHON" -m venv "$TOOLS/python"
  "$TOOLS/python/bin/python" -m pip install --disable-pip-version-check --quiet "$FOR_PYTHON"
  (cd "$TOOLS/node" && echo '{"private": true}' >package.json &&
    npm install --no-audit --no-fund --no-update-notifier --loglevel=error --save-exact $FOR_NODE)
  echo "$FOR_PYTHON $FOR_NODE" >"$TOOLS/.installed"
fi

GENIUS_TEST_CLIENTS_TOOLS=$TOOLS exec "$PYTHON" -m pytest -m clients tests/integration/clients tests/integration/openai "$@"
