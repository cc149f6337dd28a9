# SPDX-License-Identifier: EUPL-1.2
"""`POST /search/explain`: the same search, and how it came to its hits."""

from uuid import uuid4

import pytest

from tests.support.retrieval import Office, RetrievalService, upload, wait_for

TEXT = (
    "Bewilligungszeitraum\n\nDas Wohngeld wird in der Regel für zwölf Monate bewilligt.\n\n"
    "Zuständigkeit\n\nÜber den Antrag entscheidet die Wohngeldbehörde nach § 24 WoGG.\n\n"
)
QUERIES = [
    "Wie lange wird Wohngeld bewilligt?",
    "Wohngeldbehörde",
    "§ 24 WoGG",
    "Was kostet ein Reisepass?",
    "der die das",
]


@pytest.fixture(scope="module")
def filled(service: RetrievalService) -> Office:
    office = Office(service).set_up()
    with office.client() as client:
        for number in range(3):
            made = upload(client, office.documents, f"merkblatt-{number}.txt", (TEXT * (number + 1)).encode())
            assert wait_for(client, f"/documents/{made['id']}")["state"] == "ready"
    return office


@pytest.mark.parametrize("query", QUERIES)
def test_it_is_the_same_search(filled: Office, query: str) -> None:
    """Hits, order, scores and verdict are those that everybody gets."""
    body = {"query": query, "limit": 20, "knowledge_bases": [str(filled.knowledge_base)]}
    with filled.client() as client:
        found = client.post("/search", json=body).json()
        told = client.post("/search/explain", json=body).json()
    assert [one["hit"] for one in told["hits"]] == found["hits"]
    assert (told["verdict"], told["searched"]) == (found["verdict"], found["searched"])
    assert found["verdict"]["answerable"] is (
        found["hits"] != [] and found["verdict"]["confidence"] >= told["threshold"]
    )


def test_it_says_how_the_query_was_read_and_what_brought_a_hit_forward(filled: Office) -> None:
    body = {"query": "Wer entscheidet nach § 24 WoGG über Wohngeld?", "knowledge_bases": [str(filled.knowledge_base)]}
    with filled.client() as client:
        told = client.post("/search/explain", json=body).json()
    reading = told["reading"]
    assert (reading["form"], reading["references"]) == ("question", ["§ 24 WoGG"])
    words = {one["word"]: one for one in reading["words"]}
    assert words["wohngeld"]["also"][0] == "wohngeld"
    best = told["hits"][0]
    assert "wohngeld" in best["words"]
    places = {one["branch"]: one for one in best["branches"]}
    assert {"body", "compounds"} <= set(places)
    assert all(one["rank"] >= 1 and 0 < one["share"] <= 1 for one in places.values())
    assert [step["name"] for step in told["steps"]] == ["question", "index", "ranking", "verdict"]
    assert told["candidates"] >= len(told["hits"]) > 0


def test_only_who_may_write_there_is_told(filled: Office) -> None:
    """TEN-02, TEN-04: readers, strangers and those who name nothing get what an unknown knowledge base gets."""
    own = [str(filled.knowledge_base)]
    reader = filled.who(writable_knowledge_bases=frozenset())
    answers = []
    for who, bases in (
        (reader, own),
        (filled.who(), [str(uuid4())]),
        (filled.who(), None),
        (filled.who(), [*own, str(uuid4())]),
    ):
        with filled.service.client(who) as client:
            answer = client.post("/search/explain", json={"query": "Wohngeld", "knowledge_bases": bases})
        problem = {name: value for name, value in answer.json().items() if name != "request_id"}
        answers.append((answer.status_code, problem))
    assert answers[0][0] == 404
    assert answers.count(answers[0]) == len(answers)
