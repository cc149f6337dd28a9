# SPDX-License-Identifier: EUPL-1.2
"""The main journey over the public API, without a model: ask the laws, ask a PDF of one's own, summarise, draft."""

import json

import httpx
import pytest

from tests.support import pdf
from tests.support.platform import Platform, parse_stream, wait_document

NOTE = (
    "Die Sanierung der Rheinbrücke beginnt am 3. März 2027 und kostet 4,2 Millionen Euro.",
    "Während der Arbeiten wird der Verkehr über die Südbrücke umgeleitet.",
    "Zuständig für Rückfragen ist das Referat für Brückenbau.",
)


@pytest.fixture(scope="module")
def clerk(platform: Platform) -> httpx.Client:
    return platform.client()


def run(client: httpx.Client, module: str, given: dict[str, object]) -> dict[str, object]:
    answer = client.post(f"/api/v1/modules/{module}/runs", json={"input": given})
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    return body


def test_a_clerk_gets_the_right_section_cited(clerk: httpx.Client) -> None:
    body = run(clerk, "ask-documents", {"question": "Wie lange wird Wohngeld in der Regel bewilligt?"})
    result = body["result"]
    assert body["state"] == "succeeded"
    assert body["mode"] == "extractive"
    assert result["found"] is True
    top = result["citations"][:3]
    assert "§ 25 WoGG Bewilligungszeitraum" in [citation["section_path"][-1] for citation in top]
    for citation in result["citations"]:
        assert citation["quote"] in citation["text"]
        assert f"[{citation['number']}]" in result["answer"]


def test_a_citation_is_the_verbatim_text_at_its_place(clerk: httpx.Client) -> None:
    body = run(clerk, "ask-documents", {"question": "Was ist das Steuergeheimnis?"})
    for citation in body["result"]["citations"]:
        answer = clerk.get(
            f"/api/v1/documents/{citation['document']}/text",
            params={"char_from": citation["char_from"], "char_to": citation["char_to"]},
        )
        assert answer.json()["text"] == citation["text"]


def test_what_the_documents_do_not_say_is_not_found(clerk: httpx.Client) -> None:
    body = run(clerk, "ask-documents", {"question": "Wann hat das Hallenbad in Oberkassel geöffnet?"})
    result = body["result"]
    assert result["found"] is False
    assert result["citations"] == []
    assert result["answer"].startswith("In den freigegebenen Dokumenten nicht gefunden")


def test_a_pdf_of_ones_own_is_asked_and_shown(clerk: httpx.Client) -> None:
    upload = clerk.post(
        "/api/v1/files", files={"file": ("Brücke.pdf", pdf.build(pdf.text_page(*NOTE)), "application/pdf")}
    )
    assert upload.status_code == 202, upload.text
    file = upload.json()["id"]
    body = run(clerk, "ask-documents", {"question": "Was kostet die Sanierung der Brücke?", "files": [file]})
    citation = body["result"]["citations"][0]
    assert "4,2 Millionen Euro" in citation["quote"]
    assert citation["file"] == file
    assert citation["page"] == 1
    state = wait_document(clerk, f"/api/v1/files/{file}")
    assert (state["name"], state["pages"]) == ("Brücke.pdf", 1)
    span = f"{citation['char_from']}-{citation['char_to']}"
    page = clerk.get(f"/api/v1/files/{file}/pages/1", params={"highlight": span})
    assert page.headers["content-type"] == "image/png"
    assert page.content != clerk.get(f"/api/v1/files/{file}/pages/1").content


def test_a_summary_quotes_its_source(clerk: httpx.Client) -> None:
    text = " ".join(NOTE) + " Das Wetter war am Tag der Besprechung schön. Es gab Kaffee und Kuchen."
    body = run(clerk, "summarise", {"text": text, "length": "short"})
    result = body["result"]
    assert result["mode"] == "extractive"
    assert result["citations"]
    assert all(citation["quote"] in text for citation in result["citations"])
    assert 0 < len(result["text"]) < len(text)


def test_a_draft_fills_the_house_template_and_marks_gaps(clerk: httpx.Client) -> None:
    notes = "Antrag vom 2. Februar 2027 eingegangen, Mietvertrag fehlt"
    body = run(clerk, "draft", {"kind": "vermerk", "notes": notes})
    result = body["result"]
    assert result["mode"] == "template"
    assert "2. Februar 2027" in result["text"]
    assert "Mietvertrag fehlt" in result["text"]
    assert "[Bitte ergänzen" in result["text"]


def test_chat_says_what_it_can_do_without_a_model(clerk: httpx.Client) -> None:
    body = run(clerk, "chat", {"message": "Guten Morgen!"})
    assert body["mode"] != "generative"
    assert "Sprachmodell" in body["result"]["text"]
    messages = clerk.get(f"/api/v1/conversations/{body['conversation']}/messages").json()["items"]
    assert [(m["role"], m["state"]) for m in messages] == [("user", "complete"), ("assistant", "complete")]
    assert messages[0]["text"] == "Guten Morgen!"
    assert messages[1]["text"] == body["result"]["text"]


def test_a_stream_can_be_read_again_from_any_event(clerk: httpx.Client) -> None:
    body = {"input": {"question": "Wer ist vom Wohngeld ausgeschlossen?"}}
    path = "/api/v1/modules/ask-documents/runs"
    stream = clerk.post(path, json=body, headers={"accept": "text/event-stream"})
    events = parse_stream(stream.text)
    assert events[0].type == "run.started"
    assert [e.type for e in events if e.type in {"done", "error", "cancelled"}] == ["done"]
    assert events[-1].type == "done"
    assert [e.id for e in events] == sorted({e.id for e in events})
    again = f"/api/v1/runs/{events[0].data['run']}/events"
    for event in events[:-1]:
        rest = parse_stream(clerk.get(again, headers={"last-event-id": str(event.id)}).text)
        assert rest == [e for e in events if e.id > event.id]


def test_an_application_calls_a_module(platform: Platform) -> None:
    application = platform.application()
    answer = application.post(
        "/api/v1/modules/ask-documents/runs",
        json={"input": {"question": "Wie lange ist ein Personalausweis gültig?"}},
        headers={"prefer": "respond-async", "idempotency-key": "fall-4711"},
    )
    assert answer.status_code == 202, answer.text
    location = answer.headers["location"]
    again = application.post(
        "/api/v1/modules/ask-documents/runs",
        json={"input": {"question": "Wie lange ist ein Personalausweis gültig?"}},
        headers={"prefer": "respond-async", "idempotency-key": "fall-4711"},
    )
    assert again.headers["location"] == location
    events = parse_stream(application.get(f"{location}/events").text)
    assert events[-1].type == "done"
    finished = application.get(location).json()
    assert finished["state"] == "succeeded"
    assert finished["result"] == json.loads(json.dumps(events[-1].data["result"]))
    sections = [citation["section_path"][-1] for citation in finished["result"]["citations"][:3]]
    assert any(section.startswith("§ 6 PAuswG") for section in sections)


def test_a_knowledge_base_is_filled_asked_and_deleted(clerk: httpx.Client, platform: Platform) -> None:
    created = clerk.post("/api/v1/knowledge-bases", json={"name": "Brücken", "purpose": "Probe", "owner": "authority"})
    assert created.status_code == 201, created.text
    kb = created.json()["id"]
    upload = clerk.post(
        f"/api/v1/knowledge-bases/{kb}/documents", files={"file": ("note.txt", "\n".join(NOTE).encode(), "text/plain")}
    )
    document = upload.json()["id"]
    assert wait_document(clerk, f"/api/v1/documents/{document}")["state"] == "ready"
    query = {"query": "Umleitung Südbrücke", "limit": 3}
    hits = clerk.post(f"/api/v1/knowledge-bases/{kb}/search", json=query).json()["hits"]
    assert hits[0]["document"] == document
    colleague = platform.client(role="behoerdenadministration")
    assert colleague.post("/api/v1/search", json=query).status_code in {200, 403}
    assert clerk.delete(f"/api/v1/knowledge-bases/{kb}").status_code == 204
    assert clerk.get(f"/api/v1/documents/{document}").status_code == 404
    assert document not in clerk.post("/api/v1/search", json=query).text


def test_a_deleted_conversation_takes_its_files_along(clerk: httpx.Client) -> None:
    """DSG-01, in part: what was attached in one conversation only is gone with it; what another uses stays."""

    def attached(content: str) -> str:
        upload = clerk.post("/api/v1/files", files={"file": ("notiz.txt", content.encode(), "text/plain")})
        return str(upload.raise_for_status().json()["id"])

    alone, shared = attached("Nur hier: die Kelleralarmanlage."), attached("Auch dort: die Dachrinne.")
    first = run(clerk, "chat", {"message": "Was steht hier?", "files": [alone, shared]})["conversation"]
    run(clerk, "chat", {"message": "Und hier?", "files": [shared]})
    assert clerk.delete(f"/api/v1/conversations/{first}").status_code == 204
    assert clerk.get(f"/api/v1/files/{alone}").status_code == 404
    assert clerk.get(f"/api/v1/files/{shared}").status_code == 200
    assert clerk.get(f"/api/v1/conversations/{first}").status_code == 404
