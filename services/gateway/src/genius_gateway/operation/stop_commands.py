# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_gateway models …`: the kill switch for who sits at the server, also without a browser (KI-06)."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any
from uuid import UUID

from genius_common.errors import FieldError, NotFound
from genius_common.model_stops import ModelStop
from genius_gateway.operation.model_stops import ModelStops
from genius_gateway.operation.stop_endpoints import NewStop
from genius_gateway.state import GatewayState

Arguments = argparse.Namespace
NOT_STOPPED = "So ist nichts angehalten; „genius models stops“ zeigt, was angehalten ist."


async def list_stops(state: GatewayState, _: Arguments) -> dict[str, Any]:
    """`{"stops": [{"id", "model", "authority": short name | null, "reason", "stopped_at"}]}`."""
    names = {line.id: line.short for line in await state.authorities.all()}
    return {
        "stops": [
            {**asdict(kept), "authority": names.get(kept.authority) if kept.authority else None}
            for kept in await state.administration.model_stops.all()
        ]
    }


async def stop(state: GatewayState, arguments: Arguments) -> dict[str, Any]:
    """Raises: ValidationError, NotFound, ModelAlreadyStopped."""
    wanted = await _wanted(state, arguments)
    checked = NewStop.model_validate({**asdict(wanted), "reason": arguments.reason})
    kept = await state.administration.model_stops.stop(None, wanted, checked.reason)
    return {"id": kept.id}


async def release(state: GatewayState, arguments: Arguments) -> dict[str, Any]:
    """Raises: NotFound."""
    stops: ModelStops = state.administration.model_stops
    wanted = await _wanted(state, arguments)
    for kept in await stops.all():
        if kept.stop == wanted:
            return {"id": (await stops.release(None, kept.id)).id}
    raise NotFound(errors=[FieldError("/model", NOT_STOPPED)])


async def _wanted(state: GatewayState, arguments: Arguments) -> ModelStop:
    authority: UUID | None = None
    if arguments.authority is not None:
        authority = (await state.authorities.find(arguments.authority)).id
    return ModelStop(None if arguments.all else arguments.model, authority)


def add_words(parser: argparse.ArgumentParser) -> None:
    """Which model, and for whom."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--model")
    which.add_argument("--all", action="store_true")
    parser.add_argument("--authority", help="short name")
