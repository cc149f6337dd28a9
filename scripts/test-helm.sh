#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Lints, renders and validates the Helm chart for both tenants. Installs helm and kubectl-validate once with Go, cached
# outside the clone; needs Go 1.24 or newer and no cluster.
set -euo pipefail
cd "$(dirname "$0")/.."
tools="${XDG_CACHE_HOME:-$HOME/.cache}/genius/bin"
mkdir -p "$tools"
install_tool() { # name, package@version
  [ -x "$tools/$1" ] && return
  command -v go >/dev/null || { echo "test-helm: Go is missing (needed once to build $1)" >&2; exit 3; }
  echo "test-helm: building $1 (2-4 minutes, once)"
  GOBIN="$tools" go install "$2"
}
install_tool helm helm.sh/helm/v3/cmd/helm@v3.22.0
install_tool kubectl-validate sigs.k8s.io/kubectl-validate@v0.0.4
PATH="$tools:$PATH" .venv/bin/python -m pytest -m helm tests/integration/helm "$@"
