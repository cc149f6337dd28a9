# SPDX-License-Identifier: EUPL-1.2
"""What an import sends: whatever the order of changes, in the end every content that is here is there."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from genius_common.contracts.retrieval import DocumentState, DocumentStateName, Reason
from genius_stack.imports.plan import Local, plan

NOW = dt.datetime.now(dt.UTC)
_NAMES = st.sampled_from(["a", "A", "b", "c › d", "e"])
_VERSIONS = st.sampled_from(["1", "2", "3", "4"])


def document(name: str, version: str, state: DocumentStateName = "ready") -> DocumentState:
    reason = Reason(code="broken", detail="Die Datei ist beschädigt.") if state == "failed" else None
    return DocumentState(id=uuid4(), name=name, version=version, state=state, size=1, created_at=NOW, reason=reason)


class Platform:
    """What the platform does with uploads and names, as docs/explanation/ingestion.md says."""

    def __init__(self, held: dict[str, str]) -> None:
        self.held = {name.casefold(): version for name, version in held.items()}

    def send(self, file: Local) -> None:
        if file.version not in self.held.values():
            self.held[file.key] = file.version


@given(
    st.dictionaries(_NAMES, _VERSIONS).map(lambda d: {k.casefold(): v for k, v in d.items()}),
    st.dictionaries(_NAMES.map(str.casefold), _VERSIONS),
)
def test_after_a_run_every_content_is_there_and_a_second_one_has_nothing_to_do(
    there: dict[str, str], here: dict[str, str]
) -> None:
    files = [Local(name, version) for name, version in here.items()]
    made = plan(files, [document(name, version) for name, version in there.items()])
    platform = Platform(there)
    for todo in made.rounds:
        for file in todo:
            platform.send(file)
    assert {file.version for file in files} <= set(platform.held.values())
    sent = [file.name for todo in made.rounds for file in todo]
    assert len(sent) == len(set(sent))
    assert len(sent) + len(made.unchanged) + len(made.elsewhere) == len(files)
    again = plan(files, [document(name, version) for name, version in platform.held.items()])
    assert not again.rounds
    assert {d.name for d in made.missing}.isdisjoint(here)


def test_a_changed_file_is_sent_before_what_still_needs_its_older_content() -> None:
    """The only document with a content must not be superseded while another file still has that content."""
    made = plan([Local("a.txt", "2"), Local("kopie.txt", "1")], [document("a.txt", "1")])
    assert [[file.name for file in todo] for todo in made.rounds] == [["a.txt"], ["kopie.txt"]]
    assert made.changes == {"a.txt"}


def test_names_are_compared_as_the_platform_does_it() -> None:
    made = plan([Local("Straße.txt", "1"), Local("x.txt", "2")], [document("STRASSE.TXT", "1"), document("y.txt", "2")])
    assert [file.name for file in made.unchanged] == ["Straße.txt"]
    assert made.elsewhere == [("x.txt", "y.txt")]
    assert made.missing == []


def test_what_could_not_be_read_is_not_sent_again_unless_asked() -> None:
    failed = document("a.txt", "1", "failed")
    files = [Local("a.txt", "1")]
    assert [file.name for file, _ in plan(files, [failed]).failed] == ["a.txt"]
    assert plan(files, [failed]).rounds == []
    again = plan(files, [failed], retry_failed=True)
    assert (again.rounds, again.again) == ([files], [failed])
    assert plan(files, [failed, document("a.txt", "1")]).failed == []


def test_documents_without_a_file_are_named() -> None:
    made = plan([Local("a.txt", "1")], [document("a.txt", "1"), document("b.txt", "2")])
    assert [item.name for item in made.missing] == ["b.txt"]
