# SPDX-License-Identifier: EUPL-1.2
"""Up to which class there is a model: from inference's catalogue, kept for some seconds."""

from __future__ import annotations

import time
from typing import Any

from genius_common.contracts.modules import ModuleManifest
from genius_common.errors import PlatformError, UpstreamFailed
from genius_common.events import WarningEvent
from genius_common.http import ServiceClient
from genius_common.principal import ProtectionClass
from genius_gateway.modules.ports import ServiceTokens

_KEPT_S = 10.0
_READ_S = 5.0
_KNOWN = frozenset(ProtectionClass)


class ModelClasses:
    """Inference looks at every request itself; this says it before anything begins."""

    def __init__(self, inference: ServiceClient, tokens: ServiceTokens) -> None:
        self._inference = inference
        self._tokens = tokens
        self._until = float("-inf")
        self._highest: ProtectionClass | None = None

    async def needed_by(self, module: ModuleManifest) -> ProtectionClass | None:
        """The bound for a module that does nothing without a model; None for others, and where there is no model.

        Raises what inference raises: without its list nobody knows what may go there.
        """
        return await self._read() if module.needs == "generative" else None

    async def notice(self, module: ModuleManifest, asked: ProtectionClass) -> WarningEvent | None:
        """What a reader should know where there are models, but none for the class `asked`: it works without one."""
        if module.needs != "optional":
            return None
        try:
            allowed = await self._read()
        except PlatformError:
            return None  # The module gets no model from there either, and says so.
        if allowed is None or allowed.covers(asked):
            return None
        return WarningEvent(
            code="class_not_for_model",
            detail=f"Für die Schutzklasse „{asked.label}“ ist kein Sprachmodell zugelassen (nur bis "
            f"„{allowed.label}“). Das Ergebnis entsteht ohne Sprachmodell.",
        )

    async def _read(self) -> ProtectionClass | None:
        if time.monotonic() >= self._until:
            token = self._tokens.for_service("inference")
            answer = await self._inference.json("GET", "/v1/models", token=token, read_timeout=_READ_S)
            self._highest = _highest(answer)
            self._until = time.monotonic() + _KEPT_S
        return self._highest


def _highest(answer: Any) -> ProtectionClass | None:
    try:
        chat = [item for item in answer["data"] if item.get("kind") == "chat"]
        classes = [ProtectionClass(item["protection_class"]) for item in chat if item["protection_class"] in _KNOWN]
    except (KeyError, TypeError, AttributeError) as error:
        raise UpstreamFailed from error
    return ProtectionClass.highest(classes) if classes else None
