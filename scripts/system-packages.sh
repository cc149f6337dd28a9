#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Makes sure that the programs which the whole test suite needs are there: Chromium, and Tesseract with German.
set -euo pipefail
missing=()
browser=""
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null; then browser="$name"; break; fi
done
[ -n "$browser" ] || missing+=(chromium)
command -v tesseract >/dev/null || missing+=(tesseract-ocr)
tesseract --list-langs 2>/dev/null | grep -qx deu || missing+=(tesseract-ocr-deu)
[ "${#missing[@]}" -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "genius: installiere ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  exit 0
fi
echo "genius: Für die ganze Testsuite fehlt: ${missing[*]}. Installieren Sie es, oder rufen Sie „make test-core“ auf." >&2
exit 1
