# SPDX-License-Identifier: EUPL-1.2
"""Public relays beside ours, as `scripts/bench-peers.sh` puts them outside of the clone; each says why it is absent."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from tests.load.relays.processes import RELAY_CORE, running, wait_for
from tests.load.relays.relay import Relay, Start
from tests.support.ports import free_port

CACHE = Path(os.environ.get("GENIUS_BENCH_PEERS", Path.home() / ".cache/genius-bench"))
PROGRAMS = {
    "nginx": "nginx/usr/sbin/nginx",
    "vllm-router": "vllm-router/bin/vllm-router",
    "sglang-router": "sglang-router/bin/sglang-router",
    "litellm": "litellm/bin/litellm",
}
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder}; client_max_body_size 4m; client_body_buffer_size 1m;
  keepalive_requests 1000000; keepalive_timeout 75;
  upstream models {{ {servers} keepalive 2048; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://models; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
      proxy_next_upstream error timeout http_503 non_idempotent; proxy_read_timeout 60s;
    }}
  }}
}}
"""
LITELLM = """
model_list: [{models}]
general_settings: {{master_key: {key}}}
litellm_settings: {{num_retries: 2, request_timeout: 60, telemetry: false}}
router_settings: {{num_retries: 2}}
"""
LITELLM_MODEL = "{{model_name: fast, litellm_params: {{model: openai/fast, api_base: '{url}/v1', api_key: x}}}}"


def absent(name: str) -> str | None:
    """Why the peer can't be measured here, None where it can."""
    if (CACHE / PROGRAMS[name]).exists():
        return None
    why = CACHE / f"{name}.why"
    return why.read_text().strip() if why.exists() else "not installed: scripts/bench-peers.sh"


@contextmanager
def peer(
    name: str, arguments: Sequence[str], ready: str, folder: Path, environment: dict[str, str] | None = None
) -> Iterator[Relay]:
    """`{port}` in the arguments is where it shall listen."""
    port = free_port()
    command = [str(CACHE / PROGRAMS[name]), *(word.format(port=port) for word in arguments)]
    with running(command, core=RELAY_CORE, log=folder / "log", environment=environment) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}{ready}", seconds=90, process=process)
        except AssertionError as error:
            said = [line for line in (folder / "log").read_text().splitlines() if line.strip()]
            raise AssertionError(f"{error}: {said[-1] if said else 'without a word'}") from error
        yield Relay(name, f"http://127.0.0.1:{port}", (process.pid,))


@contextmanager
def nginx(upstreams: Sequence[str]) -> Iterator[Relay]:
    with TemporaryDirectory(prefix="genius-nginx-") as name:
        folder, port = Path(name), free_port()
        servers = " ".join(f"server {url.removeprefix('http://')} max_fails=0;" for url in upstreams)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, servers=servers, port=port))
        command = [str(CACHE / PROGRAMS["nginx"]), "-p", name, "-c", f"{name}/nginx.conf", "-e", f"{name}/first.log"]
        with running(command, core=RELAY_CORE, log=folder / "log") as process:
            wait_for(f"http://127.0.0.1:{port}/health", process=process)
            yield Relay("nginx", f"http://127.0.0.1:{port}", (process.pid,))


@contextmanager
def rust_router(name: str, upstreams: Sequence[str]) -> Iterator[Relay]:
    """vllm-router and sglang-router have one command line; the policy is the one without a tree of prefixes."""
    launch = ["launch"] if name == "sglang-router" else []
    arguments = [*launch, "--worker-urls", *upstreams, "--host", "127.0.0.1", "--port", "{port}"]
    arguments += ["--policy", "round_robin", "--log-level", "error", "--prometheus-port", str(free_port())]
    arguments += ["--max-concurrent-requests", "4096", "--request-timeout-secs", "60"]
    with TemporaryDirectory(prefix=f"genius-{name}-") as folder, peer(name, arguments, "/health", Path(folder)) as it:
        yield it


@contextmanager
def vllm_router(upstreams: Sequence[str]) -> Iterator[Relay]:
    with rust_router("vllm-router", upstreams) as it:
        yield it


@contextmanager
def sglang_router(upstreams: Sequence[str]) -> Iterator[Relay]:
    with rust_router("sglang-router", upstreams) as it:
        yield it


@contextmanager
def litellm(upstreams: Sequence[str]) -> Iterator[Relay]:
    with TemporaryDirectory(prefix="genius-litellm-") as name:
        folder, key = Path(name), f"sk-{token_hex(32)}"
        models = ", ".join(LITELLM_MODEL.format(url=url) for url in upstreams)
        (folder / "config.yaml").write_text(LITELLM.format(models=models, key=key))
        arguments = ["--config", f"{name}/config.yaml", "--host", "127.0.0.1", "--port", "{port}", "--num_workers", "1"]
        quiet = {"LITELLM_LOG": "ERROR", "LITELLM_TELEMETRY": "False", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        with peer("litellm", arguments, "/health/liveliness", folder, quiet) as it:
            yield replace(it, token=key)


PEERS: dict[str, Start] = {
    "nginx": nginx,
    "vllm-router": vllm_router,
    "sglang-router": sglang_router,
    "litellm": litellm,
}
