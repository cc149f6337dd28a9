# SPDX-License-Identifier: EUPL-1.2
"""What a question asks for: its concepts with the words that may stand for them, its kind, references and laws."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from genius_retrieval.laws.names import laws_in
from genius_retrieval.search.derivation import derived
from genius_retrieval.search.synonyms import synonyms
from genius_retrieval.text.references import reference_terms
from genius_retrieval.text.vocabulary import vocabulary
from genius_retrieval.text.words import is_stopword, normalise, stem, words

_DERIVED, _SYNONYM, _PART, _CONTEXT = 0.7, 0.5, 0.45, 0.25
_SHORT = 4
_CONTEXT_WORDS = 12
# Words that ask or soften but name nothing.
_EMPTY = frozenset(
    stem(word)
    for word in words(
        "wie lange hoch viel viele wann regel grundsätzlich normalerweise gilt gelten gültig möglich eigentlich genau"
        " bedeutet heißt versteht gibt geben bekommt bekommen erhält machen macht tun tut passiert brauche braucht"
        " brauchen benötigt benötigen welche frage antwort bitte erklären sagen weiß wissen jemand leute ganz neu neue"
        " neuer neues erst schon gerade darf dürfen muss müssen kann können soll sollen will wollen lässt steht liegt"
        " zählt zählen gegeben gelte gehört sobald falls wozu weshalb warum wieso ja nein innerhalb zeit grund gründen"
    )
) - {stem("gültig")}
_KINDS: tuple[tuple[str, str, str], ...] = (
    ("age", r"\balter\b|wie alt|ab wann d[üu]rf", "lebensjahr vollendet mindestalter jahren alter"),
    ("duration", r"wie lange|für welche[nr]? (?:zeit|dauer)|gültig", "dauer zeitraum gültigkeit gültigkeitsdauer monate"
     " jahre bewilligungszeitraum höchstdauer"),
    ("deadline", r"bis wann|innerhalb|welche frist|wie viel zeit|wie schnell muss|spätestens|wie bald",
     "frist innerhalb wochen monats monate spätestens unverzüglich tagen"),
    ("time", r"\bwann\b|ab wann", "zeitpunkt beginn voraussetzungen"),
    ("amount", r"wie hoch|wie viel|wieviel|welche[rn]? (?:betrag|höhe|satz)|wie teuer", "höhe betrag prozent euro satz"),
    ("who", r"\bwer\b|\bwem\b|\bwen\b|welche personen", "berechtigt berechtigte personen anspruch"),
    ("place", r"\bwo\b|welche (?:behörde|stelle)|wer ist (?:denn )?zuständig", "zuständig zuständigkeit örtlich behörde"),
    ("documents", r"welche (?:unterlagen|nachweise|papiere|angaben)", "unterlagen nachweise antrag angaben urkunden"),
    ("meaning", r"was (?:ist|sind|bedeutet|heisst|versteht)|begriff", "sinne begriff begriffsbestimmungen"),
    ("conditions", r"unter welchen|voraussetzung|wann (?:bekomm|hat|gibt)", "voraussetzungen voraussetzung"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Concept:
    """One content word of the question: stems that may stand for it, with how well; `weight` is its IDF."""

    word: str
    forms: dict[str, float]
    weight: float
    known: bool
    """Whether the word itself or a derivation of it is in the vocabulary."""


@dataclass(frozen=True, slots=True)
class Question:
    concepts: tuple[Concept, ...]
    kinds: tuple[str, ...]
    kind_terms: tuple[str, ...]
    references: tuple[str, ...]
    laws: frozenset[str]
    context_terms: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not self.concepts and not self.references and not self.context_terms


def understand(query: str, context: str | None = None) -> Question:
    """Analyse a question; `context` (earlier turns) adds words at low weight where the question is short."""
    concepts = tuple(_concepts(query))
    kinds = [(name, expansion) for name, pattern, expansion in _KINDS if re.search(pattern, normalise(query))]
    return Question(
        concepts=concepts,
        kinds=tuple(name for name, _ in kinds),
        kind_terms=tuple(dict.fromkeys(stem(word) for _, expansion in kinds[:2] for word in words(expansion))),
        references=tuple(dict.fromkeys(reference_terms(query))),
        laws=frozenset(laws_in(query)),
        context_terms=tuple(_context(context, concepts)) if context else (),
    )


def _concepts(query: str) -> Iterator[Concept]:
    seen = set()
    for word in words(query):
        key = stem(word)
        if is_stopword(word) or key in _EMPTY or key in seen or word.isdigit():
            continue
        seen.add(key)
        yield _concept(word)


def _concept(word: str) -> Concept:
    known = vocabulary()
    forms = {stem(word): 1.0}

    def add(other: str, weight: float) -> None:
        key = stem(other)
        forms[key] = max(weight, forms.get(key, 0.0))

    relatives = derived(word)
    for relative in relatives:
        add(relative, _DERIVED)
    for meaning in synonyms(word):
        add(meaning, _SYNONYM)
    for part in known.split(word):
        add(part, _PART)
        for meaning in synonyms(part):
            add(meaning, _PART * _SYNONYM)
    understood = bool(known.df(word) or relatives or len(forms) > 1 and any(w == _SYNONYM for w in forms.values()))
    return Concept(word, forms, known.idf(stem(word)), understood)


def _context(context: str, concepts: tuple[Concept, ...]) -> Iterator[str]:
    if len(concepts) > _SHORT:
        return
    asked = {form for concept in concepts for form in concept.forms}
    recent = [stem(word) for word in reversed(words(context)) if not is_stopword(word) and not word.isdigit()]
    fresh = [term for term in dict.fromkeys(recent) if term not in asked and term not in _EMPTY]
    yield from fresh[:_CONTEXT_WORDS]
