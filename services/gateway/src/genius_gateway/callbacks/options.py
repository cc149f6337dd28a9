# SPDX-License-Identifier: EUPL-1.2
"""Times and limits of callbacks; the gateway's settings hold them as section `callbacks`."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from pydantic import Field

from genius_common.settings import Section


class CallbackOptions(Section):
    networks: list[IPv4Network | IPv6Network] = Field(
        default=[],
        description="private networks that callbacks may go to, e.g. 10.20.0.0/16; public addresses always may",
    )
    ca_file: Path | None = Field(
        default=None, description="certificate authorities (PEM) of targets, in place of those of the system"
    )
    retry_s: list[float] = Field(
        default=[5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
        description="pause after each failed attempt; after the last one the callback counts as undeliverable",
    )
    timeout_s: float = Field(default=15.0, gt=0, le=60, description="time that a target has to answer")
    body_bytes: int = Field(default=20_000_000, ge=1024, description="largest body of a callback")
    poll_s: float = Field(default=5.0, gt=0, description="how often what is due is looked for")
    max_active: int = Field(default=16, ge=1, description="callbacks that one process sends at a time")
    max_active_of_authority: int = Field(default=4, ge=1, description="of them those of one authority")
