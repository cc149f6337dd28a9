# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_modules.completeness.rules check PATH | list | show NAME | schema`; `genius rules` calls it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from genius_modules.completeness.offered import offered
from genius_modules.completeness.rules import store
from genius_modules.completeness.rules.model import RuleSet, json_schema
from genius_modules.completeness.rules.source import RuleSetRefused
from genius_modules.completeness.rules.store import FORM


def main(arguments: list[str] | None = None) -> int:
    """0: sound; 1: refused or unknown. Problems go to stderr, one a line."""
    parser = argparse.ArgumentParser(prog="genius rules")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check").add_argument("file", type=Path)
    commands.add_parser("list")
    commands.add_parser("show").add_argument("name")
    commands.add_parser("schema")
    wish = parser.parse_args(arguments)
    if wish.command == "check":
        return _check_folder(wish.file) if wish.file.is_dir() else _check(wish.file)
    if wish.command == "schema":
        _say(json.dumps(json_schema(), ensure_ascii=False, indent=1))
    elif wish.command == "list":
        for stored in store.shipped().values():
            _say(_line(stored.rules))
    else:
        return _show(wish.name)
    return 0


def _check(file: Path) -> int:
    try:
        stored = store.read(file.read_text(encoding="utf-8"))
    except RuleSetRefused as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (OSError, UnicodeDecodeError):
        sys.stderr.write(f"{file} ist nicht als Text lesbar.\n")
        return 1
    _say(f"In Ordnung: {_line(stored.rules)}")
    return 0


def _check_folder(folder: Path) -> int:
    """Everything that the service would take from the folder, as it would take it."""
    try:
        found, usable = store.available(folder), offered(folder)
    except RuleSetRefused as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (OSError, UnicodeDecodeError):
        sys.stderr.write(f"In {folder} ist eine Datei nicht als Text lesbar.\n")
        return 1
    for name, stored in found.items():
        if stored == store.shipped().get(name):
            continue
        _say(f"In Ordnung: {_line(stored.rules)}")
        for identifier, title in stored.switched_off.items():
            _say(f"- abgeschaltet: {identifier} ({title})")
        if name not in usable:
            _say(f"- wird nicht angeboten: Es fehlt die Beschreibung des Vordrucks, {name}{FORM}.")
    _say(f"Angeboten werden: {', '.join(usable)}.")
    return 0


def _show(name: str) -> int:
    stored = store.shipped().get(name)
    if stored is None:
        sys.stderr.write(f"Das Regelwerk „{name}“ gibt es nicht. Es gibt: {', '.join(store.shipped())}.\n")
        return 1
    _say(_line(stored.rules))
    for requirement in stored.rules.requirements:
        basis = "; ".join(requirement.legal_basis)
        _say(f"- {requirement.id}: {requirement.title} ({requirement.condition_text}; {basis})")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _line(rules: RuleSet) -> str:
    return f"{rules.rule_set}: {rules.title}, {len(rules.requirements)} Anforderungen, Rechtsstand {rules.law_as_of}"


if __name__ == "__main__":
    sys.exit(main())
