# SPDX-License-Identifier: EUPL-1.2
"""From whatever happens while a module works on one input to its one final event."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import structlog

from genius_common.errors import PlatformError, Unavailable, UpstreamFailed
from genius_common.events import Done, ErrorEvent, Event, UsageTotals
from genius_common.principal import ProtectionClass
from genius_gateway.modules.catalogue import OfferedModule
from genius_gateway.modules.client import InvalidEvent
from genius_gateway.modules.errors import ModuleOutputTooLarge
from genius_gateway.runs.errors import (
    DeadlineExceeded,
    ModuleEventInvalid,
    ModuleStreamCut,
    ModuleUnavailable,
    ResultInvalid,
)
from genius_gateway.runs.incoming import is_code, labels_allowed

log = structlog.get_logger(__name__)


def error_event(error: PlatformError) -> ErrorEvent:
    return ErrorEvent(code=error.code, detail=error.detail, retryable=error.retryable)


async def final_event(work: Awaitable[Event], seconds: float, module: str) -> Event:
    """The event that `work` answers within `seconds`, or the error that it ends with."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        return error_event(DeadlineExceeded())
    except InvalidEvent:
        log.warning("a module sent an invalid event", module=module)
        return error_event(ModuleEventInvalid())
    except ModuleOutputTooLarge as error:
        return error_event(error)
    except UpstreamFailed:
        return error_event(ModuleStreamCut())
    except Unavailable as error:
        return error_event(ModuleUnavailable() if type(error) is Unavailable else error)
    except PlatformError as error:
        # A module's refusal comes with a code of its own.
        return error_event(error if is_code(error.code) else ModuleEventInvalid())


def checked(event: Event, offered: OfferedModule, ceiling: ProtectionClass, counted: UsageTotals) -> Event:
    """The module's final event, with a result that fits its schema and what was `counted` before it, if anything."""
    if not isinstance(event, Done):
        return event
    if not (offered.result.accepts(event.result) and labels_allowed(event.result, ceiling)):
        log.warning("a module's result does not fit its schema", module=offered.manifest.id)
        return error_event(ResultInvalid())
    return Done(result=event.result, usage=counted if counted != UsageTotals() else event.usage)
