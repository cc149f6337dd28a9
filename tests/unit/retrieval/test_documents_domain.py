# SPDX-License-Identifier: EUPL-1.2
"""Sealed names, states, reasons, rights and jobs of documents, without a server."""

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import genius_retrieval
from genius_common.crypto import ContentKey, Undecryptable, new_secret
from genius_common.errors import NotFound
from genius_common.principal import ProtectionClass
from genius_retrieval.access import may_see_class, parse_id, require_readable, require_writable, row_scope, write_scope
from genius_retrieval.documents.repository import Row
from genius_retrieval.documents.sealing import name_digest, open_text, owner_of, seal_text
from genius_retrieval.documents.service import Upload, leftovers_of, visible
from genius_retrieval.ingest.queue import Leftovers, Target
from genius_retrieval.ingest.reasons import FAILURES, OF_PAGES, WARNINGS, failure, warnings
from tests.support.retrieval import principal

KEY = ContentKey(UUID(int=1), b"1" * 32)
HERE, THERE, ME, OTHER, BASE, DOCUMENT = (UUID(int=n) for n in range(10, 16))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def row(**changes: Any) -> Row:
    values: dict[str, Any] = {
        "id": DOCUMENT, "kind": "document", "knowledge_base": BASE, "authority": HERE, "owner_person": None,
        "protection_class": "intern", "collection": None, "next_collection": None, "original": None, "canonical": None,
    }  # fmt: skip
    return cast("Row", SimpleNamespace(**{**values, **changes}))


def file(**changes: Any) -> Row:
    return row(**{"kind": "file", "knowledge_base": None, "owner_person": ME, **changes})


@given(texts, st.sampled_from(["name", "title"]), st.uuids())
def test_a_sealed_text_opens_in_its_place(text: str, column: str, document: UUID) -> None:
    assert open_text(KEY, seal_text(KEY, text, column, document), column, document) == text


@pytest.mark.parametrize(
    ("key", "column", "document"),
    [
        (KEY, "title", DOCUMENT),
        (KEY, "name", OTHER),
        (ContentKey(KEY.id, new_secret()), "name", DOCUMENT),
        (ContentKey(OTHER, KEY.secret), "name", DOCUMENT),
    ],
)
def test_a_sealed_text_opens_nowhere_else(key: ContentKey, column: str, document: UUID) -> None:
    with pytest.raises(Undecryptable):
        open_text(key, seal_text(KEY, "Bescheid Müller", "name", DOCUMENT), column, document)


@given(st.data())
def test_a_damaged_seal_never_opens(data: st.DataObject) -> None:
    sealed = bytearray(seal_text(KEY, "Bescheid", "name", DOCUMENT))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Undecryptable):
        open_text(KEY, bytes(sealed), "name", DOCUMENT)


def test_digests_of_names_ignore_case_and_tell_owners_apart() -> None:
    assert name_digest(KEY, "STRASSE.pdf") == name_digest(KEY, "straße.PDF")
    assert name_digest(KEY, "a.pdf") != name_digest(KEY, "b.pdf")
    assert name_digest(KEY, "a.pdf") != name_digest(ContentKey(KEY.id, new_secret()), "a.pdf")
    assert seal_text(KEY, "a", "name", DOCUMENT) != seal_text(KEY, "a", "name", DOCUMENT)


def refused_codes() -> set[str]:
    """Every literal that the sources raise `Refused` with."""
    found: set[str] = set()
    for path in Path(genius_retrieval.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                found |= {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return found


def test_every_refusal_has_a_text() -> None:
    codes = refused_codes()
    assert len(codes) > 10
    assert codes - {"code", "assword"} <= set(FAILURES)


@pytest.mark.parametrize(("code", "text"), [*FAILURES.items(), *WARNINGS.items()])
def test_texts_are_whole_german_sentences(code: str, text: str) -> None:
    """They address the reader with Sie, never du, and end as a sentence."""
    assert text[0].isupper()
    assert text.endswith(".")
    assert not {"du", "dein", "deine", "dir"} & set(text.lower().split())
    assert code not in text.split()


@pytest.mark.parametrize(
    "code",
    [
        "empty",
        "too_large",
        "ambiguous_type",
        "encrypted",
        "broken",
        "no_text",
        "too_many_pages",
        "too_complex",
        "ocr_missing",
    ],
)
def test_a_failure_that_can_be_mended_says_how(code: str) -> None:
    found = failure(code)
    assert found is not None
    assert (found.code, "Bitte " in found.detail) == (code, True)


def test_unknown_codes_get_a_text_and_none_gets_none() -> None:
    assert failure(None) is None
    unknown = failure("aus_der_zukunft")
    assert unknown is not None
    assert unknown.detail == FAILURES["internal_error"]
    assert [w.code for w in warnings(["hidden_text", "fremd", "duplicate"])] == ["hidden_text", "duplicate"]


@pytest.mark.parametrize("code", OF_PAGES)
def test_warnings_that_name_pages(code: str) -> None:
    one, more, many = warnings([f"{code}:3", f"{code}:3,7-9", f"{code}:*412"])
    assert {one.code, more.code, many.code} == {code}
    assert one.detail.startswith("Seite 3 ")
    assert more.detail.startswith("Seiten 3, 7–9 ")
    assert many.detail.startswith("412 Seiten ")
    assert one.detail.endswith(".")
    assert one.detail.split()[2] != more.detail.split()[3]


@pytest.mark.parametrize("pages", ["", "x", "3,", "3-", "*", "<b>", "3, 4", "1234567", "{pages}"])
def test_what_is_no_list_of_pages_is_not_said(pages: str) -> None:
    """A parser that was taken over can put no words of its own before readers."""
    assert warnings([f"ocr:{pages}", "hidden_text:3"]) == []


CLASSES = list(ProtectionClass)


@pytest.mark.parametrize("clearance", CLASSES)
@pytest.mark.parametrize("given_class", CLASSES)
@pytest.mark.parametrize("kind", ["document", "file"])
def test_the_class_decides_over_both_kinds(clearance: ProtectionClass, given_class: ProtectionClass, kind: str) -> None:
    who = principal(HERE, subject=ME, classification=clearance, knowledge_bases=frozenset({BASE}))
    one = (row if kind == "document" else file)(protection_class=given_class.value)
    if given_class.rank <= clearance.rank:
        assert visible(who, one, kind) is one
    else:
        with pytest.raises(NotFound):
            visible(who, one, kind)
    assert may_see_class(who, given_class.value) is (given_class.rank <= clearance.rank)


RUN = {"run": OTHER, "files": frozenset({DOCUMENT})}


@pytest.mark.parametrize(
    ("one", "kind", "changes", "seen"),
    [
        (row(), "document", {"knowledge_bases": frozenset({BASE})}, True),
        (row(), "document", {"writable_knowledge_bases": frozenset({BASE})}, True),
        (row(), "document", {"knowledge_bases": frozenset({OTHER})}, False),
        (row(), "document", {}, False),
        (row(), "file", {"knowledge_bases": frozenset({BASE})}, False),
        (None, "document", {"knowledge_bases": frozenset({BASE})}, False),
        (None, "file", {}, False),
        (file(), "file", {}, True),
        (file(), "document", {}, False),
        (file(), "file", {"subject": OTHER}, False),
        (file(), "file", {"authority": THERE}, False),
        (file(), "file", {"authority": None}, False),
        (file(), "file", RUN, True),
        (file(id=OTHER), "file", RUN, False),
        (file(), "file", {"run": OTHER}, False),
        (file(), "file", {**RUN, "subject": OTHER}, False),
    ],
)
def test_who_sees_what(one: Row | None, kind: str, changes: dict[str, Any], seen: bool) -> None:
    """TEN-04: knowledge bases by the token, files by person and authority, in a run only those that it names."""
    who = principal(HERE, **{"subject": ME, **changes}) if "authority" not in changes else principal(
        changes["authority"], subject=ME
    )  # fmt: skip
    if seen:
        assert visible(who, one, kind) is one
    else:
        with pytest.raises(NotFound):
            visible(who, one, kind)


@pytest.mark.parametrize(("own", "of"), [(HERE, THERE), (HERE, None), (None, HERE)])
def test_nobody_writes_for_another_authority(own: UUID | None, of: UUID | None) -> None:
    with pytest.raises(NotFound):
        write_scope(principal(own), of)


def test_scopes_of_rows() -> None:
    who = principal(HERE, subject=ME)
    assert (row_scope(who).authority, row_scope(who).person, row_scope(who).tenant_wide) == (HERE, ME, False)
    assert write_scope(who, HERE).tenant_wide is False
    assert write_scope(principal(None), None).tenant_wide is True
    assert row_scope(principal(None)).tenant_wide is False


def test_reading_is_no_writing() -> None:
    who = principal(HERE, knowledge_bases=frozenset({BASE}))
    require_readable(who, BASE)
    with pytest.raises(NotFound):
        require_writable(who, BASE)


@given(st.uuids())
def test_ids_have_one_form(identifier: UUID) -> None:
    assert parse_id(str(identifier)) == parse_id(str(identifier).upper()) == identifier
    for other in (
        identifier.hex,
        f"{{{identifier}}}",
        f"urn:uuid:{identifier}",
        f" {identifier}",
        str(identifier)[:-1],
    ):
        with pytest.raises(NotFound):
            parse_id(other)


optional = st.none() | st.uuids()


@given(st.uuids(), optional, st.uuids(), st.lists(st.uuids(), max_size=3))
def test_jobs_come_back_from_their_arguments(one: UUID, maybe: UUID | None, person: UUID, objects: list[UUID]) -> None:
    target, left = Target(one, maybe, person), Leftovers(one, maybe, tuple(objects))
    assert Target.of(target.arguments()) == target
    assert Leftovers.of(left.arguments()) == left


@pytest.mark.parametrize(("original", "canonical", "count"), [(None, None, 0), (ME, None, 1), (ME, OTHER, 2)])
def test_what_a_row_leaves_behind(original: UUID | None, canonical: UUID | None, count: int) -> None:
    left = leftovers_of(row(original=original, canonical=canonical, collection=BASE))
    assert (left.document, left.collection, len(left.objects)) == (DOCUMENT, BASE, count)


def test_owners() -> None:
    assert owner_of(row(owner_person=ME)).person is None
    assert (owner_of(file()).authority, owner_of(file()).person) == (HERE, ME)
    assert owner_of(row(authority=None)).authority is None


@pytest.mark.parametrize(("content", "refusal"), [(b"", "empty"), (b"x", None)])
def test_uploads(content: bytes, refusal: str | None) -> None:
    upload = Upload.of("a.txt", content)
    assert (upload.refusal, upload.size) == (refusal, len(content))
    assert len(upload.version) == 64
    assert Upload("a.txt", None, 9, "v").refusal == "too_large"
    assert Upload.of("b.txt", content).version == upload.version
