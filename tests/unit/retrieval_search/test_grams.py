# SPDX-License-Identifier: EUPL-1.2
import string

from hypothesis import given, settings
from hypothesis import strategies as st

from genius_retrieval.search.grams import shared_runs
from genius_retrieval.text.words import words

TEXT = st.text(alphabet=string.ascii_lowercase + "äöüß -\n\x00\u00ad😀.§1", max_size=80)


def runs(text: str) -> set[str]:
    return {f" {word} "[at : at + 5] for word in words(text) for at in range(len(word) - 2)}


def test_words_that_share_letters_but_no_stem_are_near() -> None:
    near, far = shared_runs(["sachverstand"], ["Der Sachverständige begutachtet.", "Die Miete ist fällig."])
    assert (near, far) == (1.0, 0.0)


def test_more_of_the_runs_and_a_shorter_text_count_more() -> None:
    texts = ["Bewilligungszeitraum", "Bewilligung", "Bewilligung " + "und so weiter " * 60, "Anderes."]
    whole, half, long, none = shared_runs(["bewilligungszeitraum"], texts)
    assert whole == 1.0 > half > long > none == 0.0


def test_a_run_does_not_reach_into_the_next_text() -> None:
    assert shared_runs(["bauen"], ["bau", "en", "ba", "uen"]) == [0.0] * 4


@settings(deadline=None)
@given(st.lists(st.text(alphabet=string.ascii_lowercase + "äöü", min_size=1, max_size=12), max_size=4), st.lists(TEXT))
def test_a_text_scores_exactly_if_it_has_a_run_of_the_words(asked: list[str], texts: list[str]) -> None:
    """Whatever the characters are, and wherever one text ends and the next begins."""
    found = shared_runs(asked, texts)
    wanted = runs(" ".join(asked))
    assert [value > 0 for value in found] == [not wanted.isdisjoint(runs(text.replace("\x00", " "))) for text in texts]
    assert all(0 <= value <= 1 for value in found)
    assert not any(found) or max(found) == 1.0
