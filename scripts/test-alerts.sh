#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Tries the alert rules with Prometheus' own promtool, built once with Go and cached outside the clone.
set -euo pipefail
cd "$(dirname "$0")/.."
tools="${XDG_CACHE_HOME:-$HOME/.cache}/genius/bin"
mkdir -p "$tools"
if [ ! -x "$tools/promtool" ]; then
  command -v go >/dev/null || { echo "test-alerts: Go is missing (needed once to build promtool)" >&2; exit 3; }
  echo "test-alerts: building promtool (4-10 minutes, once)"
  folder=$(mktemp -d) package=github.com/prometheus/prometheus/cmd/promtool
  # Its go.mod has replacements, which `go install` refuses: built as a dependency instead.
  (cd "$folder" && go mod init promtool && go get "$package@v0.305.0" && go build -o "$tools/promtool" "$package")
  rm -rf "$folder"
fi
PATH="$tools:$PATH" .venv/bin/python -m pytest -m alerts tests/integration/alerts "$@"
