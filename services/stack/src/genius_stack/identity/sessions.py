# SPDX-License-Identifier: EUPL-1.2
"""Login sessions, kept in a file so that a restart logs nobody out; codes and open logins live in memory."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import orjson
from pydantic import BaseModel, TypeAdapter

from genius_stack.files import write_private

SESSION_SECONDS = 10 * 3600
IDLE_SECONDS = 1800
CODE_SECONDS = 60
PENDING_SECONDS = 600
_PENDING_LIMIT = 1000


class Session(BaseModel):
    """One person's login. `refresh` maps a client to the id of the only refresh token that it may use next."""

    id: UUID
    user: UUID
    auth_time: int
    used: float
    cookie_hash: str
    refresh: dict[str, str] = {}


_SESSIONS = TypeAdapter(dict[UUID, Session])


class SessionStore:
    """Sessions by id and by cookie; each change is on disk before it is answered."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        self._sessions: dict[UUID, Session] = {}
        if path.exists():
            self._sessions = _SESSIONS.validate_json(path.read_bytes())

    def create(self, user: UUID, cookie_hash: str) -> Session:
        now = self._now()
        session = Session(id=uuid4(), user=user, auth_time=int(now), used=now, cookie_hash=cookie_hash)
        self._sessions[session.id] = session
        self.save()
        return session

    def get(self, identifier: UUID) -> Session | None:
        """The session, unless it ended or was idle too long."""
        session = self._sessions.get(identifier)
        return session if session and self._alive(session) else None

    def by_cookie(self, cookie_hash: str) -> Session | None:
        return next((s for s in self._sessions.values() if s.cookie_hash == cookie_hash and self._alive(s)), None)

    def rotate(self, session: Session, client_id: str) -> str:
        """A new refresh token id; the one before is worth nothing from now on."""
        session.refresh[client_id] = secrets.token_urlsafe(16)
        session.used = self._now()
        self.save()
        return session.refresh[client_id]

    def end(self, session: Session) -> None:
        self._sessions.pop(session.id, None)
        self.save()

    def save(self) -> None:
        self._sessions = {key: session for key, session in self._sessions.items() if self._alive(session)}
        write_private(self._path, orjson.dumps(_SESSIONS.dump_python(self._sessions, mode="json")))

    def _alive(self, session: Session) -> bool:
        now = self._now()
        return now - session.auth_time < SESSION_SECONDS and now - session.used < IDLE_SECONDS


class AuthorizationRequest(BaseModel):
    """A checked request of a client for a code."""

    client_id: str
    redirect_uri: str
    state: str | None
    nonce: str | None
    scope: str
    code_challenge: str


class Code(BaseModel):
    """What a code stands for; `spent` codes are kept to notice their reuse."""

    request: AuthorizationRequest
    session: UUID
    expires: float
    spent: bool = False


class Pending:
    """Codes and open login forms; both end by themselves and are lost at a restart, which only costs a click."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._codes: dict[str, Code] = {}
        self._logins: dict[str, tuple[float, AuthorizationRequest]] = {}

    def open_login(self, request: AuthorizationRequest) -> str:
        while len(self._logins) >= _PENDING_LIMIT:
            del self._logins[next(iter(self._logins))]
        ticket = secrets.token_urlsafe(24)
        self._logins[ticket] = (self._now() + PENDING_SECONDS, request)
        return ticket

    def login(self, ticket: str) -> AuthorizationRequest | None:
        expires, request = self._logins.get(ticket, (0.0, None))
        return request if expires > self._now() else None

    def close_login(self, ticket: str) -> None:
        self._logins.pop(ticket, None)

    def issue_code(self, request: AuthorizationRequest, session: UUID) -> str:
        now = self._now()
        self._codes = {key: code for key, code in self._codes.items() if code.expires > now}
        value = secrets.token_urlsafe(32)
        self._codes[value] = Code(request=request, session=session, expires=now + CODE_SECONDS)
        return value

    def code(self, value: str) -> Code | None:
        found = self._codes.get(value)
        return found if found and found.expires > self._now() else None
