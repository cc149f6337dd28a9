# SPDX-License-Identifier: EUPL-1.2
"""Answers from passages: verbatim, readable, most relevant first."""

from hypothesis import given
from hypothesis import strategies as st

from genius_common.contracts.retrieval import Hit, Passage
from genius_modules.documents.extractive import extractive_answer
from tests.support.scripted_retrieval import make_hit

LIST = (
    "(1) Der Ausweisinhaber ist verpflichtet, 1. den Ausweis vorzulegen, wenn eine Eintragung unrichtig ist, "
    + "2. auf Verlangen den alten Ausweis beim Empfang eines neuen abzugeben, " * 6
    + "3. den Verlust anzuzeigen.\n\n(2) Weiteres regelt die Verordnung."
)


def scored(hit: Hit, score: float, *spans: tuple[int, int]) -> Hit:
    passages = [
        Passage(char_from=hit.char_from + start, char_to=hit.char_from + end, score=1.0 - rank / 10)
        for rank, (start, end) in enumerate(spans)
    ]
    return hit.model_copy(update={"score": score, "passages": passages})


def test_a_passage_is_widened_to_its_sentence_and_named_with_its_absatz() -> None:
    text = "(1) Erstens gilt dies.\n\n(2) Die Frist für den Antrag der Person endet am 15. April 2026 um 12 Uhr."
    start = text.index("Die Frist")
    hit = scored(make_hit("§ 7 XG Frist", text, char_from=50), 1.0, (start, text.index(" April")))
    answer = extractive_answer("Wann endet die Frist?", [hit])
    assert answer.text == (
        "§ 7 XG Frist, Abs. 2: „Die Frist für den Antrag der Person endet am 15. April 2026 um 12 Uhr.“ [1]"
    )
    passage = answer.citations[0].passages[0]
    assert text[passage.char_from - 50 : passage.char_to - 50] == answer.citations[0].quote


def test_a_long_passage_is_shortened_visibly_and_stays_verbatim() -> None:
    answer = extractive_answer(
        "Was gilt?", [scored(make_hit("§ 27 PAuswG Pflichten", LIST), 1.0, (0, LIST.index("\n")))]
    )
    assert " …“ [1]" in answer.text
    assert answer.citations[0].quote in LIST
    assert len(answer.citations[0].quote) <= 480


def test_of_a_long_enumeration_the_fitting_item_is_quoted() -> None:
    hit = scored(make_hit("§ 27 PAuswG Pflichten", LIST), 1.0, (0, LIST.index("\n")))
    answer = extractive_answer("Was ist bei Verlust zu tun?", [hit])
    assert answer.citations[0].quote == "3. den Verlust anzuzeigen."
    assert answer.text == (
        "§ 27 PAuswG Pflichten, Abs. 1: „Der Ausweisinhaber ist verpflichtet, … 3. den Verlust anzuzeigen.“ [1]"
    )


def test_one_citation_a_section_and_no_noise() -> None:
    hits = [scored(make_hit(f"§ {n} XG", f"Satz {n} über die Sache selbst.", char_from=n * 100), 1.0) for n in range(4)]
    weak = [scored(make_hit(f"§ {n} XG", "Etwas ganz anderes.", char_from=n * 100), 0.5) for n in range(4, 9)]
    answer = extractive_answer("Sache?", [hits[0], hits[0], *hits[1:], *weak])
    assert [citation.section_path[0] for citation in answer.citations] == ["§ 0 XG", "§ 1 XG", "§ 2 XG", "§ 3 XG"]
    assert [sentence.citations for sentence in answer.sentences] == [[1], [2], [3], [4]]
    few = extractive_answer("Sache?", [hits[0], *weak])
    assert len(few.citations) == 3


def test_nonsense_passages_are_ignored() -> None:
    hit = scored(make_hit("§ 1 XG", "Ein Satz zur Sache."), 1.0, (500, 900), (10, 2))
    assert extractive_answer("Sache", [hit]).citations[0].quote == "Ein Satz zur Sache."


def test_a_document_is_named_with_its_page() -> None:
    hit = make_hit("Abschnitt 2", "Die Miete beträgt 600 Euro.", page=3, title="Mietvertrag")
    text = extractive_answer("Miete?", [hit]).text
    assert text == "Mietvertrag, Abschnitt 2, Seite 3: „Die Miete beträgt 600 Euro.“ [1]"


@given(
    st.lists(st.sampled_from(["Wort ", "1. eins ", "2. zwei ", "(1) ", "Satz. ", "\n\n", "a, ", "„x“ "]), max_size=300),
    st.integers(0, 900),
)
def test_whatever_the_text_the_quote_is_verbatim_and_bounded(parts: list[str], start: int) -> None:
    """OUT-06"""
    text = "".join(parts).strip() or "x"
    begin = min(start, len(text) - 1)
    for hit in (make_hit("§ 1", text), scored(make_hit("§ 1", text), 1.0, (begin, len(text)))):
        citation = extractive_answer("Wort zwei?", [hit]).citations[0]
        assert citation.quote in text
        assert len(citation.quote) <= 480


def test_a_long_sentence_without_items_is_cut_at_a_word() -> None:
    text = "Sehr " * 200 + "lang."
    answer = extractive_answer("lang?", [scored(make_hit("§ 1", text), 1.0, (0, len(text)))])
    assert answer.text.endswith("Sehr …“ [1]")
