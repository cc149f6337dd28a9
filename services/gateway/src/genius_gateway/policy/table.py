# SPDX-License-Identifier: EUPL-1.2
"""The policy of all routes, in one place. What is not listed is closed; `docs/reference/permissions.md` shows it.

A line says who may call a route at all; which objects it then sees is decided per object ("scope"):
`own` = the caller's own, `readable`/`writable`/`managed` = by owner and grants (`policy/access.py`),
`authority` = of the active authority, `tenant` = of the whole tenant, `-` = no object.
Roles are those of people; applications need the scope instead, an API token of a person needs both; none = not for
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from genius_common.principal import Role

ObjectScope = Literal["-", "own", "readable", "writable", "managed", "authority", "tenant"]

CLERKS = frozenset({Role.SACHBEARBEITUNG, Role.WISSENSPFLEGE})
CURATION = frozenset({Role.WISSENSPFLEGE, Role.BEHOERDENADMINISTRATION})
MEMBERS = frozenset({Role.SACHBEARBEITUNG, Role.WISSENSPFLEGE, Role.BEHOERDENADMINISTRATION})
ADMINISTRATORS = frozenset({Role.BEHOERDENADMINISTRATION})
OPERATORS = frozenset({Role.BETRIEB})
AUDITORS = frozenset({Role.REVISION})
INSPECTORS = frozenset({Role.ABRUFPRUEFUNG})
KEEPERS_OF_RECORDS = OPERATORS | AUDITORS
ALL = frozenset(Role)
READERS = MEMBERS | OPERATORS
KEEPERS = CLERKS | OPERATORS


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call `method path`. `scope` is what an application's or API token needs, None shuts both out."""

    method: str
    path: str
    action: str
    roles: frozenset[Role]
    scope: str | None
    objects: ObjectScope

    @property
    def changes(self) -> bool:
        return self.method not in {"GET", "HEAD"}


PUBLIC: frozenset[tuple[str, str]] = frozenset(
    {
        ("GET", "/api/v1/health/live"),
        ("GET", "/api/v1/health/ready"),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/auth/login"),
        ("GET", "/auth/callback"),
        ("POST", "/auth/backchannel-logout"),
        ("GET", "/.well-known/jwks.json"),
    }
)
"""Routes without a login, beside the static files of the web UI."""

_KB = "/api/v1/knowledge-bases"
_SHARE = "/api/v1/shares"
_DOC = "/api/v1/documents/{document}"
_FILE = "/api/v1/files/{file}"
_CONV = "/api/v1/conversations"
_CASE = "/api/v1/cases"
_SNAP = "/api/v1/snapshots"
_AUTHORITY = "/api/v1/authorities/{authority}"
_STYLE = _AUTHORITY + "/house-style"
_LIMITS = _AUTHORITY + "/limits"
_CALLBACKS = _AUTHORITY + "/callbacks"
_TARGETS = _AUTHORITY + "/callback-targets"
_HOLD = "/api/v1/holds"
_ME_DATA = "/api/v1/me/data"
_CHECK = "/api/v1/retrieval-checks"
_MY_TOKENS = "/api/v1/me/tokens"
_TOKENS = "/api/v1/api-tokens"
_STOPS = "/api/v1/operation/model-stops"
_PERSON_DATA = "/api/v1/persons/{person}/data"

# fmt: off
RULES: tuple[Rule, ...] = (
    # method   path                            action                     roles      application    objects
    Rule("GET", "/api/v1/me", "me.read", ALL, "modules.run", "own"),
    Rule("PUT", "/api/v1/me/authority", "session.switch", ALL, None, "own"),
    Rule("POST", "/auth/logout", "session.end", ALL, None, "own"),
    Rule("GET", "/api/v1/modules", "module.list", ALL, "modules.run", "-"),
    Rule("GET", "/api/v1/modules/{module}", "module.read", ALL, "modules.run", "-"),
    Rule("GET", "/api/v1/schemas/module-manifest.json", "module.schema", ALL, "modules.run", "-"),
    Rule("POST", "/api/v1/modules/{module}/runs", "run.start", CLERKS, "modules.run", "own"),
    Rule("GET", "/api/v1/runs", "run.list", MEMBERS, "modules.run", "own"),
    Rule("GET", "/api/v1/runs/{run}", "run.read", MEMBERS, "modules.run", "own"),
    Rule("GET", "/api/v1/runs/{run}/events", "run.follow", MEMBERS, "modules.run", "own"),
    Rule("GET", "/api/v1/runs/{run}/export", "run.export", MEMBERS, "modules.run", "own"),
    Rule("POST", "/api/v1/runs/{run}/export", "run.export", MEMBERS, "modules.run", "own"),
    Rule("DELETE", "/api/v1/runs/{run}", "run.cancel", MEMBERS, "modules.run", "own"),
    Rule("GET", "/api/v1/callbacks", "callback.list", CLERKS, "modules.run", "own"),
    Rule("POST", "/api/v1/callbacks/{delivery}/redeliver", "callback.redeliver", CLERKS, "modules.run", "own"),
    Rule("GET", _CONV, "conversation.list", MEMBERS, "modules.run", "own"),
    Rule("POST", _CONV, "conversation.create", CLERKS, "modules.run", "own"),
    Rule("GET", _CONV + "/{conversation}", "conversation.read", MEMBERS, "modules.run", "own"),
    Rule("PATCH", _CONV + "/{conversation}", "conversation.change", MEMBERS, "modules.run", "own"),
    Rule("DELETE", _CONV + "/{conversation}", "conversation.delete", MEMBERS, "modules.run", "own"),
    Rule("GET", _CONV + "/{conversation}/messages", "message.list", MEMBERS, "modules.run", "own"),
    Rule("POST", _CONV + "/{conversation}/snapshots", "snapshot.create", CLERKS, None, "own"),
    Rule("GET", _CONV + "/{conversation}/snapshots", "snapshot.list_own", MEMBERS, None, "own"),
    Rule("DELETE", _CONV + "/{conversation}/snapshots", "snapshot.end_all", MEMBERS, None, "own"),
    Rule("GET", _SNAP, "snapshot.list", MEMBERS, None, "readable"),
    Rule("GET", _SNAP + "/{snapshot}", "snapshot.read", MEMBERS, None, "readable"),
    Rule("DELETE", _SNAP + "/{snapshot}", "snapshot.end", MEMBERS, None, "managed"),
    Rule("GET", _KB, "knowledge_base.list", READERS, "search", "readable"),
    Rule("POST", _KB, "knowledge_base.create", KEEPERS, None, "own"),
    Rule("GET", _KB + "/{kb}", "knowledge_base.read", READERS, "search", "readable"),
    Rule("PATCH", _KB + "/{kb}", "knowledge_base.change", KEEPERS, None, "managed"),
    Rule("DELETE", _KB + "/{kb}", "knowledge_base.delete", KEEPERS, None, "managed"),
    Rule("GET", _KB + "/{kb}/grants", "grant.list", KEEPERS, None, "managed"),
    Rule("PUT", _KB + "/{kb}/grants", "grant.change", KEEPERS, None, "managed"),
    Rule("PUT", _KB + "/{kb}/owner", "knowledge_base.move", KEEPERS, None, "managed"),
    Rule("GET", _KB + "/{kb}/shares", "share.list", KEEPERS, None, "managed"),
    Rule("POST", _KB + "/{kb}/shares", "share.offer", KEEPERS, None, "managed"),
    Rule("GET", _SHARE, "share.incoming", CURATION, None, "authority"),
    Rule("POST", _SHARE + "/{share}/accept", "share.accept", CURATION, None, "authority"),
    Rule("DELETE", _SHARE + "/{share}", "share.end", CLERKS | CURATION, None, "authority"),
    Rule("POST", _KB + "/{kb}/imports", "knowledge_base.import", OPERATORS, None, "tenant"),
    Rule("GET", _KB + "/{kb}/documents", "document.list", READERS, "documents.read", "readable"),
    Rule("POST", _KB + "/{kb}/documents", "document.upload", KEEPERS, "documents.write", "writable"),
    Rule("POST", _KB + "/{kb}/search", "search", READERS, "search", "readable"),
    Rule("POST", _KB + "/{kb}/search/explain", "search", KEEPERS, None, "writable"),
    Rule("POST", "/api/v1/search", "search", READERS, "search", "readable"),
    Rule("GET", _DOC, "document.read", READERS, "documents.read", "readable"),
    Rule("DELETE", _DOC, "document.delete", KEEPERS, "documents.write", "writable"),
    Rule("POST", _DOC + "/retry", "document.retry", KEEPERS, "documents.write", "writable"),
    Rule("PUT", _DOC + "/quarantine", "document.lock", KEEPERS, "documents.write", "writable"),
    Rule("DELETE", _DOC + "/quarantine", "document.unlock", KEEPERS, "documents.write", "writable"),
    Rule("GET", _DOC + "/answers", "document.answers", KEEPERS, None, "writable"),
    Rule("GET", _DOC + "/content", "document.content", READERS, "documents.read", "readable"),
    Rule("GET", _DOC + "/text", "document.text", READERS, "documents.read", "readable"),
    Rule("GET", _DOC + "/pages/{n}", "document.page", READERS, "documents.read", "readable"),
    Rule("GET", _DOC + "/pages/{n}/text", "document.page", READERS, "documents.read", "readable"),
    Rule("POST", "/api/v1/files", "file.upload", CLERKS, "modules.run", "own"),
    Rule("GET", _FILE, "file.read", MEMBERS, "modules.run", "readable"),
    Rule("DELETE", _FILE, "file.delete", MEMBERS, "modules.run", "managed"),
    Rule("POST", _FILE + "/retry", "file.retry", CLERKS, "modules.run", "managed"),
    Rule("GET", _FILE + "/content", "file.content", MEMBERS, "modules.run", "readable"),
    Rule("GET", _FILE + "/text", "file.text", MEMBERS, "modules.run", "readable"),
    Rule("GET", _FILE + "/pages/{n}", "file.page", MEMBERS, "modules.run", "readable"),
    Rule("GET", _FILE + "/pages/{n}/text", "file.page", MEMBERS, "modules.run", "readable"),
    Rule("GET", _CASE, "case.list", MEMBERS, "modules.run", "readable"),
    Rule("POST", _CASE, "case.create", CLERKS, "modules.run", "own"),
    Rule("GET", _CASE + "/{case}", "case.read", MEMBERS, "modules.run", "readable"),
    Rule("PATCH", _CASE + "/{case}", "case.change", CLERKS, "modules.run", "writable"),
    Rule("DELETE", _CASE + "/{case}", "case.delete", CLERKS, "modules.run", "managed"),
    Rule("GET", _CASE + "/{case}/grants", "case_grant.list", CLERKS, None, "managed"),
    Rule("PUT", _CASE + "/{case}/grants", "case_grant.change", CLERKS, None, "managed"),
    Rule("POST", _CASE + "/{case}/owner", "case.hand_over", CLERKS, None, "managed"),
    Rule("GET", _CASE + "/{case}/files", "case_file.list", MEMBERS, "modules.run", "readable"),
    Rule("POST", _CASE + "/{case}/search", "case_file.search", MEMBERS, "search", "readable"),
    Rule("POST", _CASE + "/{case}/files", "case_file.add", CLERKS, "modules.run", "writable"),
    Rule("DELETE", _CASE + "/{case}/files/{file}", "case_file.remove", CLERKS, "modules.run", "writable"),
    Rule("GET", _CASE + "/{case}/versions", "case_version.list", MEMBERS, "modules.run", "readable"),
    Rule("POST", _CASE + "/{case}/versions", "case_version.add", CLERKS, "modules.run", "writable"),
    Rule("GET", _CASE + "/{case}/versions/{number}", "case_version.read", MEMBERS, "modules.run", "readable"),
    Rule(
        "GET", _CASE + "/{case}/versions/{number}/difference/{other}", "case_version.compare", MEMBERS, "modules.run",
        "readable",
    ),
    Rule("POST", _CASE + "/{case}/corrections", "case_version.correct", CLERKS, None, "writable"),
    Rule("GET", _CASE + "/{case}/export", "case.export", MEMBERS, "modules.run", "readable"),
    Rule("POST", _CASE + "/{case}/sign-off", "case.sign_off", CLERKS, None, "writable"),
    Rule(
        "GET", "/api/v1/usage", "usage.read", frozenset({Role.BEHOERDENADMINISTRATION, Role.BETRIEB}), None, "authority"
    ),
    Rule(
        "GET", _LIMITS, "limits.read", frozenset({Role.BEHOERDENADMINISTRATION, Role.BETRIEB}), None, "authority"
    ),
    Rule("PUT", _LIMITS, "limits.change", OPERATORS, None, "tenant"),
    Rule("PUT", _LIMITS + "/tighter", "limits.tighten", ADMINISTRATORS, None, "authority"),
    Rule("GET", "/api/v1/authorities", "authority.list", KEEPERS_OF_RECORDS, None, "tenant"),
    Rule("GET", _AUTHORITY + "/members", "member.list", ADMINISTRATORS, None, "authority"),
    Rule("GET", _AUTHORITY + "/modules", "module_switch.list", ADMINISTRATORS, None, "authority"),
    Rule("PUT", _AUTHORITY + "/modules/{module}", "module.switch", ADMINISTRATORS, None, "authority"),
    Rule("GET", _AUTHORITY + "/retention", "retention.read", ADMINISTRATORS, None, "authority"),
    Rule("PUT", _AUTHORITY + "/retention", "retention.change", ADMINISTRATORS, None, "authority"),
    Rule("GET", _AUTHORITY + "/knowledge-bases", "stock.list", ADMINISTRATORS, None, "authority"),
    Rule("GET", _STYLE, "house_style.read", ADMINISTRATORS, None, "authority"),
    Rule("GET", _STYLE + "/{number}", "house_style.read", ADMINISTRATORS, None, "authority"),
    Rule("PUT", _STYLE, "house_style.change", ADMINISTRATORS, None, "authority"),
    Rule("GET", _CALLBACKS, "callback.list_all", ADMINISTRATORS, None, "authority"),
    Rule("POST", _CALLBACKS + "/{delivery}/redeliver", "callback.redeliver_any", ADMINISTRATORS, None, "authority"),
    Rule("GET", _TARGETS, "callback_target.list", ADMINISTRATORS, None, "authority"),
    Rule("POST", _TARGETS, "callback_target.create", ADMINISTRATORS, None, "authority"),
    Rule("DELETE", _TARGETS + "/{target}", "callback_target.delete", ADMINISTRATORS, None, "authority"),
    Rule("GET", "/api/v1/operation/models", "model_catalogue.read", OPERATORS, None, "tenant"),
    Rule("GET", "/api/v1/operation/load", "model_load.read", OPERATORS, None, "tenant"),
    Rule("GET", _STOPS, "model_stop.list", OPERATORS, None, "tenant"),
    Rule("POST", _STOPS, "model_stop.create", OPERATORS, None, "tenant"),
    Rule("DELETE", _STOPS + "/{stop}", "model_stop.release", OPERATORS, None, "tenant"),
    Rule("POST", "/api/v1/audit/search", "audit.search", AUDITORS, None, "tenant"),
    Rule("POST", "/api/v1/audit/verify", "audit.verify", AUDITORS, None, "tenant"),
    Rule("GET", "/api/v1/audit/checkpoints", "audit.checkpoints", KEEPERS_OF_RECORDS, None, "tenant"),
    Rule("POST", "/api/v1/me/terms", "terms.accept", ALL, None, "own"),
    Rule("GET", "/api/v1/audit/export", "audit.export", AUDITORS, None, "tenant"),
    Rule("POST", "/api/v1/audit/checkpoints/{number}/signatures", "audit.cosign", AUDITORS, None, "tenant"),
    Rule("GET", "/api/v1/retrievals", "retrieval_log.read", INSPECTORS, None, "tenant"),
    Rule("GET", _CHECK, "retrieval_check.list", INSPECTORS, None, "tenant"),
    Rule("POST", _CHECK, "retrieval_check.create", INSPECTORS, None, "tenant"),
    Rule("GET", _CHECK + "/{check}", "retrieval_check.read", INSPECTORS, None, "tenant"),
    Rule("GET", _CHECK + "/{check}/export", "retrieval_check.export", INSPECTORS, None, "tenant"),
    Rule("PUT", _CHECK + "/{check}/items/{retrieval}", "retrieval_check.decide", INSPECTORS, None, "tenant"),
    Rule("POST", _CHECK + "/{check}/close", "retrieval_check.close", INSPECTORS, None, "tenant"),
    Rule("GET", _ME_DATA + "/overview", "person.overview", ALL, None, "own"),
    Rule("GET", _ME_DATA, "person.export", ALL, None, "own"),
    Rule("DELETE", _ME_DATA, "person.erase", ALL, None, "own"),
    Rule("GET", _MY_TOKENS, "api_token.list", MEMBERS, None, "own"),
    Rule("POST", _MY_TOKENS, "api_token.create", MEMBERS, None, "own"),
    Rule("DELETE", _MY_TOKENS + "/{token}", "api_token.revoke", MEMBERS, None, "own"),
    Rule("GET", _TOKENS, "api_token.list_all", ADMINISTRATORS, None, "authority"),
    Rule("DELETE", _TOKENS + "/{token}", "api_token.revoke_other", ADMINISTRATORS, None, "authority"),
    Rule("POST", "/api/v1/persons/find", "person.find", KEEPERS_OF_RECORDS, None, "tenant"),
    Rule("GET", _PERSON_DATA, "person.erase_other", OPERATORS, None, "tenant"),
    Rule("DELETE", _PERSON_DATA, "person.erase_other", OPERATORS, None, "tenant"),
    Rule("GET", "/api/v1/receipts/{receipt}", "receipt.read", KEEPERS_OF_RECORDS, None, "tenant"),
    Rule("GET", _HOLD, "hold.list", KEEPERS_OF_RECORDS, None, "tenant"),
    Rule("POST", _HOLD, "hold.set", KEEPERS_OF_RECORDS, None, "tenant"),
    Rule("POST", _HOLD + "/{hold}/lift", "hold.lift", KEEPERS_OF_RECORDS, None, "tenant"),
    Rule("GET", "/v1/models", "model.list", MEMBERS, "models.read", "-"),
    Rule("POST", "/v1/chat/completions", "model.chat", CLERKS, "chat.completions", "-"),
    Rule("POST", "/v1/embeddings", "model.embed", CLERKS, "embeddings", "-"),
)
# fmt: on

UUID_PARAMETERS = frozenset(
    {"run", "conversation", "kb", "document", "file", "case", "hold", "person", "receipt", "authority", "snapshot"}
    | {"check", "retrieval", "share", "token", "delivery", "target"}
)
"""Parameters of paths that are ids: anything but a canonical UUID is answered like an unknown one."""
