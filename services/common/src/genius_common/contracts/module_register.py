# SPDX-License-Identifier: EUPL-1.2
"""The operator's register of external modules: a JSON file with what was checked, pinned by digest (INJ-07)."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import Any, Self
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

MAX_MANIFEST_BYTES = 1_000_000
PACKAGE = re.compile(r"package:([a-z][a-z0-9-]{1,40})")


def digest_of(manifest: dict[str, Any]) -> str:
    """`sha256:…` of a manifest as the module sends it, but for `mode`, which says how it works at the moment."""
    pinned = {key: value for key, value in manifest.items() if key != "mode"}
    return "sha256:" + hashlib.sha256(orjson.dumps(pinned, option=orjson.OPT_SORT_KEYS)).hexdigest()


class Registration(BaseModel):
    """One external module: where it answers, and the manifest that the operator has seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        max_length=500,
        description="base URL; /manifest, /health and /runs are below it. `package:NAME`: a package that runs here",
    )
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    manifest: dict[str, Any]
    added_on: dt.date

    @field_validator("url")
    @classmethod
    def _is_a_base(cls, value: str) -> str:
        if PACKAGE.fullmatch(value):
            return value
        parts = urlsplit(value)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.username
            or parts.query
            or parts.fragment
        ):
            raise ValueError("http or https, without user name, query and fragment")
        return value.rstrip("/")

    @property
    def package(self) -> str | None:
        """The entry point of a package that the own modules service runs in a cage; its address is the platform's."""
        found = PACKAGE.fullmatch(self.url)
        return found[1] if found else None

    @model_validator(mode="after")
    def _is_what_was_pinned(self) -> Self:
        if digest_of(self.manifest) != self.digest:
            raise ValueError("the manifest is not the one that was registered")
        return self

    @classmethod
    def of(cls, url: str, manifest: dict[str, Any], today: dt.date) -> Registration:
        return cls(url=url, digest=digest_of(manifest), manifest=manifest, added_on=today)


class Register(BaseModel):
    """Contents of the file; no entry = no external module."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    modules: list[Registration] = Field(default=[], max_length=100)
