# SPDX-License-Identifier: EUPL-1.2
"""The content of the next version, and what is signed: pure functions of the latest version and of what is wanted."""

from __future__ import annotations

import datetime as dt
import secrets

from genius_common.errors import FieldError, InvalidInput
from genius_gateway.auth.identity import Identity
from genius_gateway.case_versions.checks import Check
from genius_gateway.case_versions.errors import CheckOutdated, LetterWithoutGap
from genius_gateway.case_versions.model import (
    Acceptance,
    By,
    Content,
    Correction,
    Rewritten,
    Signature,
    Version,
    kept_acceptances,
    with_deadline,
)
from genius_gateway.case_versions.schemas import Changes, SignOff

_LONGEST = dt.timedelta(days=366)


def checked(identity: Identity, check: Check, last: Version | None) -> Content:
    """What a check makes of the case. Raises: CheckOutdated where it does not know what people have set."""
    before = last.content if last is not None else None
    if check.facts != (before.set_facts if before is not None else {}):
        raise CheckOutdated
    if last is not None and check.started < last.made_at:
        raise CheckOutdated
    return Content(
        salt=secrets.token_hex(16),
        by=_by(identity),
        based_on=last.number if last is not None else None,
        run=check.run,
        module_version=check.module_version,
        checked=True,
        files=check.files,
        result=check.result,
        corrections=before.corrections if before is not None else [],
        accepted=kept_acceptances(before.accepted, check.result) if before is not None else {},
    )


def changed(identity: Identity, wanted: Changes, last: Version) -> Content:
    """Raises: InvalidInput naming what is not there, LetterWithoutGap."""
    before, by = last.content, _by(identity)
    return before.model_copy(
        update={
            "salt": secrets.token_hex(16),
            "by": by,
            "based_on": last.number,
            "checked": before.checked and not wanted.facts,
            "corrections": _corrections(wanted, before, by),
            "accepted": {**before.accepted, **_accepted(wanted, before, by)},
            "rewritten": _rewritten(wanted, before, by) or before.rewritten,
        }
    )


def signed(identity: Identity, wanted: SignOff, content: Content) -> Signature:
    """Raises: InvalidInput (deadline), LetterWithoutGap."""
    by, letter = _by(identity), content.letter
    if letter is None:
        if wanted.deadline is not None:
            raise _wrong("/deadline", "Es gibt kein Schreiben: Der Antrag ist vollständig. Lassen Sie die Frist weg.")
        return Signature(by=by, deadline=None, letter=None)
    if wanted.deadline is None:
        raise _wrong("/deadline", "Bitte setzen Sie die Frist für die Antwort. Sie muss angemessen sein.")
    today = by.at.date()
    if not today < wanted.deadline <= today + _LONGEST:
        raise _wrong("/deadline", "Die Frist muss in der Zukunft liegen, höchstens ein Jahr von heute an.")
    filled = with_deadline(letter, wanted.deadline)
    if filled is None:
        raise LetterWithoutGap
    return Signature(by=by, deadline=wanted.deadline, letter=filled)


def _corrections(wanted: Changes, before: Content, by: By) -> list[Correction]:
    found = {one.fact: one for one in before.corrections}
    for index, one in enumerate(wanted.facts):
        earlier = found.pop(one.fact, None)
        if one.withdraw:
            if earlier is None:
                raise _wrong(f"/facts/{index}/fact", "Diese Angabe hat niemand festgelegt.")
            continue
        read = earlier.read if earlier is not None else before.result.facts.get(one.fact)
        found[one.fact] = Correction(fact=one.fact, value=one.value, reason=one.reason, by=by, read=read)
    return list(found.values())


def _accepted(wanted: Changes, before: Content, by: By) -> dict[str, Acceptance]:
    found = {}
    for index, name in enumerate(wanted.accepted):
        requirement = before.result.requirements.get(name)
        if requirement is None:
            raise _wrong(f"/accepted/{index}", "Diese Anforderung gibt es in der Fassung nicht.")
        found[name] = Acceptance(status=requirement.status, by=by)
    return found


def _rewritten(wanted: Changes, before: Content, by: By) -> Rewritten | None:
    if wanted.letter is None:
        return None
    if before.letter is None:
        raise _wrong("/letter", "Zu dieser Fassung gibt es kein Schreiben: Der Antrag ist vollständig.")
    if with_deadline(wanted.letter.text, by.at.date()) is None:
        raise LetterWithoutGap(errors=[FieldError("/letter/text", LetterWithoutGap.default_detail)])
    return Rewritten(text=wanted.letter.text, reason=wanted.letter.reason, by=by)


def _by(identity: Identity) -> By:
    return By(person=identity.principal.subject, name=identity.name, at=dt.datetime.now(dt.UTC))


def _wrong(pointer: str, detail: str) -> InvalidInput:
    return InvalidInput(errors=[FieldError(pointer, detail)])
