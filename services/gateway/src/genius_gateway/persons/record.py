# SPDX-License-Identifier: EUPL-1.2
"""Every table and column of the gateway's database. Rows that hang on others stand before them.

Export and deletion go by this list, and docs/reference/processing-record.md is made from it: a table of a person that
is missing here would be missing there, so the build compares it with the catalog of the migrated database.
"""

from __future__ import annotations

from genius_common.processing import Column, Table, personal, sealed, technical

_PSEUDONYM = personal("Pseudonym der Person")
_FOREIGN = Column(category="personal", what="Pseudonym einer anderen Person", of_others=True)
_BY = Column(category="personal", what="Pseudonym dessen, der es veranlasst hat", of_others=True, forget=True)
_PROOF = "Nachweis; nach der Löschung steht das Pseudonym für niemanden mehr"

RECORD: tuple[Table, ...] = (
    # --- work
    Table(
        name="run_events", kind="runs", person="owner", key=("run", "seq_from"),
        columns={
            **technical("run seq_from seq_to authority"), "owner": _PSEUDONYM,
            "batch": sealed("Ereignisse: Teile der Ausgabe, Fundstellen", "run_events/batch/{run}/{seq_from}"),
        },
    ),
    Table(
        name="callback_deliveries", kind="runs", person="owner",
        columns={
            **technical("id authority application run target state attempts next_at status reason"),
            "owner": _PSEUDONYM, **dict.fromkeys(("created_at", "ended_at"), personal("Zeit der Nutzung")),
        },
    ),
    Table(
        name="runs", kind="runs", person="owner",
        columns={
            **technical(
                "id authority application module version state mode protection_class conversation user_message"
                " answer_message case_id error_code partial progress_done progress_total input_tokens output_tokens"
                " detached job seconds callback deadline attempts seq_reserved content_sent runner lease_until"
                " cancel_requested idempotency_key request_digest sources metering"
            ),
            "owner": _PSEUDONYM,
            "request": sealed("Eingaben", "runs/request/{id}"),
            "result": sealed("Ergebnis", "runs/result/{id}"),
            "error": sealed("Fehlermeldung", "runs/error/{id}"),
            "warnings": sealed("Hinweise", "runs/warnings/{id}"),
            **dict.fromkeys(("created_at", "started_at", "finished_at", "followed_at"), personal("Zeit der Nutzung")),
        },
    ),
    Table(
        name="message_terms", kind="conversations", person="owner", key=("source", "term"),
        not_exported="Suchwörter der eigenen Gespräche, nur verschlüsselt vorhanden",
        columns={
            **technical("source conversation authority"), "owner": _PSEUDONYM,
            "term": Column(category="content", what="Suchwort, mit dem Schlüssel der Person verschlüsselt"),
        },
    ),
    Table(
        name="messages", kind="conversations", person="owner", key=("ordinal",),
        columns={
            **technical(
                "id ordinal conversation authority parent role state mode model run files sources protection_class"
            ),
            "owner": _PSEUDONYM,
            "content": sealed("Text und Fundstellen", "messages/content/{id}"),
            "created_at": personal("Zeit der Nutzung"),
        },
    ),
    Table(
        name="snapshots", kind="snapshots", person="owner",
        columns={
            **technical("id authority conversation messages shows_answers protection_class expires_at"),
            "owner": _PSEUDONYM,
            "head": sealed("Titel und Name der teilenden Person", "snapshots/head/{id}"),
            "content": sealed("Kopie der Nachrichten mit Fundstellen", "snapshots/content/{id}"),
            "created_at": personal("Zeit der Nutzung"),
        },
    ),
    Table(
        name="conversations", kind="conversations", person="owner",
        columns={
            **technical(
                "id authority pinned active_leaf active_run case_id knowledge_bases protection_class retention_until"
            ),
            "owner": _PSEUDONYM,
            "title": sealed("Titel", "conversations/title/{id}"),
            "folder": sealed("Ordner", "conversations/folder/{id}"),
            **dict.fromkeys(("created_at", "updated_at"), personal("Zeit der Nutzung")),
        },
    ),
    Table(
        name="case_files", kind="cases", person="owner", key=("case_id", "file"),
        columns={
            **technical("case_id file authority"), "owner": _PSEUDONYM, "added_at": personal("Zeit der Nutzung"),
        },
    ),
    Table(
        name="case_versions", kind="cases", person="owner",
        columns={
            **technical("id case_id number authority protection_class"), "owner": _PSEUDONYM,
            "digest": Column(category="content", what="Prüfsumme des Inhalts und einer Zufallszahl"),
            "content": sealed(
                "Ergebnis der Prüfung, Angaben mit Fundstellen, Korrekturen mit Grund, Name und Pseudonym dessen, der"
                " sie vorgenommen hat", "case_versions/content/{id}"
            ),
            "signature": sealed("Wer die Fassung freigegeben hat, Frist, Schreiben", "case_versions/signature/{id}"),
            **dict.fromkeys(("made_at", "signed_at"), personal("Zeit der Nutzung")),
        },
    ),
    Table(
        name="cases", kind="cases", person="owner",
        columns={
            **technical("id authority unit protection_class state retention_until"), "owner": _PSEUDONYM,
            "reference": sealed("Aktenzeichen", "cases/reference/{id}", "text"),
            "title": sealed("Titel", "cases/title/{id}", "text"),
            **dict.fromkeys(("created_at", "updated_at"), personal("Zeit der Nutzung")),
        },
    ),
    Table(
        name="grants", kind="knowledge_bases", person="grantee",
        columns={
            **technical("id object_kind object authority grantee_kind grantee_authority access created_at accepted_at"),
            "label": sealed("Name, Schutzklasse, Zweck und Verwendungen für die andere Behörde", "grants/label/{id}"),
            "owner": _FOREIGN, "grantee": personal("Pseudonym dessen, der lesen oder schreiben darf"),
            "accepted_by_owner": _BY, "accepted_by_grantee": _BY,
            "names": Column(
                category="personal", of_others=True, place="grants/names/{id}",
                what="Namen beider Seiten einer Freigabe, mit dem Schlüssel der freigebenden Person verschlüsselt",
            ),
        },
    ),
    Table(
        name="knowledge_bases", kind="knowledge_bases", person="owner_person",
        columns={
            **technical("id authority owner_kind owner_unit protection_class uses created_at"),
            "owner_person": _PSEUDONYM, "created_by": _BY,
            "name": sealed("Name", "knowledge_bases/name/{id}", "text"),
            "purpose": sealed("Zweck", "knowledge_bases/purpose/{id}", "text"),
        },
    ),
    # --- access
    Table(
        name="api_tokens", kind="api_tokens", person="person",
        columns={
            **technical("id token_hash authority scopes created_at expires_at revoked_at"), "person": _PSEUDONYM,
            "name": sealed("Bezeichnung des Zugangsschlüssels", "api_tokens/name/{id}", "text"),
            "last_used_on": personal("Tag der letzten Nutzung"),
        },
    ),
    Table(
        name="sessions", kind="sessions", person="person", key=("id_hash",), where="person",
        columns={
            **technical("id_hash authority sid_key"), "person": _PSEUDONYM,
            "subject_key": personal("Prüfsumme der Kennung beim Verzeichnisdienst"),
            "identity": personal("Rollen, Behörden, Referate bei der Anmeldung"),
            "sealed": Column(
                category="personal", what="Name, Anmeldename, Nachweise des Verzeichnisdienstes",
                place="sessions/sealed/{id_hash}", withheld=("id_token", "refresh_token"),
            ),
            **dict.fromkeys(("created_at", "seen_at", "expires_at"), personal("Zeit der Anmeldung")),
        },
    ),
    Table(
        name="revocations", kind="revocations", person="subject", key=("subject",), where="tenant", erase=False,
        kept_because="sperrt die Zugänge der gelöschten Person noch einen Tag",
        columns={"subject": _PSEUDONYM, "at": personal("Zeit des Widerrufs")},
    ),
    Table(
        name="legal_holds", kind="holds", person="person", where="person",
        columns={
            **technical("id case_id authority"), "person": _PSEUDONYM, "set_by": _FOREIGN, "lifted_by": _FOREIGN,
            "reason": personal("Grund der Sperre"), "lifted_reason": personal("Grund der Aufhebung"),
            **dict.fromkeys(("set_at", "lifted_at"), personal("Zeit der Sperre")),
        },
    ),
    Table(
        name="member_names", kind="persons", person="person", key=("person", "authority"),
        not_exported="nur als Prüfsumme vorhanden, unter dem Schlüssel der Behörde",
        columns={
            **technical("authority"), "person": _PSEUDONYM,
            "name_key": personal("Prüfsumme des Anmeldenamens, unter der Kolleginnen und Kollegen die Person finden"),
        },
    ),
    Table(
        name="memberships", kind="persons", person="person", key=("person", "authority"), where="person",
        columns={
            **technical("authority updated_at"), "person": _PSEUDONYM,
            "units": personal("Referate"), "roles": personal("Rollen"),
            "display": Column(
                category="personal", what="Name und Anmeldename, für die Mitgliederliste der Administration",
                place="memberships/display/{person}/{authority}",
            ),
        },
    ),
    Table(
        name="terms_acceptances", kind="persons", person="person", key=("person", "version"), where="person",
        columns={
            **technical("version"), "person": _PSEUDONYM, "accepted_at": personal("Zeit der Zustimmung"),
        },
    ),
    Table(
        name="persons", kind="persons", person="id", where="person",
        columns={
            **technical("state"), "id": _PSEUDONYM,
            "subject_key": personal("Prüfsumme der Kennung beim Verzeichnisdienst"),
            "display": personal("Anzeigename; wird nicht gefüllt"),
            **dict.fromkeys(("created_at", "seen_at"), personal("erste und letzte Anmeldung, auf den Tag")),
        },
    ),
    # --- proof
    Table(
        name="retrieval_log", kind="retrievals", person="person", key=("at", "id"), where="tenant", erase=False,
        kept_because="zwei Jahre aufzubewahren (§ 6 Abs. 4 StDAV)",
        not_exported="nur zur Prüfung der Zulässigkeit zu verwenden (§ 6 Abs. 3 StDAV)",
        columns={
            **technical("id authority application category hits outcome status"), "person": _PSEUDONYM,
            "at": personal("Zeit des Abrufs"), "kind": personal("Art des Abrufs"),
            "case_id": personal("Vorgang"), "object": personal("Kennung des Abgerufenen"),
            "sealed": sealed("Benutzerkennung, Aktenzeichen", "retrieval_log/sealed/{id}"),
        },
    ),
    Table(
        name="retrieval_check_items", kind="retrievals", key=("check_id", "retrieval"),
        columns={
            **technical("check_id position retrieval at decision decided_at"), "decided_by": _FOREIGN,
            "reason": sealed("Begründung", "retrieval_check_items/reason/{check_id}/{retrieval}", "text"),
        },
    ),
    Table(
        name="retrieval_checks", kind="retrievals",
        columns={
            **technical("id at period_from period_until seed population size closed_at digest"),
            "created_by": _FOREIGN,
        },
    ),
    Table(
        name="audit_records", kind="audit", person="actor", key=("chain", "seq"), where="tenant", erase=False,
        kept_because=_PROOF,
        columns={
            **technical("chain seq authority application outcome previous hash"), "actor": _PSEUDONYM,
            "at": personal("Zeit der Handlung"), "action": personal("Handlung"),
            "object_kind": personal("Art des Objekts"), "object": personal("Kennung des Objekts"),
            "facts": personal("Zahlen und Kennungen, keine Inhalte"),
        },
    ),
    Table(name="audit_heads", kind="audit", key=("chain",), columns=technical("chain authority seq hash")),
    Table(name="audit_checkpoints", kind="audit", key=("number",), columns=technical("number at body")),
    Table(name="audit_signatures", kind="audit", key=("number",), columns=technical("number key signature at")),
    Table(name="provider_cursors", kind="revocations", key=("issuer",), columns=technical("issuer position looked_at")),
    Table(
        name="deletion_receipts", kind="receipts",
        columns={**technical("id at key signature"), "body": personal("Pseudonym, Arten und Anzahlen des Gelöschten")},
    ),
    Table(
        name="keys", kind="keys", person="person", erase=False,
        kept_because="vernichtet: die Zeile nennt noch die Kennung des Schlüssels, nicht mehr ihn",
        not_exported="Schlüssel werden nicht herausgegeben",
        columns={
            **technical("id scope authority purpose wrapped wrapped_by state created_at"), "person": _PSEUDONYM,
        },
    ),
    # --- nobody's
    Table(
        name="usage_counters", kind="usage", key=("authority", "day", "kind"),
        columns=technical("authority day kind requests input_tokens output_tokens persons"),
    ),
    Table(name="quotas", kind="usage", key=("authority",), columns=technical("authority own")),
    Table(name="tighter_limits", kind="usage", key=("authority",), columns=technical("authority own")),
    Table(
        name="callback_targets", kind="organisation",
        columns={
            **technical("id authority application url created_at"),
            "keys": sealed("Schlüssel der Signaturen von Rückrufen", "callback_targets/keys/{id}"),
        },
    ),
    Table(name="model_stops", kind="organisation", columns=technical("id model authority reason stopped_at")),
    Table(
        name="house_styles", kind="organisation", key=("authority", "number"),
        columns={
            **technical("authority number created_at"),
            "style": sealed("Hausstil und Vorlagen der Behörde", "house_styles/style/{authority}/{number}"),
        },
    ),
    Table(
        name="module_switches", kind="organisation", key=("authority", "module"),
        columns=technical("authority module enabled"),
    ),
    Table(
        name="authority_retention", kind="organisation", key=("authority", "kind"),
        columns=technical("authority kind days"),
    ),
    Table(
        name="quota_meters", kind="meters", person="key", as_text=True, erase=False,
        key=("authority", "period", "starts", "scope", "key"),
        kept_because="hält das Kontingent bis zum Ende des Tages fest",
        columns={
            **technical("authority period starts scope"), "key": personal("Pseudonym, wo eine Person gezählt wird"),
            **dict.fromkeys(("requests", "tokens", "kinds"), personal("Verbrauch des Tages")),
        },
    ),
    Table(
        name="quota_leases", kind="meters", person="key", as_text=True, erase=False,
        key=("authority", "period", "starts", "scope", "key", "replica"),
        kept_because="hält das Kontingent bis zum Ende des Tages fest",
        columns={
            **technical("authority period starts scope replica until"),
            "key": personal("Pseudonym, wo eine Person gezählt wird"),
            **dict.fromkeys(("requests", "tokens"), personal("vorgemerkter Verbrauch")),
        },
    ),
    Table(
        name="authorities", kind="organisation", columns=technical("id short name kind parent state created_at"),
    ),
    Table(
        name="authority_removals", kind="receipts", key=("authority",),
        columns={
            **technical("authority request step found started_at finished_at"),
            "plan": personal("Pseudonym der Person, die Vorgänge einer ausscheidenden Behörde übernimmt"),
        },
    ),
    Table(name="units", kind="organisation", columns=technical("id authority short name created_at")),
    Table(
        name="applications", kind="organisation",
        columns=technical("id authority subject_key client_id state created_at"),
    ),
    Table(name="tenant_binding", kind="organisation", key=("tenant",), columns=technical("tenant issuer bound_at")),
    Table(name="alembic_version", kind="organisation", key=("version_num",), columns=technical("version_num")),
)  # fmt: skip
