# SPDX-License-Identifier: EUPL-1.2
"""The page of the client for applications, from its public names and their docstrings."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from typing import Any

import genius_client
from genius_client import Event, Genius, GeniusError

_INTRO = [
    "# Client for applications",
    "",
    "Everything that `genius_client` offers; how to use it:",
    "[How to connect a specialist application](../howto/connect-a-fachverfahren.md). `AsyncGenius` has the methods of",
    "`Genius` with `await`; its streams are read with `async with` and `async for`.",
]


def client_page() -> str:
    names = {name: getattr(genius_client, name) for name in genius_client.__all__}
    groups: dict[str, list[str]] = {"Clients": [], "Functions": [], "Events": [], "Errors": [], "Objects": []}
    for name, found in names.items():
        groups[_group(found)].append(name)
    lines = list(_INTRO)
    for title, members in groups.items():
        lines += ["", f"## {title}"]
        for name in members:
            lines += ["", f"### {name}", "", *_described(name, names[name])]
    return "\n".join(lines) + "\n"


def _group(found: Any) -> str:
    if inspect.isfunction(found):
        return "Functions"
    if issubclass(found, GeniusError):
        return "Errors"
    if issubclass(found, Event):
        return "Events"
    return "Clients" if found.__name__.endswith(("Genius", "Stream")) else "Objects"


def _described(name: str, found: Any) -> Iterator[str]:
    if inspect.isfunction(found):
        yield f"`{name}{_signature(found)}`"
    elif dataclasses.is_dataclass(found):
        fields = [f"`{field.name}: {field.type}`" for field in dataclasses.fields(found)]
        yield "Fields: " + ", ".join(fields) + "."
    elif found.__annotations__ and hasattr(found, "__total__"):
        kinds = found.__annotations__.items()
        yield "Options: " + ", ".join(f"`{key}: {getattr(kind, '__forward_arg__', kind)}`" for key, kind in kinds) + "."
    elif not issubclass(found, GeniusError):
        yield f"`{name}{_signature(found.__init__, own=True)}`"
    text = inspect.cleandoc(found.__doc__ or "")
    if inspect.isclass(found) and issubclass(found, GeniusError):
        base = found.__base__.__name__
        text = f"A kind of `{base}`." if not text else f"{text}\n\nA kind of `{base}`."
    if text and not text.startswith(f"{name}("):
        yield from ("", text)
    if found is Genius or name.endswith("Stream"):
        yield from _methods(found)


def _methods(kind: Any) -> Iterator[str]:
    yield from ("", "| | |", "| --- | --- |")
    for name, member in vars(kind).items():
        if name.startswith("_"):
            continue
        shown = f"{name}{_signature(member, own=True)}" if inspect.isfunction(member) else name
        text = " ".join(inspect.cleandoc(member.__doc__ or "").split())
        yield "| `" + shown.replace("|", "\\|") + f"` | {text} |"


def _signature(function: Any, *, own: bool = False) -> str:
    """With the annotations as they are written; `own` without `self`."""
    signature = inspect.signature(function)
    chosen = list(signature.parameters.values())[1 if own else 0 :]
    shown = []
    for parameter in chosen:
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in shown:
            shown.append("*")
        star = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        shown.append(f"{star}{parameter.name}: {parameter.annotation}{default}")
    result = signature.return_annotation
    return f"({', '.join(shown)})" + ("" if result in {signature.empty, "None"} else f" -> {result}")
