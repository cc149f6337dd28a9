# SPDX-License-Identifier: EUPL-1.2
"""What a question asks for: its concepts with the words that may stand for them, its kind, references and laws."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from genius_retrieval.laws.names import laws_in
from genius_retrieval.search.derivation import derived
from genius_retrieval.search.kinds import Kind, kinds_of
from genius_retrieval.search.synonyms import synonyms, synonyms_inside
from genius_retrieval.text.references import reference_terms
from genius_retrieval.text.vocabulary import vocabulary
from genius_retrieval.text.words import is_stopword, normalise, stem, words

# How well other words stand for one of the question; a word that laws hardly use leaves more to them.
_DERIVED, _SYNONYM, _PART = 0.7, 0.5, 0.45
_RARE, _RARE_DERIVED, _RARE_SYNONYM = 5.5, 0.9, 0.8
_HEAVIEST = 7.5
_SHORT, _MANY, _LONG = 4, 8, 14
_CONTEXT_WORDS = 12
# Words that ask or soften but name nothing.
_EMPTY = frozenset(
    stem(word)
    for word in words(
        "wie lange hoch viel viele wann regel grundsätzlich normalerweise gilt gelten gültig möglich"
        " eigentlich genau bedeutet heißt versteht gibt geben bekommt bekommen erhält machen macht tun tut"
        " passiert brauche braucht brauchen benötigt benötigen welche frage antwort bitte erklären sagen weiß"
        " wissen jemand leute ganz neu neue neuer neues erst schon gerade darf dürfen muss müssen kann können"
        " soll sollen will wollen lässt steht liegt ab wegen kommt kommen liegt gehen geht zählt zählen"
        " gegeben gelte gehört sobald falls wozu weshalb warum wieso ja nein innerhalb zeit grund gründen"
    )
) - {stem("gültig")}

# Who asks about one of these wants to know what holds there; a text that does not name it does not say.
LOCAL = frozenset(
    words(
        "Bayern Berlin Brandenburg Bremen Hamburg Hessen Niedersachsen Mecklenburg Vorpommern NRW Nordrhein Westfalen"
        " Pfalz Rheinland Saarland Sachsen Anhalt Schleswig Holstein Thüringen Württemberg"
        " Aachen Augsburg Bielefeld Bochum Bonn Braunschweig Chemnitz Darmstadt Dortmund Dresden Duisburg Düsseldorf"
        " Erfurt Essen Frankfurt Freiburg Gelsenkirchen Göttingen Hagen Halle Hamm Hannover Heidelberg Heilbronn Herne"
        " Ingolstadt Karlsruhe Kassel Kiel Koblenz Köln Krefeld Leipzig Leverkusen Lübeck Ludwigshafen Magdeburg Mainz"
        " Mannheim Mönchengladbach München Münster Neuss Nürnberg Oberhausen Offenbach Oldenburg Osnabrück Paderborn"
        " Pforzheim Potsdam Recklinghausen Regensburg Remscheid Rostock Saarbrücken Siegen Solingen Stuttgart Trier Ulm"
        " Wiesbaden Wolfsburg Wuppertal Würzburg Österreich Schweiz"
    )
) - {"essen", "halle", "hamm"}

_ASKS = re.compile(
    r"(?:und |aber )?(?:wer|wem|wen|wessen|was|wo\w{0,4}|wann|wie|wieviel\w*|warum|weshalb|wieso|welche[mnrs]?)\b"
)
_ASKS_INSIDE = re.compile(r"\b(?:fragt|fragen|frage|wissen),? (?:ob|w\w+)\b")
Form = Literal["question", "keywords", "statement"]


@dataclass(frozen=True, slots=True)
class Concept:
    """One content word of the question: stems that may stand for it, with how well; `weight` is its IDF."""

    word: str
    forms: dict[str, float]
    weight: float
    known: bool
    """Whether the word itself or a derivation of it is in the vocabulary; names of Länder and cities are not."""

    parts: frozenset[str] = frozenset()
    """Stems of the parts of a compound: together they say nearly the same."""


@dataclass(frozen=True, slots=True)
class Question:
    concepts: tuple[Concept, ...]
    kinds: tuple[Kind, ...]
    references: tuple[str, ...]
    laws: frozenset[str]
    context_terms: tuple[str, ...]
    form: Form = "question"

    @property
    def kind_terms(self) -> frozenset[str]:
        return frozenset(term for kind in self.kinds for term in kind.terms)

    @property
    def empty(self) -> bool:
        return not self.concepts and not self.references and not self.context_terms


def understand(query: str, context: str | None = None) -> Question:
    """Analyse a question; `context` (earlier turns) adds words at low weight where the question is short."""
    concepts = tuple(_concepts(query))
    return Question(
        concepts=concepts,
        kinds=kinds_of(query),
        references=tuple(dict.fromkeys(reference_terms(query))),
        laws=frozenset(laws_in(query)),
        context_terms=tuple(_context(context, concepts)) if context else (),
        form=_form(query, len(concepts)),
    )


def _form(query: str, content_words: int) -> Form:
    """Whether somebody asks, names a subject in keywords, or has pasted a sentence of a text.

    "Wer vorsätzlich … verletzt, …." begins like a question and is none: its full stop tells.
    """
    text = normalise(query).strip()
    ended = text.endswith((".", ";", ":"))
    if "?" in text or _ASKS_INSIDE.search(text) or (_ASKS.match(text) and not ended):
        return "question"
    return "statement" if ended or content_words > _MANY else "keywords"


def _concepts(query: str) -> Iterator[Concept]:
    asked: dict[str, str] = {}
    for word in words(query):
        key = stem(word)
        if not (is_stopword(word) or key in _EMPTY or word.isdigit()):
            asked.setdefault(key, word)
    # A pasted sentence or text speaks the language of the documents.
    widen = len(asked) <= _LONG
    for word in asked.values():
        yield _concept(word, widen)


def _concept(word: str, widen: bool) -> Concept:
    known = vocabulary()
    forms = {stem(word): 1.0}

    def add(other: str, weight: float) -> None:
        key = stem(other)
        forms[key] = max(weight, forms.get(key, 0.0))

    idf = known.idf(stem(word))
    rare = idf > _RARE
    for relative in derived(word) if widen else ():
        add(relative, _RARE_DERIVED if rare else _DERIVED)
    for meaning in synonyms(word) if widen else ():
        add(meaning, _RARE_SYNONYM if rare else _SYNONYM)
    understood = bool(known.df(word)) or len(forms) > 1
    parts = known.split(word)
    for part in parts:
        add(part, _PART)
    for meaning in synonyms_inside(word, parts) if widen else ():
        add(meaning, _PART)
    weight = min(idf, _HEAVIEST) if understood else idf
    return Concept(word, forms, weight, understood and word not in LOCAL, frozenset(stem(part) for part in parts))


def _context(context: str, concepts: tuple[Concept, ...]) -> Iterator[str]:
    if len(concepts) > _SHORT:
        return
    asked = {form for concept in concepts for form in concept.forms}
    recent = [stem(word) for word in reversed(words(context)) if not is_stopword(word) and not word.isdigit()]
    fresh = [term for term in dict.fromkeys(recent) if term not in asked and term not in _EMPTY]
    yield from fresh[:_CONTEXT_WORDS]
