#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Makes sure that the programs which the whole test suite needs are there: Chromium, and Tesseract with German.
set -euo pipefail
missing=()
lighter=""
browser=""
for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null; then browser="$name"; break; fi
done
# The shell is what tests need of Chromium, at half the computing; any of the others does where there is none.
case "$browser" in
  chromium-headless-shell) ;;
  "") missing+=(chromium-headless-shell) ;;
  *) lighter=chromium-headless-shell ;;
esac
command -v tesseract >/dev/null || missing+=(tesseract-ocr)
tesseract --list-langs 2>/dev/null | grep -qx deu || missing+=(tesseract-ocr-deu)
[ "${#missing[@]}" -eq 0 ] && [ -z "$lighter" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "genius: installiere ${missing[*]} $lighter"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || [ "${#missing[@]}" -eq 0 ]
  if [ -n "$lighter" ]; then
    apt-get install -y -qq --no-install-recommends "$lighter" >/dev/null || echo "genius: ohne $lighter, mit $browser"
  fi
  apt-cache show chromium-headless-shell >/dev/null 2>&1 || missing=("${missing[@]/chromium-headless-shell/chromium}")
  [ "${#missing[@]}" -eq 0 ] || apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  exit 0
fi
[ "${#missing[@]}" -eq 0 ] && exit 0
echo "genius: Für die ganze Testsuite fehlt: ${missing[*]}. Installieren Sie es, oder rufen Sie „make test-core“ auf." >&2
exit 1
