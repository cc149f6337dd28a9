# SPDX-License-Identifier: EUPL-1.2
"""Forms that reading was not written for: other labels, order, columns, marks, sizes and formats (48 of them)."""

import pytest

from genius_modules.completeness.capture.description import load_form
from genius_modules.completeness.capture.reading import observe, sources_of
from genius_retrieval.documents.layout import layout_of
from tests.support.dossiers import RECEIVED, types, wrong_facts
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
