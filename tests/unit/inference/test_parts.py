# SPDX-License-Identifier: EUPL-1.2
"""Small parts of inference: vLLM's command, the salt, admission, bounded metric labels."""

import itertools
from uuid import UUID

import orjson
from prometheus_client import CollectorRegistry, generate_latest

from genius_common.principal import ProtectionClass
from genius_common.upstream.events import Usage
from genius_inference.catalogue import Model
from genius_inference.metrics import MAX_AUTHORITIES, Metrics
from genius_inference.schema import ChatRequest
from genius_inference.settings import Settings
from genius_inference.upstream import RequestBuilder
from genius_inference.vllm import command
from genius_inference.vllm.environment import environment

_ANY = ProtectionClass.STEUERGEHEIMNIS
VLLM = Model(id="m", kind="chat", owned_by="vllm", context_length=2048, created=1, vllm=True, highest_class=_ANY)
OTHER = Model(id="m", kind="chat", owned_by="x", context_length=None, created=1, vllm=False, highest_class=_ANY)


def settings(**values: object) -> Settings:
    return Settings(profile="local", tenant="test", jwks_url="http://127.0.0.1:1/jwks.json", **values)  # type: ignore[arg-type]


def test_vllm_loads_no_code_and_reaches_nobody() -> None:
    """LLM-05 (start flags): safetensors only, no remote code, offline; bound to loopback."""
    vector = command("/venv/bin/python", "/models/llama", 9000, cpu=True, extra=["--dtype", "float32"])
    assert vector[:5] == ["/venv/bin/python", "-m", "vllm.entrypoints.openai.api_server", "--model", "/models/llama"]
    pairs = dict(itertools.pairwise(vector))
    assert pairs["--load-format"] == "safetensors"
    assert pairs["--host"] == "127.0.0.1"
    assert pairs["--served-model-name"] == "llama"
    assert pairs["--prefix-caching-hash-algo"] == "sha256"
    assert "--no-trust-remote-code" in vector
    assert vector[-2:] == ["--dtype", "float32"]
    assert environment(cpu=True)["HF_HUB_OFFLINE"] == "1"
    assert environment(cpu=True)["VLLM_SERVER_DEV_MODE"] == "0"


def test_salt_depends_on_authority_and_key() -> None:
    """LLM-06: one salt per authority, not to be guessed without the key; only where the server is vLLM."""

    def body(authority: int, model: Model = VLLM, key: str = "k") -> dict[str, object]:
        request = ChatRequest("m", stream=True, include_usage=False, prompt_bytes=1, forwarded={"messages": []})
        built = RequestBuilder(settings(cache_salt_key=key)).chat(request, model, UUID(int=authority))
        found: dict[str, object] = orjson.loads(built)
        return found

    assert body(1)["cache_salt"] == body(1)["cache_salt"]
    assert len({str(body(n, key=k)["cache_salt"]) for n in (1, 2) for k in ("k", "l")}) == 4
    assert body(1, OTHER) == {
        "model": "m",
        "messages": [],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_labels_are_bounded() -> None:
    """Metrics name authorities, never persons, and do not grow without end."""
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    for number in range(MAX_AUTHORITIES + 20):
        metrics.bound("m", UUID(int=number)).used(Usage(1, 2))
    metrics.bound("m", None).outcome("ok")
    text = generate_latest(registry).decode()
    authorities = {line.split('authority="')[1].split('"')[0] for line in text.splitlines() if 'authority="' in line}
    assert len(authorities) == MAX_AUTHORITIES + 1
    assert "other" in authorities


def test_settings_hold_no_secret_in_clear() -> None:
    """The key of the model server does not show when settings are printed."""
    shown = repr(settings(upstream={"url": "http://x/v1", "api_key": "sehr-geheim"}, cache_salt_key="salz"))
    assert "sehr-geheim" not in shown
    assert "salz" not in shown
