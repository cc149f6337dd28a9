# SPDX-License-Identifier: EUPL-1.2
"""Everything that the client raises.

GeniusError
├── ConnectionFailed      no answer, also after all repetitions; what was asked for may have happened
├── CredentialsRefused    the identity provider gives no token
├── WaitTimedOut          a job or file has not ended in the time given; it goes on
├── RunFailed             a run has ended, but not well; `run` is all of it
├── InvalidCallback       a call that must not be believed
└── ApiProblem            a refusal of the platform (RFC 9457), by status:
    ├── InvalidInput         400, 422  `fields` names what is wrong
    ├── NotAuthenticated     401
    ├── Forbidden            403
    ├── NotFound             404  unknown and foreign ids alike
    ├── Conflict             409
    ├── TooLarge             413
    ├── UnsupportedMedia     415
    ├── LimitReached         429  quota or rate
    └── Unavailable          502, 503, 504
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genius_client._models import Run


class GeniusError(Exception):
    """Base of all; its text is German and may be shown to users."""


class ConnectionFailed(GeniusError):
    """No answer came, also after all repetitions."""


class CredentialsRefused(GeniusError):
    """The identity provider refused the application's credentials."""


class WaitTimedOut(GeniusError):
    """What was waited for has not ended yet; it goes on at the platform. `last` is its last state."""

    def __init__(self, message: str, last: Any) -> None:
        super().__init__(message)
        self.last = last


class RunFailed(GeniusError):
    """A run that failed or was cancelled. `run.result` is what was produced before (`run.partial`)."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.error.detail if run.error else "Der Lauf wurde abgebrochen.")
        self.run = run


class InvalidCallback(GeniusError):
    """Not from the platform, changed on its way, or too old. Answer 401 and do nothing else."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One wrong value: `pointer` is a JSON pointer (RFC 6901) into the request, `detail` says what to do."""

    pointer: str
    detail: str


class ApiProblem(GeniusError):
    """A refusal: `code` is stable, `detail` German and plain, `request_id` is what operators ask for.

    `retry_after`: seconds, where the platform knows when it makes sense to try again.
    """

    def __init__(self, status: int, problem: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.title = str(problem.get("title", f"HTTP {status}"))
        self.detail = str(problem.get("detail", f"Genius hat mit {status} geantwortet."))
        self.retryable = problem.get("retryable") is True
        listed = problem.get("errors")
        self.fields = tuple(
            FieldProblem(str(item.get("pointer", "")), str(item.get("detail", "")))
            for item in (listed if isinstance(listed, list) else [])
            if isinstance(item, dict)
        )
        self.request_id = problem.get("request_id")
        self.retry_after = retry_after
        super().__init__(self.detail)


class InvalidInput(ApiProblem):
    pass


class NotAuthenticated(ApiProblem):
    pass


class Forbidden(ApiProblem):
    pass


class NotFound(ApiProblem):
    pass


class Conflict(ApiProblem):
    pass


class TooLarge(ApiProblem):
    pass


class UnsupportedMedia(ApiProblem):
    pass


class LimitReached(ApiProblem):
    pass


class Unavailable(ApiProblem):
    pass


_BY_STATUS: dict[int, type[ApiProblem]] = {
    400: InvalidInput,
    401: NotAuthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    415: UnsupportedMedia,
    422: InvalidInput,
    429: LimitReached,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def problem_of(status: int, body: bytes, retry_after: float | None) -> ApiProblem:
    """The exception for an answer; a body that is no problem+json (of a proxy, say) keeps only its status."""
    try:
        found = json.loads(body)
    except ValueError:
        found = {}
    return _BY_STATUS.get(status, ApiProblem)(status, found if isinstance(found, dict) else {}, retry_after)
