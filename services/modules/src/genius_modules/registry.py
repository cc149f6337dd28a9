# SPDX-License-Identifier: EUPL-1.2
"""The modules of this process: one explicit tuple, checked when they are registered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

from genius_common.contracts.module_rules import DATED, objections
from genius_common.errors import NotFound
from genius_modules.ask_documents.module import AskDocuments
from genius_modules.base import AnyModule
from genius_modules.chat.module import Chat
from genius_modules.completeness.module import Completeness
from genius_modules.completeness.offered import offered
from genius_modules.draft.module import Draft
from genius_modules.extract.module import Extract
from genius_modules.simplify.module import Simplify
from genius_modules.summarise.module import Summarise

BUILT_IN: tuple[type[AnyModule], ...] = (Chat, AskDocuments, Summarise, Draft, Simplify, Extract)
"""Those that are the same in every installation; `Completeness` knows its rule sets."""


class ManifestRefused(ValueError):
    """A module's description breaks a rule of the platform; the message says which."""


def check(module: AnyModule) -> None:
    """Raise `ManifestRefused` where the description is impossible or dangerous (Rule of Two, INJ-02).

    Whether its card is there and valid is decided by the gateway each day, for all modules alike (KI-03).
    """
    manifest = module.spec.manifest(model_available=False)
    found = [item for item in objections(manifest, dt.datetime.now(dt.UTC).date()) if item.code not in DATED]
    if found:
        raise ManifestRefused(f"{manifest.id}: " + " ".join(f"{item.code}: {item.detail}" for item in found))


class Registry:
    """Modules by id."""

    def __init__(self, modules: Iterable[AnyModule]) -> None:
        self._modules: dict[str, AnyModule] = {}
        for module in modules:
            check(module)
            if module.spec.id in self._modules:
                raise ManifestRefused(f"{module.spec.id}: registered twice")
            self._modules[module.spec.id] = module

    def __iter__(self) -> Iterator[AnyModule]:
        return iter(self._modules.values())

    def get(self, module: str) -> AnyModule:
        found = self._modules.get(module)
        if found is None:
            raise NotFound
        return found


def built_in(rules_folder: Path | None = None) -> Registry:
    """`rules_folder`: rule sets of the tenant. Raises: RuleSetRefused, OSError, UnicodeDecodeError."""
    return Registry([*(module() for module in BUILT_IN), Completeness(offered(rules_folder))])
