# SPDX-License-Identifier: EUPL-1.2
"""Ids inside an input: every one is looked up in the caller's name, and what is missing is named, nothing else."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.contracts.modules import RunFile
from genius_common.errors import NotFound
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.knowledge_bases.model import KnowledgeBase
from genius_gateway.knowledge_bases.purposes import UseRefused
from genius_gateway.protection_classes.errors import ClassAboveClearance
from genius_gateway.runs.references import FoundDocument, ReferenceCheck, Use, ids, parse_id

MINE = Principal(subject=UUID(int=1), tenant="t", authority=UUID(int=2), classification=ProtectionClass.PERSONENBEZOGEN)
BASES = {
    uuid4(): ProtectionClass.OFFEN,
    uuid4(): ProtectionClass.INTERN,
    uuid4(): ProtectionClass.PERSONENBEZOGEN,
}
SECRET_BASE, BASE, DOCUMENT, FILE, CASE = (uuid4() for _ in range(5))
READABLE = {**BASES, SECRET_BASE: ProtectionClass.SOZIALDATEN}
KNOWN = {"knowledge_bases": [*BASES], "documents": [DOCUMENT], "files": [FILE]}


USE = Use("ask-documents", "Dokumente befragen")


def base_of(identifier: UUID, item: ProtectionClass, uses: tuple[str, ...] | None) -> KnowledgeBase:
    return KnowledgeBase(
        id=identifier,
        authority=MINE.authority,
        owner_kind="authority",
        owner_person=None,
        owner_unit=None,
        name=f"Basis {item.label}",
        purpose="Auskünfte",
        uses=uses,
        protection_class=item,
        created_at=dt.datetime.now(dt.UTC),
    )


class Shelf:
    """A library of one reader; `asked` tells for whom something was looked up, `classes` what things have."""

    def __init__(self, **classes: ProtectionClass) -> None:
        self.asked: list[Principal] = []
        self.uses: tuple[str, ...] | None = None
        self.classes = dict.fromkeys(("documents", "files", "case"), ProtectionClass.OFFEN) | classes
        self.bases = READABLE | ({BASE: classes["knowledge_bases"]} if "knowledge_bases" in classes else {})

    async def readable_knowledge_bases(self, principal: Principal) -> dict[UUID, KnowledgeBase]:
        self.asked.append(principal)
        return {identifier: base_of(identifier, item, self.uses) for identifier, item in self.bases.items()}

    async def document(self, principal: Principal, document: UUID) -> FoundDocument | None:
        self.asked.append(principal)
        item = self.classes["documents"]
        return FoundDocument(item, base_of(uuid4(), item, self.uses)) if document == DOCUMENT else None

    async def file(self, principal: Principal, file: UUID) -> RunFile | None:
        self.asked.append(principal)
        return RunFile(id=file, name="a.pdf", size=1, protection_class=self.classes["files"]) if file == FILE else None

    async def case_class(self, principal: Principal, case: UUID) -> ProtectionClass | None:
        self.asked.append(principal)
        return self.classes["case"] if case == CASE else None


async def refused(data: dict[str, Any], case: UUID | None = None, prefix: str = "/input") -> list[str]:
    """The pointers of the 404 that `data` gets."""
    with pytest.raises(NotFound) as caught:
        await ReferenceCheck(Shelf()).check(MINE, data, case, USE, prefix)
    assert {error.detail for error in caught.value.errors} == {NotFound.default_detail}
    return [error.pointer for error in caught.value.errors]


async def test_everything_known_is_found_and_labelled() -> None:
    shelf = Shelf()
    data = {name: [str(identifier) for identifier in known] for name, known in KNOWN.items()}
    found = await ReferenceCheck(shelf).check(MINE, data | {"text": "x"}, CASE, USE)
    assert [file.id for file in found.files] == [FILE]
    assert (found.protection_class, found.case) == (ProtectionClass.PERSONENBEZOGEN, CASE)
    assert shelf.asked == [MINE] * 4


@pytest.mark.parametrize("classes", itertools.product([False, True], repeat=3))
async def test_the_label_is_at_least_intern(classes: tuple[bool, ...]) -> None:
    """TEN-15"""
    chosen = [base for base, use in zip(BASES, classes, strict=True) if use]
    found = await ReferenceCheck(Shelf()).check(MINE, {"knowledge_bases": [str(base) for base in chosen]}, None, USE)
    assert found.protection_class == ProtectionClass.highest(
        [ProtectionClass.INTERN, *(READABLE[base] for base in chosen)]
    )


CLASSES = list(ProtectionClass)
SOME_CLASS = st.sampled_from(CLASSES)
NAMED = {"knowledge_bases": BASE, "documents": DOCUMENT, "files": FILE}


@given(
    classes=st.dictionaries(st.sampled_from([*NAMED, "case"]), SOME_CLASS),
    stated=st.none() | SOME_CLASS,
    clearance=SOME_CLASS,
)
async def test_everything_named_counts_and_what_is_above_is_named(
    classes: dict[str, ProtectionClass], stated: ProtectionClass | None, clearance: ProtectionClass
) -> None:
    """TEN-15: knowledge bases, documents, files, the case and the words themselves; a refusal says which and why."""
    who = replace(MINE, classification=clearance)
    data = {name: [str(NAMED[name])] for name in classes if name in NAMED}
    case = CASE if "case" in classes else None
    expected = ProtectionClass.highest([ProtectionClass.INTERN, *classes.values(), *([stated] if stated else [])])
    if clearance.covers(expected):
        found = await ReferenceCheck(Shelf(**classes)).check(who, data, case, USE, stated=stated)
        assert found.protection_class == expected
        own = [ProtectionClass.INTERN, *([stated] if stated else []), *([classes["files"]] if "files" in data else [])]
        assert found.attached == ProtectionClass.highest(own)
        assert [file.protection_class for file in found.files] == [classes[name] for name in ("files",) if name in data]
        return
    with pytest.raises(ClassAboveClearance) as caught:
        await ReferenceCheck(Shelf(**classes)).check(who, data, case, USE, stated=stated)
    given_classes = {f"/input/{name}/0": item for name, item in classes.items() if name in NAMED}
    given_classes |= {"/case": classes["case"]} if case else {}
    given_classes |= {"/protection_class": stated} if stated else {}
    above = {pointer: item.label for pointer, item in given_classes.items() if item.rank > clearance.rank}
    assert {error.pointer: error.detail for error in caught.value.errors} == {
        pointer: f"Schutzklasse „{label}“" for pointer, label in above.items()
    }
    assert {expected.label, clearance.label} <= set(re.findall("„(.*?)“", caught.value.detail))


@given(
    wanted=st.fixed_dictionaries(
        {name: st.lists(st.booleans(), max_size=5) for name in KNOWN}, optional={"text": st.text(max_size=3)}
    ),
    case_known=st.sampled_from([None, True, False]),
)
async def test_exactly_the_missing_ones_are_named(wanted: dict[str, Any], case_known: bool | None) -> None:
    """TEN-03: known and unknown ids at any place of any list, and the case."""
    data = {
        name: [str(KNOWN[name][0] if known else uuid4()) for known in flags]
        for name, flags in wanted.items()
        if name in KNOWN
    }
    case = {None: None, True: CASE, False: uuid4()}[case_known]
    missing = [f"/input/{name}/{index}" for name in KNOWN for index, known in enumerate(wanted[name]) if not known] + (
        ["/case"] if case_known is False else []
    )
    if missing:
        assert await refused(data, case) == missing
    else:
        found = await ReferenceCheck(Shelf()).check(MINE, data, case, USE)
        assert len(found.files) == len(wanted["files"])


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize(
    "value",
    ["quatsch", "", " ", "../../files/1", "00000000-0000-0000-0000-00000000000g", 7, -1, 1.5, None, True, [], {}, "\0"],
)
async def test_what_is_no_id_is_unknown(name: str, value: Any) -> None:
    """TEN-05 for names made of text: nothing but an id is ever looked up."""
    assert await refused({name: [str(KNOWN[name][0]), value]}) == [f"/input/{name}/1"]
    assert await refused({name: [value]}, prefix="") == [f"/{name}/0"]


@pytest.mark.parametrize("spelling", ["{}", "{{{}}}", "urn:uuid:{}", "upper"])
async def test_spellings_of_one_id_are_one_id(spelling: str) -> None:
    """The library gets the parsed id and never the text (pattern c: two parsers)."""
    text = str(FILE).upper() if spelling == "upper" else spelling.format(FILE)
    found = await ReferenceCheck(Shelf()).check(MINE, {"files": [text]}, None, USE)
    assert found.files[0].id == FILE


@pytest.mark.parametrize("value", [None, "x", 7, {}, [], True])
def test_a_field_that_is_no_list_holds_no_ids(value: Any) -> None:
    """Its form is the schema's business."""
    assert ids({"files": value}, "files") == []
    assert ids({}, "files") == []


@given(st.text(max_size=40))
def test_any_text_is_an_id_or_not_found(text: str) -> None:
    found: Any
    try:
        found = parse_id(text, "/x")
    except NotFound as error:
        found = [error.pointer for error in error.errors]
    assert isinstance(found, UUID) or found == ["/x"]


async def test_without_references_nothing_is_looked_up() -> None:
    shelf = Shelf()
    found = await ReferenceCheck(shelf).check(MINE, {"text": str(DOCUMENT), "knowledge_bases": []}, None, USE)
    assert shelf.asked == []
    assert (found.files, found.case, found.protection_class) == ([], None, ProtectionClass.INTERN)


@given(
    uses=st.none() | st.sets(st.sampled_from(["ask-documents", "chat", "search"]), min_size=1).map(tuple),
    named=st.sets(st.sampled_from(["knowledge_bases", "documents", "files"])),
    prefix=st.sampled_from(["/input", ""]),
)
async def test_what_is_not_there_for_the_use_is_named(
    uses: tuple[str, ...] | None, named: set[str], prefix: str
) -> None:
    """DSG-06: knowledge bases, and documents by the knowledge base that they are in; files belong to no purpose."""
    shelf = Shelf(knowledge_bases=ProtectionClass.INTERN)
    shelf.uses = uses
    data = {name: [str(NAMED[name])] for name in named}
    bound = sorted(f"{prefix}/{name}/0" for name in named if name != "files")
    if not bound or uses is None or USE.id in uses:
        await ReferenceCheck(shelf).check(MINE, data, None, USE, prefix)
        return
    with pytest.raises(UseRefused) as caught:
        await ReferenceCheck(shelf).check(MINE, data, None, USE, prefix)
    assert (caught.value.status, caught.value.code) == (403, "purpose_not_allowed")
    assert sorted(error.pointer for error in caught.value.errors) == bound
    assert USE.title in caught.value.detail
    assert "Auskünfte" in caught.value.detail
    assert len(caught.value.bases) == len(bound)
