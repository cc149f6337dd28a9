# SPDX-License-Identifier: EUPL-1.2
"""Sign-ins, sign-outs and refused access as one structured line each in the log (LOG-05).

Who (pseudonym, never a name), what (action of the policy table), outcome (error code or "ok"), the request's id; time
in UTC and service come with every line. What is done with rights stands in the audit trail; this is for who watches
for attacks, and holds no content and no credential.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import structlog

log = structlog.get_logger(__name__)
Event = Literal["sign_in", "sign_out", "sign_out_by_provider", "access_refused"]


def security_event(
    event: Event,
    outcome: str,
    *,
    subject: UUID | None = None,
    application: UUID | None = None,
    api_token: UUID | None = None,
    action: str | None = None,
    request_id: str | None = None,
    sessions: int | None = None,
) -> None:
    """Write one line; an outcome that is not "ok" is a warning."""
    fields = {
        "outcome": outcome,
        "subject": str(subject) if subject else None,
        "application": str(application) if application else None,
        "api_token": str(api_token) if api_token else None,
        "action": action,
        "sessions": sessions,
        "request_id": request_id,
    }
    write = log.info if outcome == "ok" else log.warning
    write(event, **{name: value for name, value in fields.items() if value is not None})
