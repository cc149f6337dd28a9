# SPDX-License-Identifier: EUPL-1.2
"""The rows that a decision about a shared object needs."""

from __future__ import annotations

from dataclasses import dataclass

from genius_common.keys import KeyRing
from genius_gateway.cases.repository import CaseRepository
from genius_gateway.runs.sealing import Sealer
from genius_gateway.sharing.grants import ObjectGrants
from genius_gateway.snapshots.repository import SnapshotRepository


@dataclass(frozen=True, slots=True)
class SharedRows:
    cases: CaseRepository
    snapshots: SnapshotRepository
    grants: ObjectGrants

    @classmethod
    def of(cls, keys: KeyRing) -> SharedRows:
        sealer = Sealer(keys)
        return cls(CaseRepository(keys), SnapshotRepository(sealer), ObjectGrants(sealer))
