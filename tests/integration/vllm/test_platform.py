# SPDX-License-Identifier: EUPL-1.2
"""`genius up --model` with a real vLLM: an application's chat, stream, usage and cancel through the whole platform."""

import time
from collections.abc import Iterator

import openai
import pytest
from typing_extensions import override

from tests.support.platform import Platform
from tests.support.vllm import NAME, generated, python, tiny_llama

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(900)]
MESSAGES = [{"role": "user", "content": "Wie lange wird Wohngeld bewilligt?"}]


class PlatformWithVllm(Platform):
    """Loading a model takes longer than a platform without one."""

    @override
    def wait_ready(self, seconds: float = 600) -> None:
        super().wait_ready(seconds)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform-vllm")
    options = ("--model", str(tiny_llama(folder)), "--vllm-python", python(), "--no-laws", "--no-web-ui")
    running = PlatformWithVllm(folder / "data", options=options).start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def sdk(platform: Platform) -> openai.OpenAI:
    token = platform.token(application=platform.stack["applications"][0]["client_id"])
    client = openai.OpenAI(base_url=f"{platform.url}/v1", api_key=token, max_retries=0)
    # The engine has only just begun to answer, and inference reads its list of models every few seconds.
    end = time.monotonic() + 20
    while not list(client.models.list()):
        assert time.monotonic() < end, "the model is not offered"
        time.sleep(0.5)
    return client


def ask(sdk: openai.OpenAI, **options: object):  # type: ignore[no-untyped-def]
    values = {"max_tokens": 10, "temperature": 0, "seed": 1, **options}
    return sdk.chat.completions.create(model=NAME, messages=MESSAGES, **values)  # type: ignore[call-overload]


def test_chat_stream_and_usage(sdk: openai.OpenAI) -> None:
    whole = ask(sdk)
    assert whole.usage.completion_tokens == 10
    chunks = list(ask(sdk, stream=True, stream_options={"include_usage": True}))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == whole.choices[0].message.content
    assert [c.usage.completion_tokens for c in chunks if c.usage] == [10]
    assert all(c.usage is None for c in ask(sdk, stream=True))


def test_client_gone_frees_the_engine(sdk: openai.OpenAI, platform: Platform) -> None:
    """REL-05: over gateway and inference down to the engine, which stops far before the answer's end."""
    engine = platform.stack["services"]["vllm"]["url"]
    before = generated(engine)
    stream = ask(sdk, stream=True, max_tokens=1900)
    assert next(iter(stream))
    stream.close()
    assert 0 < generated(engine) - before < 1900
