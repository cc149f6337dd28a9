# SPDX-License-Identifier: EUPL-1.2
"""Forms that reading was not written for: other labels, order, columns, marks, sizes and formats (48 of them)."""

import pytest

from genius_modules.completeness.capture.description import load_form
from genius_modules.completeness.capture.folded import name_parts
from genius_modules.completeness.capture.reading import observe, sources_of
from genius_retrieval.documents.layout import layout_of
from tests.support.document_variants import PAPERS, as_docx, as_pdf
from tests.support.dossiers import RECEIVED, plain, types, wrong_facts
from tests.support.form_variants import LAYOUTS, variant
from tests.unit.retrieval.parsing_helpers import parse


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_form_of_another_make_is_read(layout: str) -> None:
    for seed in range(LAYOUTS.index(layout), 48, len(LAYOUTS)):
        made = variant(seed)
        sources = sources_of(made.name, layout_of(parse(made.content, made.name)), "", "")
        found = observe(sources, types(), load_form("wohngeld"), RECEIVED)
        assert found.application_file == made.name, seed
        assert list(wrong_facts(found, made.application)) == [], seed


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("suffix", ["pdf", "docx"])
def test_a_document_of_another_make_is_read(name: str, suffix: str) -> None:
    paper = PAPERS[name]
    content = as_pdf(paper) if suffix == "pdf" else as_docx(paper)
    sources = sources_of(f"Scan.{suffix}", layout_of(parse(content, f"Scan.{suffix}")), "", "")
    (document,) = observe(sources, types(), load_form("wohngeld"), RECEIVED).documents
    assert document.document_type == paper.kind
    written = {frozenset(name_parts(_latin(name) if suffix == "pdf" else name)) for name in paper.names}
    assert {frozenset(name_parts(name)) for name, _ in document.names} == written
    assert {key: plain(document.values.get(key)) for key in paper.values} == paper.values


def _latin(name: str) -> str:
    """What the font of a written PDF can show."""
    return name.encode("cp1252", "ignore").decode("cp1252")
