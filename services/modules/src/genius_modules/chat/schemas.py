# SPDX-License-Identifier: EUPL-1.2
"""Input and result of a chat turn."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field
from typing_extensions import override

from genius_common.contracts.modules import ChatTurn
from genius_common.errors import FieldError
from genius_modules.base import ModuleInput, TextResult
from genius_modules.documents.answer import Sentence
from genius_modules.schema import form

MAX_MESSAGE = 200_000


class ChatInput(ModuleInput):
    """`message` is the new message; where the gateway regenerates, it is the last of the history."""

    message: str | None = Field(
        default=None, max_length=MAX_MESSAGE, json_schema_extra=form(("Nachricht", "Message"), widget="textarea")
    )
    regenerate: UUID | None = Field(
        default=None, json_schema_extra=form(("Neu erzeugen", "Regenerate"), widget="hidden")
    )
    conversation: UUID | None = Field(
        default=None, json_schema_extra=form(("Unterhaltung", "Conversation"), widget="hidden")
    )
    parent: UUID | None = Field(
        default=None, json_schema_extra=form(("Vorherige Nachricht", "Previous message"), widget="hidden")
    )
    knowledge_bases: list[UUID] | None = Field(
        default=None,
        max_length=100,
        json_schema_extra=form(("Wissensbasen", "Knowledge bases"), widget="knowledge-bases"),
    )
    documents: list[UUID] | None = Field(
        default=None, max_length=100, json_schema_extra=form(("Dokumente", "Documents"), widget="hidden")
    )
    files: list[UUID] | None = Field(
        default=None, max_length=20, json_schema_extra=form(("Dateien", "Files"), widget="files")
    )

    @override
    def refusals(self, history: Sequence[ChatTurn]) -> list[FieldError]:
        if (self.message and self.message.strip()) or (history and history[-1].role == "user"):
            return []
        return [FieldError("/message", "Bitte geben Sie eine Nachricht ein.")]

    @property
    def has_documents(self) -> bool:
        return bool(self.knowledge_bases or self.documents or self.files)


class ChatResult(TextResult):
    """`model` is the model that wrote the text; `sentences` are there where documents were used."""

    model: str | None = None
    sentences: list[Sentence] = Field(default_factory=list)
