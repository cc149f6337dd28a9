# SPDX-License-Identifier: EUPL-1.2
"""Subjects regulated elsewhere are looked up by their words; all others share none with the question."""

import pytest

from genius_retrieval.laws.elsewhere import elsewhere
from genius_retrieval.search.evidence import Lens
from genius_retrieval.search.outside import Outside, outside
from genius_retrieval.search.question import understand


@pytest.mark.parametrize("query", ["Wie hoch ist das Pflegegeld?", "Krankengeld und Zuzahlung", "Hundesteuer anmelden"])
def test_it_fits_at_least_as_well_as_every_other(query):
    lens = Lens(understand(query))
    found = outside(lens)
    assert found.subject is not None
    assert found.share == lens.share(lens.best(lens.common(found.subject.terms))) > 0
    most = max(lens.share(lens.best(lens.common(subject.terms))) for subject in elsewhere())
    assert most <= found.share * (1 + 0.5 * found.precise)


def test_nothing_fits_what_names_nothing():
    assert outside(Lens(understand("Xylofonquark?"))) == Outside()
