# SPDX-License-Identifier: EUPL-1.2
"""What the operator says on the pages of the web UI: who publishes it, imprint, privacy, whom to write to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from genius_gateway.settings import UI_CONFIG_VARIABLE

# Pages of text, not a library; whoever mounts the wrong file is told so.
_MAX_BYTES = 256 * 1024


class UiConfigInvalid(Exception):
    """The file can't be used; the message names file and field, and never repeats what stands there."""


def _lines(text: str) -> str:
    """Line ends as the page expects them, whatever editor wrote the file."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


_Text = Annotated[str, AfterValidator(_lines)]


class UiConfig(BaseModel):
    """`ui-config.json`: plain text, an empty line begins a new paragraph, markup is shown as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kopfzeile: _Text | None = Field(default=None, max_length=200, description="line above the header, on every page")
    authority: _Text | None = Field(default=None, max_length=200, description="who publishes the platform, at the foot")
    imprint: _Text | None = Field(default=None, max_length=20_000, description="page “Impressum”")
    privacy: _Text | None = Field(default=None, max_length=100_000, description="page “Datenschutz”")
    contact: _Text | None = Field(
        default=None,
        max_length=20_000,
        description="end of the accessibility statement: contact and enforcement procedure",
    )


def read_ui_config(path: Path) -> bytes:
    """The file as it is served: what was checked, written anew. Raises: UiConfigInvalid."""
    where = f"{UI_CONFIG_VARIABLE} ({path})"
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UiConfigInvalid(f"{where}: {error.strerror or 'not readable'}") from error
    if len(content) > _MAX_BYTES:
        raise UiConfigInvalid(f"{where}: larger than {_MAX_BYTES // 1024} KiB")
    try:
        config = UiConfig.model_validate_json(content)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}" for item in error.errors()]
        known = ", ".join(UiConfig.model_fields)
        raise UiConfigInvalid(f"{where}: {'; '.join(faults)} (known fields: {known})") from None
    return config.model_dump_json().encode()
