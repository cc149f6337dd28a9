# SPDX-License-Identifier: EUPL-1.2
"""German sentences as spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.text import split_sentences

PIECES = st.lists(
    st.sampled_from(
        [
            "Das gilt",
            ". ",
            "Abs. 2 ",
            "z. B. ",
            "§ 25 ",
            "Der Antrag",
            "! ",
            "\n\n",
            "\n- ",
            "31. Dezember ",
            " [1]",
            "…",
            "”",
            "x",
            " ",
        ]
    ),
    max_size=30,
).map("".join)


@given(st.one_of(PIECES, st.text(max_size=200)))
def test_spans_are_in_order_and_lose_only_white_space(text: str) -> None:
    spans = split_sentences(text)
    position = 0
    for span in spans:
        assert position <= span.start < span.end <= len(text)
        assert text[position : span.start].strip() == ""
        assert span.of(text) == span.of(text).strip()
        position = span.end
    assert text[position:].strip() == ""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Das Wohngeld soll für zwölf Monate bewilligt werden. Es wird gezahlt.", 2),
        ("Vgl. § 25 Abs. 1 Satz 2 WoGG i. V. m. Nr. 3 der Anlage.", 1),
        ("Die Frist endet am 31. Dezember 2025. Danach gilt nichts mehr.", 2),
        ("Es kostet z. B. 12 Euro, d. h. wenig. Mehr nicht!", 2),
        ("Gilt das? Ja. [1] Nein [2].", 3),
        ("Erstens:\n- ein Punkt\n- noch ein Punkt", 3),
        ("Absatz eins\n\nAbsatz zwei", 2),
        ("Im 2. Halbjahr wurde gezahlt.", 1),
        ("Das gilt seit 2024. Es bleibt so.", 2),
        ("Er wohnt in der Hauptstr. 5. Er ist verheiratet.", 2),
        ("Nötig sind Ausweis, Nachweise usw. Die Gebühr zahlen Sie bar.", 2),
        ("Vielen Dank für das Schreiben vom 4. d. M. Wir antworten bald.", 2),
        ("Der 3. Senat hat dies bestätigt. Der Bund gibt 10 Mio. Euro.", 2),
        ("Es gab Gründe … aber keiner überzeugte. Man wartete … Dann kam es.", 3),
        ("Das Ergebnis war 0,8. Dies genügt.", 2),
        ("Frau Prof. Dr. Schmidt, Abt. 3, und Fr. Vogt kamen.", 1),
        ("Wer das 25. Lebensjahr vollendet hat, zahlt. Ab dem 23. Kalendermonat entfällt dies.", 2),
        ("Das gilt nach § 51. Teilnehmende erhalten Geld. Nach § 129. Die Frist ist gewahrt.", 4),
        ("Zum Fuhrpark gehören Krane, 12. Leichenwagen und 13. Wohnmobile.", 1),
        ("Es gilt das Gesetz (BGBl. I S. 330), auch ABl. L 354 und GV. NRW. S. 490. Mehr nicht.", 2),
        ("", 0),
    ],
)
def test_administrative_german(text: str, count: int) -> None:
    assert len(split_sentences(text)) == count, [span.of(text) for span in split_sentences(text)]


def test_a_marker_after_the_stop_belongs_to_its_sentence() -> None:
    text = "Ja, so ist es. [1] Und weiter. [2]"
    assert [span.of(text) for span in split_sentences(text)] == ["Ja, so ist es. [1]", "Und weiter. [2]"]
