# SPDX-License-Identifier: EUPL-1.2
"""Limits of writing documents; the gateway's settings hold them as section `export`."""

from __future__ import annotations

from pydantic import Field

from genius_common.settings import Section


class ExportSettings(Section):
    processes: int = Field(default=2, ge=1, description="PDF files that are made at the same time")
    chars: int = Field(default=2_000_000, ge=1, description="longest text of a document")
    wall_seconds: float = Field(default=60, gt=0, description="end of a PDF that takes longer")
    cpu_seconds: int = Field(default=60, ge=1, description="processor time of one PDF")
    memory_bytes: int = Field(default=2 << 30, ge=1 << 28, description="memory of the process that makes a PDF")
