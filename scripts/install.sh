#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Installs the hashed requirements $2 into the virtual environment $1, then this project as an editable package.
set -euo pipefail
venv="$1" requirements="$2"
pip=("$venv/bin/python" -m pip --disable-pip-version-check --quiet --no-input)
echo "genius: installiere $requirements"
# Wheels only, so that nothing is compiled here; reuse (a tool of the tests) exists as source only.
"${pip[@]}" install --require-hashes --no-deps --only-binary :all: --no-compile \
  --no-binary reuse -r "$requirements" -r deploy/requirements/build.txt
"${pip[@]}" install --no-deps --no-build-isolation --no-compile --editable .
# Once, on all cores: where Python may not write bytecode, each start of a service would compile everything again.
# olefile carries a module for Python 2, which it does not use.
"$venv/bin/python" -m compileall -q -j 0 -x 'olefile/olefile2\.py$' "$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
  services/*/src
