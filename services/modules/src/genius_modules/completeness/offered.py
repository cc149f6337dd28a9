# SPDX-License-Identifier: EUPL-1.2
"""The rule sets that a check can be run with: those whose application form is described too.

A tenant's folder may describe forms of its own: `<rule set>.form.json`, in the shape of the shipped ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from genius_modules.completeness.capture.description import FormDescription, forms, load_form
from genius_modules.completeness.engine.facts import PERSON
from genius_modules.completeness.rules.model import RuleSet
from genius_modules.completeness.rules.source import Problem, RuleSetRefused
from genius_modules.completeness.rules.store import FORM, Stored, available


@dataclass(frozen=True, slots=True)
class Offered:
    """A rule set, and how its form is read."""

    stored: Stored
    form: FormDescription


def offered(folder: Path | None = None) -> dict[str, Offered]:
    """By id. A rule set without a form can be checked and shown, but nothing can be read for it: it is not among them.

    Raises: RuleSetRefused with every problem, OSError, UnicodeDecodeError.
    """
    found = available(folder)
    own = {} if folder is None else _own_forms(folder, found)
    return {
        name: Offered(stored, own.get(name) or load_form(name))
        for name, stored in found.items()
        if name in own or name in forms()
    }


def _own_forms(folder: Path, found: Mapping[str, Stored]) -> dict[str, FormDescription]:
    described, problems = {}, []
    for file in sorted(folder.glob(f"*{FORM}")):
        where, name = file.name, file.name.removesuffix(FORM)
        if name not in found:
            problems.append(Problem(1, f"{where}: Das Regelwerk „{name}“ gibt es nicht."))
            continue
        try:
            form = FormDescription.model_validate_json(file.read_text(encoding="utf-8"))
        except ValidationError as error:
            places = (".".join(str(step) for step in one["loc"]) or "Datei" for one in error.errors())
            problems += [Problem(1, f"{where}: „{place}“ ist hier nicht richtig.") for place in places]
            continue
        problems += [Problem(1, f"{where}: {reason}") for reason in _unknown(form, found[name].rules)]
        described[name] = form
    if problems:
        raise RuleSetRefused(problems)
    return described


def _unknown(form: FormDescription, rules: RuleSet) -> Iterator[str]:
    """What the form names and the rule set does not have."""
    facts = {fact.id for fact in rules.facts}
    kinds = {kind.id for kind in rules.document_types}
    named = [form.received.fact, *(field.fact for field in form.fields)]
    people = form.persons
    named += [PERSON + field.fact for field in (*people.fields, *people.applicant)]
    named += [PERSON + one.fact for one in people.measures] + [PERSON + one.fact for one in people.grouped]
    for name in named:
        if name not in facts:
            yield f"Den Fakt „{name}“ gibt es nicht."
    for kind in (form.document_type, *form.documents):
        if kind not in kinds:
            yield f"Die Dokumentart „{kind}“ gibt es nicht."
