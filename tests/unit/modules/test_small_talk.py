# SPDX-License-Identifier: EUPL-1.2
"""What a chat without a model says, and that a question behind a greeting stays a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_modules.chat.offline import found_nothing_text, is_small_talk, offline_text, without_documents_text
from genius_modules.documents.answer import NOT_FOUND


@pytest.mark.parametrize(
    "message",
    [
        "Hallo", "hallo!", "Hi", "Moin moin", "Guten Tag", "Guten Morgen, Genius!", "Grüß Gott", "Grüss Sie",
        "Hello", "Good morning", "  Hallo  ", "Servus zusammen", "Danke", "Danke schön!", "Vielen Dank",
        "Vielen Dank, das hilft mir sehr.", "Herzlichen Dank", "Thanks", "thank you very much", "… danke",
    ],
)  # fmt: skip
def test_greetings_and_thanks_are_not_searched_for(message: str) -> None:
    assert is_small_talk(message)


@pytest.mark.parametrize(
    "message",
    [
        "Danke, und wann endet die Frist?",
        "Danke! Wie hoch ist der Betrag",
        "Hallo wann endet die Frist",
        "Hallo, was kostet ein Pass?",
        "Guten Tag, wer ist zuständig",
        "Hallo, welche Unterlagen",
        "Moin, gilt das auch 2026",
        "Thanks, and when does it end",
        "Hallo, bitte erklären Sie mir den Bescheid vom 3. März im Einzelnen.",
        "Dankesschreiben an den Landrat",
        "Hitze am Arbeitsplatz",
        "Hallodri im Gesetz",
        "Wie lange wird Wohngeld bewilligt?",
        "Bewilligungszeitraum",
        "",
    ],
)
def test_a_question_is_searched_for_also_behind_a_greeting(message: str) -> None:
    assert not is_small_talk(message)


@given(st.sampled_from(["Hallo", "Danke", "Guten Tag"]), st.text(alphabet="abc üß,.!", max_size=30))
def test_a_question_mark_always_makes_a_question(start: str, rest: str) -> None:
    assert not is_small_talk(f"{start} {rest}?")


@pytest.mark.parametrize(
    ("message", "start"), [("Hallo", "Guten Tag!"), ("Danke", "Gern geschehen."), ("Schreib ein Gedicht", "Zurzeit")]
)
def test_the_answer_fits_the_message_and_offers_what_works(message: str, start: str) -> None:
    text = offline_text(message)
    assert text.startswith(start)
    assert text.count("- **") == 3
    assert "kein Sprachmodell" in text


@given(st.text(max_size=200))
def test_the_message_is_never_repeated(message: str) -> None:
    """What a person wrote can't come back as words of the platform."""
    assert offline_text(message + "§§canary§§").count("canary") == 0


def test_without_search_and_model_no_source_is_pretended() -> None:
    """REL-14 in part: the text says that documents and model are missing."""
    text = without_documents_text()
    assert "Dokumentensuche ist zurzeit nicht erreichbar" in text
    assert "kein Sprachmodell" in text


@pytest.mark.parametrize(("with_files", "hint"), [(True, "Zusammenfassen"), (False, "anderen Begriffen")])
def test_nothing_found_says_what_to_do_next(with_files: bool, hint: str) -> None:
    text = found_nothing_text(with_files=with_files)
    assert text.startswith(NOT_FOUND + ".")
    assert hint in text
