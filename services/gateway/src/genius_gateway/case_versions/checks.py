# SPDX-License-Identifier: EUPL-1.2
"""A finished run of the completeness check, as a version takes it in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.errors import FieldError, NotFound
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.case_versions.errors import CaseFilesChanged, RunIsNoCheck
from genius_gateway.case_versions.model import MODULE, CheckedFile, CheckResult
from genius_gateway.runs.job import SealedRequest
from genius_gateway.runs.repository import RunRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`facts` are those that the run was given."""

    run: UUID
    module_version: str
    started: dt.datetime
    protection_class: ProtectionClass
    files: list[CheckedFile]
    facts: dict[str, Any]
    result: CheckResult

    def require_files(self, now: frozenset[UUID]) -> None:
        """All files of the case, and no others. Raises: CaseFilesChanged."""
        if frozenset(one.file for one in self.files) != now:
            raise CaseFilesChanged


class Checks:
    """Runs of the caller's own, in the caller's row scope."""

    def __init__(self, runs: RunRepository) -> None:
        self._runs = runs

    async def load(self, connection: AsyncConnection, principal: Principal, case: UUID, run: UUID) -> Check:
        """Raises: NotFound (with the field), RunIsNoCheck."""
        row = await self._runs.get(connection, run)
        if row is None or not principal.classification.covers(row.protection_class):
            raise NotFound(errors=[FieldError("/run", NotFound.default_detail)])
        if row.module != MODULE or row.case_id != case or row.state != "succeeded" or row.partial:
            raise _no_check()
        content = await self._runs.open_content(connection, row)
        asked = await self._runs.sealer.open(connection, row.request, f"runs/request/{row.id}")
        try:
            request = SealedRequest.model_validate(asked)
            result = CheckResult.model_validate(content.get("result"))
        except ValidationError:
            raise _no_check() from None
        return Check(
            run=row.id,
            module_version=row.version,
            started=row.created_at,
            protection_class=ProtectionClass(row.protection_class),
            files=[CheckedFile(file=file.id, name=file.name) for file in request.files],
            facts=request.input.get("facts") or {},
            result=result,
        )


def _no_check() -> RunIsNoCheck:
    return RunIsNoCheck(errors=[FieldError("/run", RunIsNoCheck.default_detail)])
