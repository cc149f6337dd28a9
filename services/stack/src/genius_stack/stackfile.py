# SPDX-License-Identifier: EUPL-1.2
"""stack.json: how scripts find a running local platform (shape in docs/reference/commands.md)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ValidationError

from genius_stack.errors import NotRunning
from genius_stack.files import write_private


class ServiceEntry(BaseModel):
    url: str
    pid: int | None


class LoginEntry(BaseModel):
    username: str
    password: str
    name: str
    authority: str | None
    roles: list[str]


class ApplicationEntry(BaseModel):
    client_id: str
    client_secret: str
    authority: str
    scopes: list[str]


class KnowledgeBaseEntry(BaseModel):
    id: UUID
    name: str


class StackFile(BaseModel):
    """The whole file; it exists only while everything is ready."""

    url: str
    profile: str
    started_at: datetime
    services: dict[str, ServiceEntry]
    logins: list[LoginEntry]
    applications: list[ApplicationEntry]
    issuer: str
    knowledge_bases: list[KnowledgeBaseEntry]

    def write(self, path: Path) -> None:
        write_private(path, self.model_dump_json(indent=2).encode() + b"\n")


def read_stack_file(path: Path) -> StackFile:
    """Raises: NotRunning."""
    try:
        return StackFile.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotRunning(
            f"Mit {path.parent} läuft kein bereites Genius. Starten Sie es mit „make run“ oder „genius up“."
        ) from error
    except ValidationError as error:
        raise NotRunning(f"{path} ist beschädigt. Starten Sie Genius neu.") from error
