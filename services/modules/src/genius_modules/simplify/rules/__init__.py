# SPDX-License-Identifier: EUPL-1.2
"""The rules of Einfache and Leichte Sprache that can be told from the surface of a sentence.

They follow BITV 2.0, Anlage 2 Teil 2 (Leichte Sprache) and, for the plain level, the common advice of administrations:
short sentences, active verbs, everyday words. The limits are ours and stand in `docs/explanation/plain-language.md`.
"""

from genius_modules.simplify.findings import Check
from genius_modules.simplify.rules import grammar, sentences, words

CHECKS: tuple[Check, ...] = (
    sentences.length,
    sentences.clauses,
    sentences.passive,
    sentences.nominal_style,
    sentences.enumeration,
    grammar.negation,
    grammar.genitive,
    grammar.subjunctive,
    grammar.impersonal,
    words.vocabulary,
    words.compounds,
    words.abbreviations,
    words.numbers,
    words.signs,
)
