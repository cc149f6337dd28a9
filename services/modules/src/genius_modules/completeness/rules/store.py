# SPDX-License-Identifier: EUPL-1.2
"""Where rule sets come from: those that are shipped, and a tenant's own ones in a folder.

A copy named like a shipped set stands in for it. Switching requirements off needs no copy: `switched-off.yaml` of the
folder names them by rule set.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from genius_modules.completeness.rules.check import load
from genius_modules.completeness.rules.model import RuleSet
from genius_modules.completeness.rules.source import Problem, RuleSetRefused, parse

SWITCHED_OFF = "switched-off.yaml"
FORM = ".form.json"
"""How files end that describe a form; they are no rule sets."""
_ENDINGS = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Stored:
    """A rule set that passed its check, and the SHA-256 of its file and of what is switched off in it.

    `switched_off`: requirements that `rules` no longer has, title by id.
    """

    rules: RuleSet
    sha256: str
    switched_off: Mapping[str, str] = field(default_factory=dict)


def read(text: str) -> Stored:
    """Raises RuleSetRefused."""
    return Stored(load(text), hashlib.sha256(text.encode()).hexdigest())


@functools.cache
def shipped() -> dict[str, Stored]:
    """The rule sets that come with the platform, by id."""
    folder = resources.files("genius_modules.completeness.rules").joinpath("sets")
    found = [read(file.read_text(encoding="utf-8")) for file in folder.iterdir() if file.name.endswith(_ENDINGS)]
    return {stored.rules.rule_set: stored for stored in sorted(found, key=lambda stored: stored.rules.rule_set)}


def available(folder: Path | None) -> dict[str, Stored]:
    """The shipped rule sets, with those of `folder` in their place or beside them, without what it switches off.

    Raises: RuleSetRefused with every problem of a file, OSError, UnicodeDecodeError.
    """
    if folder is None:
        return shipped()
    found = {**shipped(), **{stored.rules.rule_set: stored for stored in _own(folder)}}
    file = folder / SWITCHED_OFF
    if not file.exists():
        return found
    try:
        return {**found, **dict(_fewer(found, file.read_text(encoding="utf-8")))}
    except RuleSetRefused as error:
        raise _in(file.name, error) from error


def _own(folder: Path) -> Iterator[Stored]:
    seen: dict[str, str] = {}
    files = [file for file in folder.iterdir() if file.suffix in _ENDINGS and not file.name.endswith(FORM)]
    for file in sorted(file for file in files if file.name != SWITCHED_OFF):
        try:
            stored = read(file.read_text(encoding="utf-8"))
        except RuleSetRefused as error:
            raise _in(file.name, error) from error
        name = stored.rules.rule_set
        if name in seen:
            raise RuleSetRefused([Problem(1, f"{file.name}: „{name}“ steht auch in {seen[name]}.")])
        seen[name] = file.name
        yield stored


def _fewer(found: Mapping[str, Stored], text: str) -> Iterator[tuple[str, Stored]]:
    """The rule sets that the text names, without the requirements that it names of each."""
    source = parse(text)
    if not isinstance(source.value, dict):
        raise RuleSetRefused([Problem(1, "Hier steht je Regelwerk eine Liste von Anforderungen.")])
    problems = []
    for name, ids in source.value.items():
        line = source.line((name,))
        if name not in found:
            problems.append(Problem(line, f"Das Regelwerk „{name}“ gibt es nicht. Es gibt: {', '.join(found)}."))
        elif not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            problems.append(Problem(line, f"Zu „{name}“ gehört eine Liste von Anforderungen."))
        else:
            try:
                yield name, _switched_off(found[name], ids)
            except RuleSetRefused as error:
                problems += [Problem(line, problem.reason) for problem in error.problems]
    if problems:
        raise RuleSetRefused(problems)


def _switched_off(stored: Stored, ids: Collection[str]) -> Stored:
    """Another digest: a result tells what it was checked against."""
    kept = without(stored.rules, ids)
    titles = {one.id: one.title for one in stored.rules.requirements if one.id in ids}
    if not titles:
        return stored
    digest = hashlib.sha256("\n".join([stored.sha256, *sorted(titles)]).encode()).hexdigest()
    return Stored(kept, digest, titles)


def _in(name: str, error: RuleSetRefused) -> RuleSetRefused:
    return RuleSetRefused([Problem(one.line, f"{name}: {one.reason}") for one in error.problems])


def without(rules: RuleSet, switched_off: Collection[str]) -> RuleSet:
    """The rule set without some of its requirements. Raises RuleSetRefused for a name that it does not have."""
    unknown = sorted(set(switched_off) - {requirement.id for requirement in rules.requirements})
    if unknown:
        raise RuleSetRefused([Problem(1, f"Die Anforderung „{name}“ gibt es nicht.") for name in unknown])
    kept = [requirement for requirement in rules.requirements if requirement.id not in switched_off]
    if not kept:
        raise RuleSetRefused([Problem(1, "Es bleibt keine Anforderung übrig.")])
    return rules.model_copy(update={"requirements": kept})
