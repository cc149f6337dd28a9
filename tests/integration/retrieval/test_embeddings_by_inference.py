# SPDX-License-Identifier: EUPL-1.2
"""Dense vectors of the real inference service in front of a scripted model server. A real model: make test-dense."""

import asyncio
import itertools
import math
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from genius_common.http import create_session
from genius_inference.testing import RunningServer
from genius_inference.testing.behaviour import EMBEDDING_MODEL
from genius_inference.testing.server import DIMENSIONS
from genius_inference.testing.thread import scripted_server
from genius_retrieval.dense import inference as provider
from genius_retrieval.dense.inference import InferenceModel
from genius_retrieval.dense.port import ModelUnavailable
from genius_retrieval.dense.windows import pooled, windows
from genius_retrieval.settings import DenseSettings
from tests.support.inference import Keys, RunningInference, jwks_server, running_inference
from tests.support.postgres import TestPostgres
from tests.support.retrieval import Office, RetrievalService, memory_folder, upload, wait_for

SECRET = "s" * 40
TEXT = "Die Wasseruhr wird nach sechs Jahren geeicht. "


@pytest.fixture(scope="module")
def keys() -> Iterator[Keys]:
    with jwks_server() as found:
        assert found.server
        found.server.embeddings_secret = SECRET
        yield found


@pytest.fixture(scope="module")
def shared_inference(model_server: RunningServer, keys: Keys) -> Iterator[RunningInference]:
    with running_inference(keys, upstream={"url": model_server.url, "answer_timeout_s": 1.0}) as service:
        yield service


@pytest.fixture
def inference(shared_inference: RunningInference, model_server: RunningServer) -> Iterator[RunningInference]:
    model_server.clear()
    yield shared_inference
    model_server.clear()


class Models:
    """Models as retrieval has them, closed at the end; `settings` changes the dense part, `there` inference's."""

    def __init__(self, keys: Keys, url: str, folder: Path) -> None:
        self._gateway = keys.jwks_url.rsplit("/", 1)[0]
        self._url, self._secret = url, folder / "secret"
        self._secret.write_text(SECRET)
        self._session = create_session()
        self._open: list[InferenceModel] = []

    def __call__(self, there: dict[str, Any] | None = None, **settings: Any) -> InferenceModel:
        place = {"url": self._url, "model": EMBEDDING_MODEL, "secret_file": self._secret, **(there or {})}
        dense = DenseSettings(**{"vector_size": DIMENSIONS, "inference": place, **settings})
        self._open.append(InferenceModel(dense, self._session, self._gateway))
        return self._open[-1]

    async def close(self) -> None:
        for model in self._open:
            await model.close()
        await self._session.close()


@pytest.fixture
async def models(keys: Keys, inference: RunningInference, tmp_path: Path) -> AsyncIterator[Models]:
    made = Models(keys, inference.url, tmp_path)
    yield made
    await made.close()


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model is asked again at once, and given up at the first failure."""
    monkeypatch.setattr(provider, "_PAUSE_S", 0.0)
    monkeypatch.setattr(provider, "_FIRST_TRIES", 1)


def inputs(model_server: RunningServer) -> list[list[str]]:
    return [record.body["input"] for record in model_server.log() if record.path.endswith("/embeddings")]


def cosine(one: Any, two: Any) -> float:
    return math.sumprod(one, two) if hasattr(math, "sumprod") else sum(a * b for a, b in zip(one, two, strict=True))


async def test_passages_and_questions_become_vectors(models: Models, model_server: RunningServer) -> None:
    """In batches, with their prefixes, one vector of length 1 a text; the token of the gateway is asked for once."""
    model = models(query_prefix="query: ", passage_prefix="passage: ")
    assert model.state == "loading"
    texts = [f"{TEXT} {number}" for number in range(70)]
    found = await model.passages(texts)
    assert model.state == "ok"
    assert [len(vector) for vector in found] == [DIMENSIONS] * 70
    assert all(math.isclose(cosine(vector, vector), 1.0, abs_tol=1e-5) for vector in found)
    sent = inputs(model_server)[1:]  # the first was the question whether it is there
    assert [len(batch) for batch in sent] == [32, 32, 6]
    assert list(itertools.chain(*sent)) == [f"passage: {text}" for text in texts]
    await model.query(TEXT)
    assert inputs(model_server)[-1] == [f"query: {TEXT}"]
    other = await models(there={"revision": "2"}, query_prefix="passage: ").passages(texts[:1])
    assert cosine(found[0], other[0]) < 0.9, "without the prefix it is another text"


async def test_the_token_is_asked_for_once_a_minute(models: Models, keys: Keys) -> None:
    assert keys.server
    before = keys.server.tokens
    model = models()
    for _ in range(3):
        await model.passages([TEXT])
    assert keys.server.tokens == before + 1


@pytest.mark.parametrize(("room", "between"), [(200, " "), (100, " "), (100, "-"), (5_000, " ")])
def test_windows_hold_all_of_a_text(room: int, between: str) -> None:
    text = between.join(f"Wörter{number}" for number in range(300))
    found = windows(text, room)
    assert all(0 < len(part) <= room for part in found)
    at = end = 0
    for part in found:
        at = text.index(part, at)
        assert at <= end, "nothing lies between two windows"
        end = at + len(part)
    assert end == len(text)


def test_one_vector_stands_for_all_windows() -> None:
    assert pooled([(3.0, 4.0)], "mean") == [0.6, 0.8]
    assert pooled([(1.0, 0.0), (0.0, 1.0)], "mean") == pytest.approx([math.sqrt(0.5)] * 2)
    assert pooled([(1.0, -1.0), (0.0, 1.0)], "max") == pytest.approx([math.sqrt(0.5)] * 2)
    with pytest.raises(ValueError, match="direction"):
        pooled([(1.0, 0.0), (-1.0, 0.0)], "mean")


async def test_windows_get_smaller_until_the_model_can_read_them(models: Models, model_server: RunningServer) -> None:
    """The model server cuts nothing and refuses instead; what is refused is sent in halves."""
    model_server.script(longest=400)
    long = " ".join(f"wort{number}" for number in range(600))
    (vector,) = await models().passages([long])
    assert len(vector) == DIMENSIONS
    sent = {word for batch in inputs(model_server)[1:] for text in batch if len(text) <= 400 for word in text.split()}
    assert sent == set(long.split())


@pytest.mark.usefixtures("no_pause")
async def test_a_model_of_another_size_is_not_used(models: Models) -> None:
    model = models(vector_size=DIMENSIONS + 1)
    with pytest.raises(ModelUnavailable):
        await model.passages([TEXT])
    assert model.state == "degraded"


@pytest.mark.usefixtures("no_pause")
async def test_a_failure_is_said_and_over_when_it_answers(models: Models, model_server: RunningServer) -> None:
    model = models()
    await model.passages([TEXT])
    model_server.script(status=500)
    with pytest.raises(ModelUnavailable):
        await model.query(TEXT)
    assert model.state == "degraded"
    with pytest.raises(ModelUnavailable):
        await model.passages([TEXT])
    model_server.script()
    assert len(await model.passages([TEXT])) == 1
    assert model.state == "ok"


@pytest.mark.usefixtures("no_pause")
async def test_a_model_server_that_is_gone_is_said(keys: Keys, tmp_path: Path) -> None:
    """Inference answers 503 for it as for a busy one, with another code."""
    with scripted_server() as server, running_inference(keys, upstream={"url": server.url}) as service:
        made = Models(keys, service.url, tmp_path)
        model = made()
        await model.passages([TEXT])
        server.stop()
        with pytest.raises(ModelUnavailable):
            await model.query(TEXT)
        assert model.state == "degraded"
        await made.close()


async def test_nobody_waits_for_a_model_that_failed_just_now(models: Models, model_server: RunningServer) -> None:
    model = models()
    await model.passages([TEXT])
    model_server.script(hang_after=-1)
    with pytest.raises(ModelUnavailable):
        await model.query(TEXT)
    begin, asked = time.monotonic(), len(model_server.log())
    for _ in range(20):
        with pytest.raises(ModelUnavailable):
            await model.query(TEXT)
        with pytest.raises(ModelUnavailable):
            await model.passages([TEXT])
    assert time.monotonic() - begin < 0.5
    assert len(model_server.log()) == asked


async def test_documents_wait_for_a_busy_model_and_searches_do_not(
    models: Models, model_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with Retry-After: a search goes on by words, the next one asks again; a passage is asked for again."""
    monkeypatch.setattr(provider, "_LONGEST_WAIT_S", 0.05)
    model = models()
    await model.passages([TEXT])
    model_server.script(status=503)
    with pytest.raises(ModelUnavailable):
        await model.query(TEXT)
    assert model.state == "ok"
    waiting = asyncio.create_task(model.passages([TEXT]))
    asked = len(model_server.log())
    await asyncio.to_thread(model_server.wait_for_requests, asked + 1)
    model_server.script()
    assert len(await waiting) == 1


@pytest.mark.usefixtures("no_pause")
async def test_what_the_model_may_not_see_is_not_sent(
    keys: Keys, model_server: RunningServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """TEN-15: a model for a lower class than documents here can have gets none of them, and the log says why."""
    model_server.clear()
    protection = {"models": {EMBEDDING_MODEL: "intern"}}
    with running_inference(keys, upstream={"url": model_server.url}, protection=protection) as service:
        made = Models(keys, service.url, tmp_path)
        with pytest.raises(ModelUnavailable):
            await made().passages([TEXT])
        await made.close()
    assert inputs(model_server) == []
    shown = capfd.readouterr()
    assert "class_not_for_model" in shown.out + shown.err


@pytest.mark.usefixtures("no_pause")
async def test_without_the_secret_there_is_no_token(
    models: Models, model_server: RunningServer, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("w" * 40)
    with pytest.raises(ModelUnavailable):
        await models(there={"secret_file": wrong}).passages([TEXT])
    assert inputs(model_server) == []
    wrong.write_text("short")
    with pytest.raises(ValueError, match="at least 32"):
        models(there={"secret_file": wrong})
    for broken in ("s" * 40 + "\n" + "t" * 40, "s" * 40 + " " + "t" * 40):
        wrong.write_text(broken)
        with pytest.raises(ValueError, match="one line"):
            models(there={"secret_file": wrong})


def test_another_name_revision_or_prefix_is_another_model(models: Models) -> None:
    """REL-11: vectors of two models never meet."""
    changes = [{}, {"there": {"revision": "2"}}, {"there": {"model": "x"}}, {"passage_prefix": "p"}, {"pooling": "max"}]
    profiles = [str(models(**change).profile) for change in changes]
    assert len(set(profiles)) == len(changes)
    assert str(models(there={"window_chars": 500}).profile) == profiles[0]


def test_a_model_is_in_one_place(tmp_path: Path) -> None:
    place = {"url": "http://127.0.0.1:1", "model": "x", "secret_file": tmp_path / "s"}
    for wrong in ({}, {"model_dir": tmp_path, "inference": place}):
        with pytest.raises(ValueError, match="either model_dir or inference"):
            DenseSettings(**{"vector_size": 8, **wrong})


@pytest.mark.thorough
def test_the_service_uses_it_and_loses_nothing_without(
    postgres_server: TestPostgres, keys: Keys, inference: RunningInference, model_server: RunningServer
) -> None:
    """ING-10, LOG-01: documents with vectors; the model away: ready, found by words, with a warning, and it is said."""
    owner, app = postgres_server.create_database("retrieval")
    with memory_folder() as folder:
        (folder / "secret").write_text(SECRET)
        there = {"URL": inference.url, "MODEL": EMBEDDING_MODEL, "SECRET_FILE": str(folder / "secret")}
        extra = {f"DENSE__INFERENCE__{name}": value for name, value in there.items()}
        extra["DENSE__VECTOR_SIZE"] = str(DIMENSIONS)
        service = RetrievalService(folder, owner, app, keys.jwks_url, keys.signer, extra)
        service.migrate()
        service.start()
        try:
            office = Office(service).set_up()
            with office.client() as client:
                first = _read_in(client, office, "a.txt", TEXT.encode())
                assert first["warnings"] == []
                assert [TEXT.strip()] in inputs(model_server)
                _finds(client, first)
                assert inputs(model_server)[-1] == ["Wasseruhr"]
                assert _checks(service)["dense"] == "ok"
                model_server.script(status=500)
                second = _read_in(client, office, "b.txt", b"Der Hundezwinger wird jedes Jahr besichtigt.")
                assert [item["code"] for item in second["warnings"]] == ["by_words_alone"]
                _finds(client, first)
                assert _checks(service)["dense"] == "degraded"
        finally:
            service.stop()
        assert "embedding model does not answer" in service.log()
        assert "upstream_error" in service.log()
        assert not any(word in service.log() for word in ("Wasseruhr", "Hundezwinger", SECRET))


def _read_in(client: httpx.Client, office: Office, name: str, content: bytes) -> dict[str, Any]:
    state = wait_for(client, f"/documents/{upload(client, office.documents, name, content)['id']}")
    assert state["state"] == "ready"
    return state


def _finds(client: httpx.Client, document: dict[str, Any]) -> None:
    hits = client.post("/search", json={"query": "Wasseruhr"}).json()["hits"]
    assert hits[0]["document"] == document["id"]


def _checks(service: RetrievalService) -> dict[str, str]:
    found: dict[str, str] = httpx.get(f"{service.url}/health/ready", trust_env=False).json()["checks"]
    return found
