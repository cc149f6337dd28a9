# SPDX-License-Identifier: EUPL-1.2
"""Vectors of a real model behind a real inference service, in the real retrieval service: `make test-dense`."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from genius_common.http import create_session
from genius_retrieval.dense.inference import InferenceModel
from genius_retrieval.settings import DenseSettings
from tests.support.embedding_server import NAME
from tests.support.inference import Keys, running_inference
from tests.support.ports import free_port
from tests.support.postgres import TestPostgres
from tests.support.retrieval import EMBEDDINGS_SECRET, memory_folder, running_service, upload, wait_for

from .test_dense import PARAPHRASE, SIZE, Town, cosine, dense, model, python, until

__all__ = ["model", "python"]
pytestmark = [pytest.mark.dense, pytest.mark.timeout(400)]
SERVER = Path(__file__).parents[2] / "support/embedding_server.py"
BEES = "Which authority must know about my honey hives?"


@contextmanager
def embedding_server(model: Path, python: Path, port: int) -> Iterator[str]:
    command = [python, "-I", SERVER, model, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().strip() == str(port)
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()


@pytest.fixture(scope="module")
def town(postgres_server: TestPostgres) -> Iterator[Town]:
    with memory_folder() as folder, running_service(postgres_server, folder) as service:
        (folder / "secret").write_text(EMBEDDINGS_SECRET)
        yield Town(service)


def settings(town: Town, url: str) -> dict[str, str]:
    there = {"URL": url, "MODEL": NAME, "SECRET_FILE": str(town.service.data_dir / "secret")}
    return {f"DENSE__INFERENCE__{name}": value for name, value in there.items()} | {"DENSE__VECTOR_SIZE": str(SIZE)}


async def test_vectors_are_those_of_the_model_itself(town: Town, model: Path, python: Path) -> None:
    """And a passage longer than the model reads is in its vector to the end, though the server refuses it whole."""
    keys = Keys(town.service.jwks_url, town.service.signer)
    local = dense(model, python)
    start = "The council met on Monday and talked about the budget of the coming year. " * 60
    with (
        embedding_server(model, python, free_port()) as upstream,
        running_inference(keys, upstream={"url": upstream, "embedding_model": NAME}) as inference,
    ):
        place = {"url": inference.url, "model": NAME, "secret_file": town.service.data_dir / "secret"}
        wide = {**place, "window_chars": 4_000}
        session = create_session()
        gateway = town.service.jwks_url.rsplit("/", 1)[0]
        distant = InferenceModel(DenseSettings(vector_size=SIZE, inference=wide), session, gateway)
        await local.ready()
        (one,), (other,) = await local.passages(["Bulky refuse"]), await distant.passages(["Bulky refuse"])
        assert cosine(one, other) == pytest.approx(1.0, abs=1e-4)
        plain, with_end = await distant.passages([start, start + "Elephants live in Africa. " * 20])
        query = await distant.query("Where do elephants live?")
        assert cosine(query, with_end) > cosine(query, plain) + 0.02
        await distant.close()
        await session.close()
    await local.close()


def test_a_model_of_inference_comes_fails_and_returns(town: Town, model: Path, python: Path) -> None:
    """REL-11, ING-10: found by meaning; while the model server is away by words, which is said; then made up for."""
    keys = Keys(town.service.jwks_url, town.service.signer)
    words = town.by_words()
    assert not town.finds_the_sofa(), f"words alone do not lead from {PARAPHRASE!r}"
    port = free_port()
    upstream = {"url": f"http://127.0.0.1:{port}/v1", "embedding_model": NAME, "answer_timeout_s": 20.0}
    with running_inference(keys, upstream=upstream) as inference:
        with embedding_server(model, python, port):
            town.restart(**settings(town, inference.url))
            until(lambda: town.profile() is not None)
            until(town.finds_the_sofa, 30)
            assert town.checks()["dense"] == "ok"
            assert [answer["hits"][0]["text"] for answer in town.by_words()] == [a["hits"][0]["text"] for a in words]
        assert town.by_words() == words
        with town.office.client() as client:
            made = upload(client, town.office.documents, "bees.txt", b"Apiaries are reported to the veterinary office.")
            state = wait_for(client, f"/documents/{made['id']}")
        assert (state["state"], [item["code"] for item in state["warnings"]]) == ("ready", ["by_words_alone"])
        assert town.checks()["dense"] == "degraded"
        with embedding_server(model, python, port), town.office.client() as client:
            until(lambda: client.get(f"/documents/{made['id']}").json()["warnings"] == [])
            until(lambda: any(hit["text"].startswith("Apiaries") for hit in town.ask(BEES)[:3]), 30)
            assert town.checks()["dense"] == "ok"
