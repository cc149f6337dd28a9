# SPDX-License-Identifier: EUPL-1.2
"""Where rule sets come from: those that are shipped, and an authority's own copies in a folder.

A copy named like a shipped set stands in for it. Switching requirements off needs no copy: `without`.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from genius_modules.completeness.rules.check import load
from genius_modules.completeness.rules.model import RuleSet
from genius_modules.completeness.rules.source import Problem, RuleSetRefused

_ENDINGS = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Stored:
    """A rule set that passed its check, and the SHA-256 of its file."""

    rules: RuleSet
    sha256: str


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
    """The shipped rule sets, with those of `folder` in their place or beside them.

    Raises: RuleSetRefused, OSError.
    """
    return {**shipped(), **{stored.rules.rule_set: stored for stored in _own(folder)}}


def _own(folder: Path | None) -> Iterator[Stored]:
    if folder is None:
        return
    seen: dict[str, str] = {}
    for file in sorted(path for path in folder.iterdir() if path.suffix in _ENDINGS):
        try:
            stored = read(file.read_text(encoding="utf-8"))
        except RuleSetRefused as error:
            raise RuleSetRefused([Problem(p.line, f"{file.name}: {p.reason}") for p in error.problems]) from error
        name = stored.rules.rule_set
        if name in seen:
            raise RuleSetRefused([Problem(1, f"{file.name}: „{name}“ steht auch in {seen[name]}.")])
        seen[name] = file.name
        yield stored


def without(rules: RuleSet, switched_off: Collection[str]) -> RuleSet:
    """The rule set without some of its requirements. Raises RuleSetRefused for a name that it does not have."""
    unknown = sorted(set(switched_off) - {requirement.id for requirement in rules.requirements})
    if unknown:
        raise RuleSetRefused([Problem(1, f"Die Anforderung „{name}“ gibt es nicht.") for name in unknown])
    kept = [requirement for requirement in rules.requirements if requirement.id not in switched_off]
    if not kept:
        raise RuleSetRefused([Problem(1, "Es bleibt keine Anforderung übrig.")])
    return rules.model_copy(update={"requirements": kept})
