# SPDX-License-Identifier: EUPL-1.2
"""From the files of an application to what was observed. One file that can't be read never stops the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from genius_common.contracts.layout import DocumentLayout
from genius_common.contracts.retrieval import DocumentState
from genius_modules.completeness.capture.address import as_spelled
from genius_modules.completeness.capture.classify import Classifier, DocumentType
from genius_modules.completeness.capture.description import FormDescription
from genius_modules.completeness.capture.documents import Source, documents_of, mark_duplicates
from genius_modules.completeness.capture.folded import find_words
from genius_modules.completeness.capture.form import labels_of, read_form
from genius_modules.completeness.capture.lines import Text, text_of
from genius_modules.completeness.observed import BLANK, Fact, Observed, ObservedDocument

_ILLEGIBLE = frozenset({"no_text", "no_content", "scan"})
"""Reasons for which a file could be opened, but nobody can read what it shows."""
_MAILS = frozenset({"message/rfc822", "application/vnd.ms-outlook"})
_CONTAINERS = frozenset({"application/zip"})
"""What only holds files, and has no words of its own."""
_LEAST_LABELS = 6
_FORM_TITLE = 1000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file that is `ready` with its layout, or `failed` without one."""

    state: DocumentState
    layout: DocumentLayout | None


def observe_files(
    files: Sequence[Loaded], types: Sequence[DocumentType], form: FormDescription, received: dt.date
) -> Observed:
    """Everything that stands in the files. `received` is the day they came, the reference where no stamp tells one.

    Days among the values of documents are `datetime.date`, months "2026-07".
    """
    sources: list[Source] = []
    for file in files:
        reason = file.state.reason.code if file.state.reason else "broken"
        sources += sources_of(file.state.name, file.layout, "" if file.layout else reason, file.state.version or "")
    return observe(sources, types, form, received)


def sources_of(name: str, layout: DocumentLayout | None, reason: str, version: str) -> list[Source]:
    """A file and what is attached to it, each as a document of its own."""
    if layout is None:
        return [Source(Text(name, ()), _unreadable(reason), version)]
    found = []
    if layout.media_type not in _CONTAINERS:
        found.append(Source(text_of(name, layout), None, version, message=layout.media_type in _MAILS))
    for part in layout.parts:
        found += sources_of(f"{name}#{part.name}", part.layout, part.reason or "broken", "")
    return found


def _unreadable(reason: str) -> str:
    return "unleserlich" if reason in _ILLEGIBLE else "nicht-pruefbar"


def observe(
    sources: Sequence[Source], types: Sequence[DocumentType], form: FormDescription, received: dt.date
) -> Observed:
    """What stands in documents that are opened."""
    classifier = Classifier(types, form)
    application = _application(sources, classifier, form)
    facts, persons = read_form(application.text, form) if application else ({}, ())
    facts = _received(facts, form, received)
    documents: list[ObservedDocument] = []
    for source in sources:
        found = documents_of(source, classifier, form, persons, is_form=source is application)
        documents += _spelled(found, form, facts) if source.text.scanned_pages else found
    return Observed(
        application_file=application.text.file if application else None,
        facts=facts,
        persons=persons,
        documents=tuple(mark_duplicates(sources, documents)),
        received=received,
    )


def _spelled(
    documents: Sequence[ObservedDocument], form: FormDescription, facts: Mapping[str, Fact]
) -> Iterator[ObservedDocument]:
    """Addresses of a scan as the form spells its own, where a recogniser can't tell them apart."""
    stated = [facts.get(field.fact, BLANK).value for field in form.fields if field.kind == "address"]
    for document in documents:
        address = document.values.get("address")
        for known in stated:
            if isinstance(address, dict) and isinstance(known, dict):
                address = as_spelled(address, known)
        yield replace(document, values={**document.values, "address": address}) if address else document


def _received(facts: dict[str, Fact], form: FormDescription, received: dt.date) -> dict[str, Fact]:
    stamp = facts.get(form.received.fact, BLANK)
    day = Fact(state="stated", value=received) if stamp.state != "stated" else stamp
    return {**facts, form.received.fact: day}


def _application(sources: Sequence[Source], classifier: Classifier, form: FormDescription) -> Source | None:
    """The form: titled as one or not, the document in which most of its labels stand."""
    labels = labels_of(form)
    ranked = []
    for source in sources:
        if source.unreadable:
            continue
        hits = {hit.wanted for line in source.text.lines for hit in find_words(labels, line.text)}
        title = classifier.title(source.text)
        titled = title is not None and title.type == form.document_type
        if titled or (len(hits) >= _LEAST_LABELS * 2 and title is None):
            ranked.append((len(hits) + _FORM_TITLE * titled, source))
    return max(ranked, key=lambda item: item[0])[1] if ranked else None
