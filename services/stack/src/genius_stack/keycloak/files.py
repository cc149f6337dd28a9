# SPDX-License-Identifier: EUPL-1.2
"""The two files that operators keep: authorities with their units, and specialist applications (YAML or JSON)."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal, Self, TypeVar
from uuid import UUID

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from genius_stack.errors import KeycloakFailed

SAMPLE_AUTHORITIES = "beispiel"
"""In place of a file name: the shipped file of 46 invented authorities."""
ModuleScope = Literal[
    "chat.completions", "documents.read", "documents.write", "embeddings", "models.read", "modules.run", "search"
]
_SHORT = r"^[a-z0-9][a-z0-9-]{0,62}$"
_Model = TypeVar("_Model", bound=BaseModel)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    short: str = Field(pattern=_SHORT)
    name: str = Field(min_length=1, max_length=200)


class Unit(_Entry):
    """`short` is its name in groups: /behoerden/<authority>/<short>."""


class Authority(_Entry):
    """The same shape as `python -m genius_gateway authorities apply` reads; `parent` is an earlier short name."""

    id: UUID | None = None
    kind: Literal["ministry", "agency", "municipality", "court", "other"]
    parent: str | None = None
    units: tuple[Unit, ...] = ()


class AuthorityFile(BaseModel):
    """All authorities of a tenant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    authorities: tuple[Authority, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        known: set[str] = set()
        for authority in self.authorities:
            if authority.short in known:
                raise ValueError(f"{authority.short} steht zweimal darin")
            if authority.parent is not None and authority.parent not in known:
                raise ValueError(f"{authority.parent} (parent von {authority.short}) muss davor stehen")
            units = [unit.short for unit in authority.units]
            if len(set(units)) != len(units):
                raise ValueError(f"{authority.short} hat eine Einheit zweimal")
            known.add(authority.short)
        identifiers = [authority.id for authority in self.authorities if authority.id is not None]
        if len(set(identifiers)) != len(identifiers):
            raise ValueError("eine id steht zweimal darin")
        return self


class Application(BaseModel):
    """A specialist application. `on_behalf_of`: it may also act for a person, by token exchange (RFC 8693)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Field(pattern=_SHORT)
    name: str = Field(default="", max_length=200)
    authority: str = Field(pattern=_SHORT)
    scopes: tuple[ModuleScope, ...] = Field(min_length=1)
    on_behalf_of: bool = False


class ApplicationFile(BaseModel):
    """All applications of a tenant that call Genius."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    applications: tuple[Application, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        names = [application.client_id for application in self.applications]
        if len(set(names)) != len(names):
            raise ValueError("eine client_id steht zweimal darin")
        return self


def read_authorities(name: str) -> AuthorityFile:
    """The file `name`, or the shipped one for `SAMPLE_AUTHORITIES`. Raises: KeycloakFailed."""
    if name == SAMPLE_AUTHORITIES:
        return AuthorityFile.model_validate(yaml.safe_load(sample_authorities()))
    return _read(Path(name), AuthorityFile)


def read_applications(path: Path | None) -> ApplicationFile:
    """No file, no applications. Raises: KeycloakFailed."""
    return ApplicationFile() if path is None else _read(path, ApplicationFile)


def sample_authorities() -> bytes:
    """The shipped file of 46 authorities (YAML)."""
    return (files("genius_stack.keycloak") / "data" / "authorities.yaml").read_bytes()


def _read(path: Path, model: type[_Model]) -> _Model:
    try:
        return model.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise KeycloakFailed(f"{path} ist nicht lesbar: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise KeycloakFailed(f"{path} ist weder YAML noch JSON in UTF-8.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "Inhalt"
        raise KeycloakFailed(f"{path}: {place}: {first['msg']}") from error
