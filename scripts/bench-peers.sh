#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# bench-peers.sh [NAME...]: the public relays that ours are measured against, each into its own folder outside of the
# clone (~/.cache/genius-bench, or $GENIUS_BENCH_PEERS). What can't be had leaves the reason in NAME.why; never fails.
set -u
cache=${GENIUS_BENCH_PEERS:-$HOME/.cache/genius-bench}
python=${PYTHON:-python3}
declare -A packages=([vllm-router]='vllm-router==0.1.17' [sglang-router]='sglang-router==0.3.2' [litellm]='litellm[proxy]==1.106.12')
mkdir -p "$cache"

because() { tail -n 1 "$cache/$1.log" > "$cache/$1.why"; echo "$1: absent: $(cat "$cache/$1.why")" >&2; }

from_index() { # NAME: its program, in an environment of its own
	[ -x "$cache/$1/bin/$1" ] && return
	{ "$python" -m venv "$cache/$1" && "$cache/$1/bin/pip" install -q --no-input "${packages[$1]}"; } > "$cache/$1.log" 2>&1 || because "$1"
}

nginx() { # unpacked, not installed: no service of the machine is touched
	[ -x "$cache/nginx/usr/sbin/nginx" ] && return
	mkdir -p "$cache/nginx"
	{ cd "$cache/nginx" && apt-get download nginx && dpkg -x nginx_*.deb . && usr/sbin/nginx -v; } > "$cache/nginx.log" 2>&1 || because nginx
}

for name in "${@:-nginx vllm-router sglang-router litellm}"; do
	for one in $name; do
		if [ "$one" = nginx ]; then nginx; else from_index "$one"; fi
	done
done
