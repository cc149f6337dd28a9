#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Creates the virtual environment $1 with $PYTHON (3.11 or newer), or says what is missing.
set -euo pipefail
venv="$1"
python="${PYTHON:-python3}"
command -v "$python" >/dev/null || { echo "genius: $python fehlt. Nötig ist Python ab 3.11." >&2; exit 1; }
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  for newer in python3.14 python3.13 python3.12 python3.11; do
    if command -v "$newer" >/dev/null; then python="$newer"; break; fi
  done
fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "genius: $("$python" --version) ist zu alt. Nötig ist Python ab 3.11 (make run PYTHON=/pfad/python3.12)." >&2
  exit 1
}
"$python" -c 'import ensurepip, venv' 2>/dev/null || {
  echo "genius: $python kann keine virtuelle Umgebung anlegen. Unter Debian und Ubuntu: apt install python3-venv" >&2
  exit 1
}
echo "genius: lege $venv an ($("$python" --version))"
# A half-made environment of an interrupted run is replaced; what a complete one holds is not touched.
"$python" -m venv --clear "$venv"
