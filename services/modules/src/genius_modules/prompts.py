# SPDX-License-Identifier: EUPL-1.2
"""Prompts are files `prompts/*.md` beside their module, with a version in their front matter.

Then comes the system text, and after `--- user ---` what is sent as the user's message, both with `{{names}}`. They
hold no secret and no rule that security rests on: what a document says can change words, never rights (INJ-01).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from genius_common.contracts.modules import PromptFile
from genius_common.text.specials import literal

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_USER = "\n--- user ---\n"
_PLACEHOLDER = re.compile(r"\{\{([a-z_]+)\}\}")
_TAGS = re.compile(r"<\s*(/?)\s*(quelle|dokument|text|notizen|entwurf)\b", re.IGNORECASE)
_MARKER = re.compile(r"[\[【](\s*(?:Quelle\s+)?\d{1,4}(?:\s*[,;]\s*\d{1,4})*\s*)[\]】]")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt file. `version` is semantic; users may read `body` on request."""

    module: str
    name: str
    version: str
    body: str

    @property
    def system(self) -> str:
        """The rules. What a user or a document says never stands here."""
        return self.body.split(_USER)[0].strip()

    @property
    def placeholders(self) -> frozenset[str]:
        return frozenset(_PLACEHOLDER.findall(self.body))

    def render(self, **values: str) -> tuple[str, str]:
        """Return (system, user) with every placeholder filled once; what is filled in is not looked at again."""
        if set(values) != self.placeholders:
            raise ValueError(f"{self.name} needs {sorted(self.placeholders)}")
        system, _, user = self.body.partition(_USER)
        filled = [_PLACEHOLDER.sub(lambda match: values[match.group(1)], part).strip() for part in (system, user)]
        return filled[0], filled[1]


@cache
def load(module: str, name: str) -> Prompt:
    """The prompt `name` of the module folder `module`, e.g. `load("chat", "system")`."""
    raw = files("genius_modules").joinpath(module, "prompts", f"{name}.md").read_text("utf-8")
    return parse(module, name, raw)


@cache
def _names(module: str) -> tuple[str, ...]:
    folder = files("genius_modules").joinpath(module, "prompts")
    if not folder.is_dir():
        return ()
    return tuple(sorted(item.name.removesuffix(".md") for item in folder.iterdir() if item.name.endswith(".md")))


def published(module: str) -> list[PromptFile]:
    """All prompts of a module folder as its users may read them (INJ-05)."""
    found = [load(module, name) for name in _names(module)]
    return [PromptFile(name=prompt.name, version=prompt.version, text=prompt.body.strip()) for prompt in found]


def parse(module: str, name: str, raw: str) -> Prompt:
    match = _FRONT_MATTER.match(raw)
    if match is None:
        raise ValueError(f"{module}/{name}: front matter missing")
    head = dict(line.split(": ", 1) for line in match.group(1).splitlines() if ": " in line)
    return Prompt(module, name, head["version"], match.group(2))


def as_data(text: str) -> str:
    """Text of a document or user, made safe to stand between our delimiters.

    Our tags, the special tokens of chat templates and `[n]` lose their meaning; a human reads the same.
    """
    text = literal(text)
    text = _TAGS.sub(lambda m: f"‹{m.group(1)}{m.group(2)}", text)
    return _MARKER.sub(lambda m: f"({m.group(1)})", text)
