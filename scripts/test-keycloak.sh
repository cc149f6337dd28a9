#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Runs the tests marked `keycloak` against a real Keycloak: taken from Maven once, kept and built in the cache, its
# database in memory. Usage: scripts/test-keycloak.sh [pytest args]
set -euo pipefail

PYTHON=${PYTHON:-.venv/bin/python}
VERSION=26.7.3
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/genius
HOME_FOLDER=$CACHE/keycloak-$VERSION
DONE=$HOME_FOLDER/.ready-1

java_works() { java -version 2>&1 | awk -F'["._]' '/version/ {exit !($2 >= 17)}'; }

packages=()
java_works || packages+=(default-jre-headless)
[ -e "$DONE" ] || command -v mvn >/dev/null || packages+=(maven)
if [ "${#packages[@]}" -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "genius: Für diese Tests fehlt: ${packages[*]} (Java ab 17). Installieren Sie es." >&2
    exit 1
  fi
  echo "genius: installiere ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi
scripts/system-packages.sh

if ! [ -e "$DONE" ]; then
  mkdir -p "$CACHE"
  work=$(mktemp -d -p "$CACHE" keycloak.XXXXXX)
  trap 'rm -rf "$work"' EXIT
  echo "genius: hole Keycloak $VERSION"
  (cd "$work" && mvn -q -B dependency:copy -Dartifact=org.keycloak:keycloak-quarkus-dist:$VERSION:zip \
    -DoutputDirectory="$work")
  "$PYTHON" -m zipfile -e "$work/keycloak-quarkus-dist-$VERSION.zip" "$work"
  chmod +x "$work/keycloak-$VERSION/bin/kc.sh"
  JAVA_OPTS_KC_HEAP="-Xms128m -Xmx512m" "$work/keycloak-$VERSION/bin/kc.sh" build --db=dev-mem --health-enabled=true
  rm -rf "$HOME_FOLDER"
  mv "$work/keycloak-$VERSION" "$HOME_FOLDER"
  touch "$DONE"
fi

GENIUS_TEST_KEYCLOAK_HOME=$HOME_FOLDER "$PYTHON" -m pytest -m keycloak tests/integration/keycloak "$@"
