# SPDX-License-Identifier: EUPL-1.2
"""A deletion is asked for twice: the first answer says what there is and holds a token, the second brings it back."""

from __future__ import annotations

import base64
import datetime as dt
from uuid import UUID

import orjson

from genius_common.crypto import ContentKey, Undecryptable
from genius_gateway.persons.errors import ConfirmationNeeded

LIFETIME = dt.timedelta(minutes=10)
_PLACE = "persons/confirmation"


class Confirmations:
    """Tokens bound to who asks and whose data it is about; sealed, so that nothing has to be stored."""

    def __init__(self, key: ContentKey) -> None:
        self._key = key

    def give(self, by: UUID, person: UUID, now: dt.datetime) -> tuple[str, dt.datetime]:
        """The token, and until when it counts."""
        until = now + LIFETIME
        content = orjson.dumps([str(by), str(person), until.timestamp()])
        return base64.urlsafe_b64encode(self._key.seal(content, _PLACE)).decode(), until

    def require(self, token: str | None, by: UUID, person: UUID, now: dt.datetime) -> None:
        """Raises: ConfirmationNeeded."""
        try:
            opened = orjson.loads(self._key.open(base64.urlsafe_b64decode(token or ""), _PLACE))
        except (Undecryptable, ValueError) as error:
            raise ConfirmationNeeded from error
        if opened[:2] != [str(by), str(person)] or opened[2] < now.timestamp():
            raise ConfirmationNeeded
