# SPDX-License-Identifier: EUPL-1.2
"""Every table and column of retrieval's database, for docs/reference/processing-record.md; compared with the catalog.

`kind` names lines of the gateway's retention schedule. The queue's own tables (`procrastinate_…`) hold ids.
"""

from __future__ import annotations

from genius_common.processing import Column, Table, personal, sealed, technical

RECORD: tuple[Table, ...] = (
    Table(
        name="documents", kind="files", person="owner_person",
        columns={
            **technical(
                "id kind knowledge_base authority owner_kind protection_class name_digest collection state reason"
                " next_collection warnings media_type size pages text_length version as_of original canonical"
                " parser_version processing working points superseded_by replaces quarantined_at"
            ),
            "owner_person": personal("Pseudonym der Person, der die Datei gehört"),
            "uploaded_by": Column(category="personal", what="Pseudonym dessen, der hochgeladen hat", forget=True),
            "name": sealed("Dateiname", "documents/name/{id}", "text"),
            "title": sealed("Titel", "documents/title/{id}", "text"),
            **dict.fromkeys(("created_at", "updated_at"), personal("Zeit des Hochladens")),
        },
    ),
    Table(
        name="refusals", kind="files", key=("document",),
        columns={
            **technical("document authority kind code"),
            "uploaded_by": Column(
                category="personal", what="Pseudonym dessen, der hochgeladen hat; bis zum Eintrag im Protokoll",
                forget=True,
            ),
            "at": personal("Zeit der Ablehnung"),
        },
    ),
    Table(
        name="knowledge_bases", kind="knowledge_bases",
        columns=technical("id authority protection_class uses created_at"),
    ),
    Table(
        name="shares", kind="knowledge_bases", key=("knowledge_base", "grantee"),
        columns=technical("knowledge_base authority grantee accepted_at created_at"),
    ),
    Table(
        name="collections", kind="knowledge_bases",
        columns=technical("id authority knowledge_base state search_key profile copying created_at"),
    ),
    Table(name="tenant_binding", kind="organisation", key=("tenant",), columns=technical("tenant issuer bound_at")),
    Table(
        name="keys", kind="keys", person="person", erase=False, kept_because="vernichtet; die Zeile nennt die Kennung",
        columns={
            **technical("id scope authority purpose wrapped wrapped_by state created_at"),
            "person": personal("Pseudonym der Person"),
        },
    ),
    Table(
        name="removed_authorities", kind="organisation", key=("authority",), columns=technical("authority at"),
    ),
    Table(name="alembic_version", kind="organisation", columns=technical("version_num")),
)  # fmt: skip
