# SPDX-License-Identifier: EUPL-1.2
"""Why `genius` stops: each reason has its own exit code (table in docs/howto/run-on-one-machine.md)."""

from __future__ import annotations

from typing import ClassVar


class StackError(Exception):
    """A reason to stop that an operator can act on; the text is German and says what to do."""

    exit_code: ClassVar[int] = 1


class AlreadyRunning(StackError):
    """Another `genius up` holds the data directory."""

    exit_code = 3


class PortBusy(StackError):
    """The public port is taken."""

    exit_code = 4


class DiskFull(StackError):
    """Too little space for the data directory."""

    exit_code = 5


class WebUiMissing(StackError):
    """The web UI is not built and can't be built (no Node)."""

    exit_code = 6


class NewerData(StackError):
    """The data directory was written by a newer version."""

    exit_code = 7


class PostgresFailed(StackError):
    """PostgreSQL can't be set up or started."""

    exit_code = 8


class ServiceFailed(StackError):
    """A service did not become ready, or could not be migrated."""

    exit_code = 9


class DataDirUnusable(StackError):
    """The data directory can't be written, or its files are damaged."""

    exit_code = 10


class NotRunning(StackError):
    """The platform of this data directory does not run."""

    exit_code = 11


class SamplesFailed(StackError):
    """The sample authorities or the laws could not be set up."""

    exit_code = 12


class Refused(StackError):
    """Something asked for is not allowed here (unknown login, foreign address, wrong profile)."""

    exit_code = 13


class OperatorRefused(StackError):
    """The platform refuses an operator's command and says why."""

    exit_code = 15


class KeycloakFailed(StackError):
    """Keycloak can't be reached or refuses, or a file for it is wrong."""

    exit_code = 14


class ImportIncomplete(StackError):
    """Not every file of an import is in the knowledge base."""

    exit_code = 16


class LawNotUpdated(StackError):
    """The file of a law is none, or its update broke off."""

    exit_code = 18


class PlatformRefused(StackError):
    """A call of the public API was refused: with the platform's own words, and seconds after which to try again."""

    exit_code = 17

    def __init__(self, text: str, *, status: int, detail: str = "", retry_after: int | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.detail = detail or text
        self.retry_after = retry_after
