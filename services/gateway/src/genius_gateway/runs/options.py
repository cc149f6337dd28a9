# SPDX-License-Identifier: EUPL-1.2
"""Times and limits of runs; the gateway's settings hold them as section `runs`."""

from __future__ import annotations

from pydantic import Field

from genius_common.settings import Section


class RunOptions(Section):
    lease_s: float = Field(default=10.0, gt=0, description="how long a run belongs to a silent process")
    recovery_s: float = Field(default=3.0, gt=0, description="how often runs of dead processes are looked for")
    flush_s: float = Field(default=0.075, gt=0, description="how long events are gathered before they are saved")
    abandoned_s: float = Field(default=60.0, gt=0, description="end of a run that nobody follows")
    stop_s: float = Field(default=5.0, ge=0, description="time that running runs get when the gateway stops")
    answer_s: float = Field(default=1.0, gt=0, description="how often the text of a chat answer is saved")
    history_chars: int = Field(default=60_000, ge=0, description="how much of a conversation a model is given")
    message_chars: int = Field(default=200_000, ge=1, description="longest message of a person")
    module_silence_s: float = Field(
        default=60.0, gt=0, description="longest silence of an external module before its run ends"
    )
    max_active: int = Field(default=500, ge=1, description="runs that one process carries out at a time")
    max_jobs: int = Field(default=16, ge=1, description="jobs that one process carries out at a time; others wait")
    max_waiting: int = Field(default=5_000, ge=1, description="waiting jobs of one person or application")
    batch_parallel: int = Field(default=4, ge=1, le=64, description="inputs of one batch at a time")
    batch_bytes: int = Field(default=64_000_000, ge=1, description="results of one batch together")
