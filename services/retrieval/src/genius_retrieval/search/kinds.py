# SPDX-License-Identifier: EUPL-1.2
"""Kinds of question and what an answer to each looks like: wie lange → Dauer, Zeitraum, a number of months or years."""

from __future__ import annotations

import re
from dataclasses import dataclass

from genius_retrieval.text.words import normalise, stem, words

_COUNT = (
    r"(?:\d+|ein(?:e[mnrs]?)?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|achtzehn|vierundzwanzig|halbe[ns]?)"
)
_SPAN = (
    rf"{_COUNT}(?:\s+weitere)?\s+(?:stunden?|tage?n?|werktage?n?|wochen?|monate?n?s?|kalendermonate?n?|jahre?n?s?)\b"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """`words` may be added softly to the search; `answer` matches a (normalised) sentence that answers the kind."""

    name: str
    asked: re.Pattern[str]
    terms: frozenset[str]
    answer: re.Pattern[str]


def _kind(name: str, asked: str, expansion: str, answer: str) -> Kind:
    return Kind(name, re.compile(asked), frozenset(stem(word) for word in words(expansion)), re.compile(answer))


KINDS = (
    _kind(
        "age",
        r"\balter\b|wie alt|ab wann dürfen|ab wann darf|wie viele jahre alt",
        "lebensjahr vollendet mindestalter höchstalter altersgrenze alter",
        r"lebensjahr|mindestalter|jahre alt|unter \d+ jahren|ab \d+ jahren|volljährig",
    ),
    _kind(
        "duration",
        r"wie lange|welche[nr]? (?:zeit|dauer|zeitraum)|gültig",
        "dauer zeitraum gültigkeit gültigkeitsdauer bewilligungszeitraum höchstdauer bezugsdauer",
        rf"{_SPAN}|unbefristet|auf dauer|so ?lange|bis zu[rm] (?:vollendung|vollendeten|ablauf|ende)",
    ),
    _kind(
        "deadline",
        r"bis wann|innerhalb|welche frist|welcher frist|wie viel zeit|spätestens|wie bald|frist",
        "frist fristen innerhalb binnen spätestens unverzüglich",
        rf"(?:innerhalb|binnen|vor ablauf|frist|spätestens).{{0,60}}?(?:{_SPAN}|tag|monats)|unverzüglich",
    ),
    _kind(
        "amount",
        r"wie hoch|wie viele?\b|wieviele?\b|welche[rn]? (?:betrag|höhe|satz)|wie teuer|was kostet",
        "höhe betrag prozent euro umfang bemessung",
        r"\d[\d. ]*(?:,\d+)? ?(?:euro|€|prozent|v\. ?h\.|km/h)|prozent|höchstens|mindestens|betrag",
    ),
    _kind(
        "meaning",
        r"^(?:und )?was (?:ist|sind|bedeutet|heisst|versteht)|begriff|definition",
        "begriff begriffsbestimmung begriffsbestimmungen sinne",
        r"im sinne|\bist,? (?:wer|ein|eine|jede|die|der|das)\b|leistet,? wer|verletzt|gilt als|sind (?:alle|die)",
    ),
    _kind(
        "who",
        r"\bwer\b|\bwem\b|welche personen",
        "anspruch berechtigt berechtigte anspruchsberechtigte leistungsberechtigte personenkreis",
        r"anspruch .{0,80}\bhat\b|\bhat\b.{0,40}anspruch|\bwer\b|berechtigt|personen, die|erhalten",
    ),
    _kind(
        "place",
        r"\bwo\b|welche (?:behörde|stelle)|welches (?:amt|gericht)|zuständig",
        "zuständig zuständigkeit sachliche örtliche",
        r"zuständig|bei der|beim",
    ),
    _kind(
        "documents",
        r"welche (?:unterlagen|nachweise|papiere|angaben)",
        "unterlagen nachweise angaben urkunden vorzulegen",
        r"vorzulegen|beizufügen|nachweis|unterlagen|angaben",
    ),
    _kind(
        "time",
        r"\bwann\b",
        "zeitpunkt beginn voraussetzungen",
        r"\bwenn\b|\bsoweit\b|\bsofern\b|\bfalls\b|sobald|lebensjahr|innerhalb|binnen|bevor|\bvor\b|nach ablauf",
    ),
)  # fmt: skip


def kinds_of(query: str) -> tuple[Kind, ...]:
    """The most specific kinds of `query`, at most two."""
    asked = normalise(query)
    found = [kind for kind in KINDS if kind.asked.search(asked)]
    # "bis wann" and "ab wann" are more than "wann".
    specific = [kind for kind in found if kind.name != "time"] or found
    return tuple(specific[:2])
