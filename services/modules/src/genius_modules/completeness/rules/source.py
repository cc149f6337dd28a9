# SPDX-License-Identifier: EUPL-1.2
"""A rule-set file with its lines: YAML or JSON, plain values only, no aliases, no key twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml
from typing_extensions import override

Path = tuple[str | int, ...]
MAX_CHARS = 2_000_000
_MAX_DEPTH = 40
_PLAIN = {
    "tag:yaml.org,2002:null": lambda text: None,
    "tag:yaml.org,2002:bool": lambda text: text.lower() in ("true", "yes", "on"),
    "tag:yaml.org,2002:int": lambda text: int(text.replace("_", ""), 10),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and in which line (from 1)."""

    line: int
    reason: str

    @override
    def __str__(self) -> str:
        return f"Zeile {self.line}: {self.reason}"


class RuleSetRefused(ValueError):
    """A rule set cannot be used; `problems` says all that is wrong."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(slots=True)
class Source:
    """The values of a file and the line of each."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Line of a place, or of the nearest one above that stands in the file."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(text: str) -> Source:
    """Raises RuleSetRefused."""
    if len(text) > MAX_CHARS:
        raise RuleSetRefused([Problem(1, f"Die Datei hat mehr als {MAX_CHARS:,} Zeichen.".replace(",", "."))])
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise _refused(event.start_mark, "Verweise (*name) sind nicht erlaubt: sie könnten im Kreis laufen.")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise _refused(error.problem_mark, f"Die Datei ist kein gültiges YAML oder JSON ({error.problem}).") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise RuleSetRefused([Problem(1, "Die Datei ist kein gültiges YAML oder JSON.")]) from error
    source = Source()
    if root is not None:
        source.value = _value(root, (), source.lines)
    return source


def _refused(mark: Any, reason: str) -> RuleSetRefused:
    """`mark` is one of PyYAML's, which has two types of them, or None."""
    return RuleSetRefused([Problem(mark.line + 1 if mark else 1, reason)])


def _value(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > _MAX_DEPTH:
        raise _refused(node.start_mark, "Die Angaben sind zu tief geschachtelt.")
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), lines) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    read = _PLAIN.get(node.tag, str)
    try:
        return read(node.value)
    except ValueError:
        raise _refused(node.start_mark, "Diese Zahl ist nicht lesbar.") from None


def _mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _refused(key.start_mark, "Ein Schlüssel muss ein Wort sein.")
        if key.value in found:
            raise _refused(key.start_mark, f"„{key.value}“ steht hier zweimal.")
        lines[(*path, key.value)] = key.start_mark.line + 1
        found[key.value] = _value(item, (*path, key.value), lines)
    return found
