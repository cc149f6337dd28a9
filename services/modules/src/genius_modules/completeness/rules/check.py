# SPDX-License-Identifier: EUPL-1.2
"""Checks a rule set before it is used: every problem at once, each with its line and what is wrong."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping

from pydantic import ValidationError

from genius_modules.completeness.rules.model import REASONS, Check, Condition, FactType, Requirement, RuleSet
from genius_modules.completeness.rules.references import is_basis, shipped, unknown_sections
from genius_modules.completeness.rules.source import Path, Problem, RuleSetRefused, Source, parse

ITEM = frozenset({"nr", "title", "ask", "why", "legal_basis", "reason_text"})
OPENING = frozenset({"eingangsdatum", "frist"})
FILLED = frozenset({"person", "monate", "antrag", "nachweis"})
"""Placeholders that every rule set has: of an item, of opening and closing, of `ask` and `why`."""

_MESSAGES = {
    "missing": "Hier fehlt „{field}“.",
    "extra_forbidden": "„{field}“ gibt es hier nicht.",
    "too_short": "„{field}“ darf nicht leer sein.",
    "string_too_short": "„{field}“ darf nicht leer sein.",
}
Found = Iterator[tuple[Path, str]]


def load(text: str, laws: Mapping[str, frozenset[str]] | None = None) -> RuleSet:
    """The rule set of a file's text. Raises RuleSetRefused with every problem."""
    source = parse(text)
    try:
        rules = RuleSet.model_validate(source.value)
    except ValidationError as error:
        raise RuleSetRefused(_of_schema(error, source)) from error
    found = [
        Problem(source.line(path), reason) for path, reason in _problems(rules, shipped() if laws is None else laws)
    ]
    if found:
        raise RuleSetRefused(sorted(set(found), key=lambda problem: (problem.line, problem.reason)))
    return rules


def _of_schema(error: ValidationError, source: Source) -> list[Problem]:
    problems = []
    for item in error.errors(include_url=False, include_input=False):
        path = tuple(item["loc"])
        name = path[-1] if path else "Regelwerk"
        if item["type"] == "value_error":
            reason = str(item["ctx"]["error"])
        else:
            reason = _MESSAGES.get(item["type"], "„{field}“ ist hier nicht richtig ({msg}).")
        problems.append(Problem(source.line(path), reason.format(field=name, msg=item["msg"])))
    return problems


def _problems(rules: RuleSet, laws: Mapping[str, frozenset[str]]) -> Found:
    yield from _twice("facts", (fact.id for fact in rules.facts))
    yield from _twice("document_types", (kind.id for kind in rules.document_types))
    yield from _twice("requirements", (requirement.id for requirement in rules.requirements))
    yield from _reasons(rules)
    facts = {fact.id: fact for fact in rules.facts}
    yield from _people(rules, facts)
    yield from _derived(rules, facts)
    for index, requirement in enumerate(rules.requirements):
        path: Path = ("requirements", index)
        yield from _conditions(requirement, facts, path)
        yield from _documents(requirement, rules, path)
        yield from _checks(requirement, facts, path)
        yield from _comparison(requirement, rules, facts, path)
        yield from _basis(requirement, laws, path)
        known = FILLED | set(rules.placeholders)
        for key in ("ask", "why"):
            yield from _placeholders(getattr(requirement.letter, key), known, (*path, "letter", key))
    yield from _letter(rules, facts)


def _twice(part: str, ids: Iterable[str]) -> Found:
    seen: set[str] = set()
    for index, identifier in enumerate(ids):
        if identifier in seen:
            yield (part, index, "id"), f"„{identifier}“ kommt zweimal vor."
        seen.add(identifier)


def _reasons(rules: RuleSet) -> Found:
    for code, reason in rules.reasons.items():
        if code not in REASONS:
            yield ("reasons", code), f"Den Grund „{code}“ gibt es nicht. Es gibt: {', '.join(REASONS)}."
        elif reason.status != REASONS[code]:
            yield ("reasons", code), f"Der Grund „{code}“ gehört zum Status „{REASONS[code]}“."
    for code in REASONS.keys() - rules.reasons.keys():
        yield ("reasons",), f"Der Grund „{code}“ hat keinen Text."


def _people(rules: RuleSet, facts: Mapping[str, FactType]) -> Found:
    if (reference := facts.get(rules.reference_fact)) is None or reference.type != "date":
        yield ("reference_fact",), f"„{rules.reference_fact}“ ist kein Datum unter den Fakten."
    for name in (*rules.people.name, rules.people.born):
        if f"person.{name}" not in facts:
            yield ("people",), f"Den Fakt „person.{name}“ gibt es nicht."


def _derived(rules: RuleSet, facts: Mapping[str, FactType]) -> Found:
    for index, fact in enumerate(rules.facts):
        if fact.when is None:
            continue
        path: Path = ("facts", index, "when")
        if fact.type != "bool":
            yield path, f"„{fact.id}“ hat „when“ und muss darum vom Typ bool sein."
        for name in sorted(fact.when.facts() - facts.keys()):
            yield path, f"Den Fakt „{name}“ gibt es nicht."
        if not fact.id.startswith("person.") and any(name.startswith("person.") for name in fact.when.facts()):
            yield path, f"„{fact.id}“ gilt für den ganzen Antrag und kann nicht von einer Person abhängen."
        if ring := _ring(fact.id, facts):
            yield path, f"Die Fakten hängen im Kreis voneinander ab: {' → '.join(ring)}."


def _ring(start: str, facts: Mapping[str, FactType]) -> list[str] | None:
    """The way from a derived fact back to itself."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        fact = facts.get(way[-1])
        for name in sorted(fact.when.facts()) if fact and fact.when else ():
            if name == start:
                return [*way, name]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return None


def _condition(condition: Condition, facts: Mapping[str, FactType], path: Path, person: bool) -> Found:
    for key, parts in (("all", condition.all), ("any", condition.any)):
        for index, part in enumerate(parts or ()):
            yield from _condition(part, facts, (*path, key, index), person)
    if condition.negated:
        yield from _condition(condition.negated, facts, (*path, "not"), person)
    if condition.fact is None:
        return
    fact = facts.get(condition.fact)
    if fact is None:
        yield (*path, "fact"), f"Den Fakt „{condition.fact}“ gibt es nicht."
        return
    if fact.id.startswith("person.") and not person:
        yield (*path, "fact"), f"„{fact.id}“ gibt es nur je Person; die Anforderung gilt für den ganzen Antrag."
    wanted = [value for value in (condition.eq, condition.contains) if isinstance(value, str)]
    wanted += [value for value in condition.one_of or () if isinstance(value, str)]
    for value in wanted:
        if fact.values and value not in fact.values:
            yield path, f"„{value}“ ist kein Wert von „{fact.id}“. Es gibt: {', '.join(fact.values)}."


def _conditions(requirement: Requirement, facts: Mapping[str, FactType], path: Path) -> Found:
    yield from _condition(requirement.condition, facts, (*path, "condition"), requirement.scope == "person")


def _documents(requirement: Requirement, rules: RuleSet, path: Path) -> Found:
    known = {kind.id for kind in rules.document_types}
    for index, kind in enumerate(requirement.accepted_documents):
        if kind not in known:
            yield (*path, "accepted_documents", index), f"Die Dokumentart „{kind}“ gibt es nicht."


def _checks(requirement: Requirement, facts: Mapping[str, FactType], path: Path) -> Found:
    for index, check in enumerate(requirement.checks):
        here: Path = (*path, "checks", index)
        if check.fact not in facts:
            yield (*here, "fact"), f"Den Fakt „{check.fact}“ gibt es nicht."
        elif check.fact.startswith("person.") != (requirement.scope == "person"):
            yield (*here, "fact"), f"„{check.fact}“ passt nicht zu „scope: {requirement.scope}“."
        yield from _patterns(check, here)
        if check.member_unless:
            yield from _condition(check.member_unless, facts, (*here, "member_unless"), False)
        if check.if_yes_somebody:
            yield from _condition(check.if_yes_somebody, facts, (*here, "if_yes_somebody"), True)


def _patterns(check: Check, path: Path) -> Found:
    for pattern in (*check.parts.values(), check.pattern or ""):
        try:
            re.compile(pattern)
        except re.error as error:
            yield path, f"Das Muster „{pattern}“ ist nicht gültig ({error.msg})."


def _comparison(requirement: Requirement, rules: RuleSet, facts: Mapping[str, FactType], path: Path) -> Found:
    if requirement.compare is None:
        return
    here: Path = (*path, "compare")
    counts = facts.get(requirement.compare.counts)
    if counts is None or not counts.derived or counts.type != "integer":
        yield (*here, "counts"), f"„{requirement.compare.counts}“ ist keine abgeleitete Zahl unter den Fakten."
    known = {kind.id for kind in rules.document_types}
    for index, side in enumerate(requirement.compare.sources):
        if side.fact is not None and side.fact not in facts:
            yield (*here, "sources", index), f"Den Fakt „{side.fact}“ gibt es nicht."
        if side.document is not None and side.document not in known:
            yield (*here, "sources", index), f"Die Dokumentart „{side.document}“ gibt es nicht."


def _basis(requirement: Requirement, laws: Mapping[str, frozenset[str]], path: Path) -> Found:
    for index, basis in enumerate(requirement.legal_basis):
        here: Path = (*path, "legal_basis", index)
        if not is_basis(basis):
            yield here, f"„{basis}“ ist keine Rechtsgrundlage: weder ein § noch „Verwaltungspraxis“."
        for section in unknown_sections(basis, laws):
            yield here, f"{section} gibt es nicht."


def _placeholders(text: str, known: Iterable[str], path: Path) -> Found:
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        yield path, "Eine geschweifte Klammer ist nicht geschlossen."
        return
    for name in sorted(names - set(known)):
        yield path, f"Den Platzhalter „{{{name}}}“ gibt es hier nicht. Es gibt: {', '.join(sorted(known))}."


def _letter(rules: RuleSet, facts: Mapping[str, FactType]) -> Found:
    for name, fact in rules.placeholders.items():
        if fact not in facts:
            yield ("placeholders", name), f"Den Fakt „{fact}“ gibt es nicht."
    for key, known in (
        ("opening", OPENING), ("closing", OPENING), ("item_unclear", ITEM), ("item_missing", ITEM - {"reason_text"}),
    ):  # fmt: skip
        yield from _placeholders(getattr(rules.letter, key), known, ("letter", key))
