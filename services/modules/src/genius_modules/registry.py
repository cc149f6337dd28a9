# SPDX-License-Identifier: EUPL-1.2
"""The modules of this process: one explicit tuple, checked when they are registered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from genius_common.errors import NotFound
from genius_common.principal import ProtectionClass
from genius_modules.ask_documents.module import AskDocuments
from genius_modules.base import AnyModule
from genius_modules.chat.module import Chat
from genius_modules.draft.module import Draft
from genius_modules.simplify.module import Simplify
from genius_modules.summarise.module import Summarise

BUILT_IN: tuple[type[AnyModule], ...] = (Chat, AskDocuments, Summarise, Draft, Simplify)


class ManifestRefused(ValueError):
    """A module's description breaks a rule of the platform; the message says which."""


def check(module: AnyModule) -> None:
    """Raise `ManifestRefused` where the description is impossible or dangerous (Rule of Two, INJ-02)."""
    spec = module.spec
    rule = spec.rule_of_two
    if rule.private_data and rule.untrusted_text and rule.external_effect and spec.human_step is None:
        raise ManifestRefused(
            f"{spec.id}: private data, untrusted text and an effect outside need a human step (Rule of Two)"
        )
    if rule.external_effect and spec.human_step is None and rule.private_data:
        raise ManifestRefused(f"{spec.id}: private data may not leave without a human step")
    if spec.needs != "none" and "chat.completions" not in spec.scopes:
        raise ManifestRefused(f"{spec.id}: needs a model but lacks the scope chat.completions")
    highest = spec.highest_class
    if highest is None or set(spec.protection_classes) != set(ProtectionClass.up_to(highest)):
        raise ManifestRefused(f"{spec.id}: the protection classes it may see have to begin at offen, without a gap")
    spec.manifest(model_available=False)


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


def built_in() -> Registry:
    return Registry(module() for module in BUILT_IN)
