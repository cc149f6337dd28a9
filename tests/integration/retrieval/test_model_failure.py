# SPDX-License-Identifier: EUPL-1.2
"""A model of the search that can't be had: words go on, nothing is lost, and it is said. The model: make test-dense."""

import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from genius_retrieval.dense.models import DenseModels, LocalModel, fingerprint
from genius_retrieval.dense.port import ModelUnavailable
from genius_retrieval.index.port import DENSE, Hits, Scored
from genius_retrieval.search.branches import fuse
from genius_retrieval.settings import DenseSettings
from genius_retrieval.text.fields import BODY
from tests.support.postgres import TestPostgres
from tests.support.retrieval import Office, memory_folder, running_service, upload, wait_for


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What looks like a model; the interpreter of these tests ends at once."""
    made = tmp_path / "model"
    made.mkdir()
    (made / "config.json").write_text("{}")
    (made / "model.safetensors").write_bytes(b"\0" * 4096)
    return made


@pytest.mark.thorough
def test_documents_are_found_by_words_and_it_is_said(postgres_server: TestPostgres, folder: Path) -> None:
    """ING-10: ready, searchable, with a warning; `/health/ready` is degraded, never down."""
    extra = {"DENSE__MODEL_DIR": str(folder), "DENSE__PYTHON": "/bin/false", "DENSE__VECTOR_SIZE": "8"}
    with memory_folder() as data, running_service(postgres_server, data, **extra) as service:
        office = Office(service).set_up()
        with office.client() as client:
            made = upload(client, office.documents, "a.txt", b"Die Wasseruhr wird geeicht.")
            state = wait_for(client, f"/documents/{made['id']}")
            assert (state["state"], [item["code"] for item in state["warnings"]]) == ("ready", ["by_words_alone"])
            hits = client.post("/search", json={"query": "Wasseruhr"}).json()["hits"]
            assert [hit["document"] for hit in hits] == [made["id"]]
        answer = httpx.get(f"{service.url}/health/ready", trust_env=False)
        assert (answer.status_code, answer.json()["status"], answer.json()["checks"]["dense"]) == (
            200,
            "degraded",
            "degraded",
        )


async def test_a_failed_model_is_left_alone_for_a_while(folder: Path) -> None:
    """Nobody waits for a model that has just failed, and no search waits for one that is being loaded."""
    models = DenseModels(LocalModel(DenseSettings(model_dir=folder, python=Path("/bin/false"), vector_size=8)))
    assert models.current
    with pytest.raises(ModelUnavailable):
        await models.current.query("x")
    with pytest.raises(ModelUnavailable):
        await models.current.passages(["x"])
    begin = time.monotonic()
    for _ in range(20):
        with pytest.raises(ModelUnavailable):
            await models.current.passages(["x"])
    assert time.monotonic() - begin < 1
    assert models.current.state == "degraded"
    await models.close()


def test_a_model_is_known_by_its_files(folder: Path) -> None:
    """REL-11: other weights or another tokenizer are another model; a collection's vectors are of one alone."""
    first = fingerprint(folder)
    models = DenseModels(LocalModel(DenseSettings(model_dir=folder, vector_size=8, passage_prefix="passage: ")))
    assert models.of({"dense": models.profile["dense"]}) is models.current
    assert models.of({"dense": {**models.profile["dense"], "prefix": ""}}) is None
    assert models.of({}) is None
    (folder / "model.safetensors").write_bytes(b"\1" + b"\0" * 4095)
    assert fingerprint(folder) != first
    (folder / "model.safetensors").unlink()
    with pytest.raises(ValueError, match="holds no model"):
        fingerprint(folder)


def test_the_nearest_passages_join_the_lists_of_words() -> None:
    """Cosines lie close together: the last of the list counts nothing, the first as much as the best of words."""
    word, near, far = uuid4(), uuid4(), uuid4()
    hits = Hits(((Scored(word, 4.0),), (Scored(near, 0.82), Scored(word, 0.81), Scored(far, 0.8))))
    found = {item.point: item for item in fuse([BODY, DENSE], hits, 80)}
    assert found[near].fields == {DENSE: 1.0}
    assert found[far].score == 0.0
    assert found[word].fields == {BODY: 1.0, DENSE: pytest.approx(0.5)}
    assert found[word].score > found[near].score
    assert [item.point for item in fuse([BODY, DENSE], hits, 2)] == [word, near]
