# SPDX-License-Identifier: EUPL-1.2
"""Callers and objects of the authorisation matrix, and what the rules say: written down a second time, for tests alone.

A cell is one request: a line of the policy table × a caller (role × whose colleague × kind of credentials) × a target
(an object of each kind of owner, an unknown id, a deleted one).
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from uuid import UUID, uuid4

import httpx
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from genius_common.principal import Role
from genius_gateway.auth.sessions import ProviderSession
from genius_gateway.policy.evaluate import APPLICATION_SCOPES
from genius_gateway.policy.table import RULES, Rule
from genius_modules.app import create_app as create_modules
from genius_stack.identity.tokens import load_key
from genius_stack.samples import people
from tests.support.gateway import CSRF, Gateway, serving
from tests.support.http import Answer, AsyncClient
from tests.support.inference import Keys
from tests.support.modules import settings as modules_settings
from tests.support.token_corpus import provider_mint

Kind = Literal["session", "bearer", "application", "on behalf", "api token"]
Relation = Literal["owner", "colleague", "stranger", "nobody"]
MEMBER_ROLES = (Role.SACHBEARBEITUNG, Role.WISSENSPFLEGE, Role.BEHOERDENADMINISTRATION)
TENANT_ROLES = (Role.BETRIEB, Role.REVISION, Role.ABRUFPRUEFUNG)
OWNER, COLLEAGUE, STRANGER = "a.weber", "b.yilmaz", "d.schmidt"
_PERSONS = {"owner": (OWNER, "mhb"), "colleague": (COLLEAGUE, "mhb"), "stranger": (STRANGER, "musterstadt")}
_APPLICATIONS = {"colleague": ("mhb-fachverfahren", "mhb"), "stranger": ("musterstadt-fachverfahren", "musterstadt")}
PARAMETER = re.compile(r"\{([a-z]+)\}")
_OF_ONE = ("unknown", "person", "deleted")
_OF_ALL = ("unknown", "person", "authority", "tenant", "deleted")
TARGETS = {
    "kb": _OF_ALL, "document": _OF_ALL, "case": (*_OF_ONE, "shared", "writable"), "file": (*_OF_ONE, "shared"),
    "conversation": _OF_ONE, "snapshot": (*_OF_ONE, "shared"), "run": _OF_ONE,
    "token": _OF_ONE,
}  # fmt: skip
"""Parameter of a path → whose object stands in it: the owner's, the authority's, the tenant's, nobody's (any more).

`shared` and `writable` are the owner's, with a grant to the colleague: there the colleague is the grantee.
"""
SHARED = ("shared", "writable")
# The caller is gone afterwards, so that a matrix can't hold them: see the tests of login and of erasure.
ENDS_THE_CALLER = {"session.end", "person.erase"}


@dataclass(frozen=True)
class Caller:
    """Who calls: `relation` is to the owner of the objects, `role` None = without any."""

    kind: Kind
    relation: Relation
    role: Role | None
    scopes: frozenset[str]
    headers: dict[str, str] = field(compare=False, hash=False)

    @property
    def name(self) -> str:
        return f"{self.kind} of {self.relation}, {self.role or 'no role'}, {len(self.scopes)} scopes"

    @property
    def in_authority(self) -> bool:
        return self.relation in {"owner", "colleague"}


def may_call(rule: Rule, caller: Caller) -> bool:
    """What the table's line says about the caller."""
    scoped = rule.scope is not None and rule.scope in caller.scopes
    with_role = caller.role in rule.roles
    if caller.kind == "application":
        return scoped
    return with_role and (scoped or caller.kind not in {"on behalf", "api token"})


def rights(caller: Caller, target: str) -> set[str]:
    """What the caller may do with the object: `target` is its kind of owner, see `Objects`."""
    if target in {"unknown", "deleted"}:
        return set()
    if target == "tenant":
        return {"read", "write", "manage"} if caller.role == Role.BETRIEB else {"read"}
    if target == "authority" and caller.in_authority:
        return {"read", "write", "manage"} if caller.role == Role.WISSENSPFLEGE else {"read"}
    if caller.kind == "application":
        return set()
    if target in SHARED and caller.relation == "colleague":
        return {"read", "write"} if target == "writable" else {"read"}
    own = caller.relation == "owner" and target in {"person", *SHARED}
    return {"read", "write", "manage"} if own else set()


def expected(rule: Rule, caller: Caller, target: str | None) -> set[int]:
    """Statuses that are right; empty = anything but a refusal."""
    if not may_call(rule, caller):
        return {403}
    if target is None or rule.objects in {"tenant", "-"}:
        return set()
    if rule.objects == "authority":
        return set() if caller.in_authority and target == "person" else {404}
    needed = {"own": "manage", "readable": "read", "writable": "write", "managed": "manage"}[rule.objects]
    found = rights(caller, target)
    if rule.action in {"grant.change", "share.offer"} and target == "tenant":
        return {403 if "read" in found else 404}  # everybody reads it, so nobody grants it
    if rule.objects == "own":
        return set() if "manage" in found else {404}
    return set() if needed in found else {403} if "read" in found else {404}


def planned_callers() -> int:
    """How many callers the whole matrix has."""
    members, tenant = 3 * (len(MEMBER_ROLES) + 1), len(TENANT_ROLES)
    return 2 * (members + tenant) + 2 * len(_APPLICATIONS) + 2 * 3 * len(MEMBER_ROLES)


def planned_cells(callers: int) -> int:
    """How many cells so many callers make: lines × callers × targets."""
    cells = 0
    for rule in RULES:
        if rule.action not in ENDS_THE_CALLER:
            names = [name for name in PARAMETER.findall(rule.path) if name in TARGETS]
            cells += len(TARGETS[names[0]]) if names else 1
    return callers * cells


def all_lines(callers: Sequence[Caller]) -> dict[Caller, list[Rule]]:
    """Every line for every caller."""
    return {caller: [rule for rule in RULES if rule.action not in ENDS_THE_CALLER] for caller in callers}


def drawn_lines(callers: Sequence[Caller]) -> dict[Caller, list[Rule]]:
    """Of each relation one caller who may call a line, and one who may not; they take turns from line to line."""
    drawn: dict[Caller, list[Rule]] = {caller: [] for caller in callers}
    for number, rule in enumerate(RULES):
        if rule.action in ENDS_THE_CALLER:
            continue
        groups: dict[tuple[Relation, bool], list[Caller]] = {}
        for caller in callers:
            groups.setdefault((caller.relation, may_call(rule, caller)), []).append(caller)
        for group in groups.values():
            drawn[group[number % len(group)]].append(rule)
    return drawn


class Passport:
    """Makes credentials of every kind for the sample people, in any role."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        key = load_key(gateway.realm_dir)
        kid = str(key.as_dict(private=False)["kid"])
        self._mint = provider_mint(gateway.issuer, cast("RSAPrivateKey", key.private_key), kid, people.WEB_CLIENT)

    def token(self, username: str, authority: str | None, role: Role | None, **claims: Any) -> str:
        person = {
            "sub": str(people.sample_id(username)),
            "preferred_username": username,
            "groups": [f"/behoerden/{authority}"] if authority else [],
            "realm_access": {"roles": [role] if role else []},
            "exp": int(time.time()) + 7200,  # the longest of these tests takes a while on a busy machine
        }
        return self._mint.token(claims={**self._mint.claims(), **person, **claims})

    async def session(self, token: str) -> str:
        """A cookie of a session for the person of `token`, as a login stores it."""
        state = self._gateway.state
        identity = await state.authenticator.identify(f"Bearer {token}", None)
        return str(await state.sessions.create(identity, ProviderSession(None, uuid4().hex, "x", None)))

    async def application(self, client: str, authority: str, scopes: frozenset[str]) -> str:
        """The application's own token with other scopes."""
        real = (await self._gateway.token(client)).split(".")[1]
        account = orjson.loads(base64.urlsafe_b64decode(real + "=" * (-len(real) % 4)))["sub"]
        return self.token(
            f"service-account-{client}", authority, None, sub=account, azp=client, client_id=client,
            scope=" ".join(sorted(scopes)),
        )  # fmt: skip

    async def callers(self) -> AsyncIterator[Caller]:
        for relation, role in _people():
            username, authority = _PERSONS.get(relation, ("o.petrova", None))
            token = self.token(username, authority, role)
            yield Caller("bearer", relation, role, frozenset(), _bearer(token))
            cookie = f"{self._gateway.settings.session_cookie}={await self.session(token)}"
            yield Caller("session", relation, role, frozenset(), {"cookie": cookie, **CSRF})
        for relation, (client, authority) in _APPLICATIONS.items():
            for scopes in (APPLICATION_SCOPES, frozenset[str]()):
                token = await self.application(client, authority, scopes)
                yield Caller("application", cast("Relation", relation), None, scopes, _bearer(token))
                await self._gateway.state.authenticator.identify(f"Bearer {token}", None)
        for relation, role in _people():
            if relation != "nobody" and role is not None:
                username, authority = _PERSONS[relation]
                client = next(name for name, slug in _APPLICATIONS.values() if slug == authority)
                scopes = APPLICATION_SCOPES - {"search"}
                token = self.token(username, authority, role, azp=client, scope=" ".join(sorted(scopes)))
                yield Caller("on behalf", relation, role, scopes, _bearer(token))
                made = await self._api_token(self.token(username, authority, role), scopes)
                yield Caller("api token", relation, role, scopes, _bearer(made))

    async def _api_token(self, token: str, scopes: frozenset[str]) -> str:
        async with AsyncClient(base_url=self._gateway.url, headers=_bearer(token)) as client:
            body = {"name": "Schlüssel der Matrix", "scopes": sorted(scopes)}
            made = await client.post("/api/v1/me/tokens", json=body)
        assert made.status_code == 201, made.text
        return str(made.json()["token"])

    async def take_role(self, caller: Caller) -> None:
        """Let the person of an API token have the caller's role alone, as the provider would say it at a sign-in."""
        username, authority = _PERSONS[caller.relation]
        await self._gateway.state.authenticator.identify(f"Bearer {self.token(username, authority, caller.role)}", None)


def _people() -> list[tuple[Relation, Role | None]]:
    relations: tuple[Relation, ...] = ("owner", "colleague", "stranger")
    members: list[tuple[Relation, Role | None]] = [(name, role) for name in relations for role in (*MEMBER_ROLES, None)]
    return [*members, *(("nobody", role) for role in TENANT_ROLES)]


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@asynccontextmanager
async def modules_beside(gateway: Gateway, **changes: Any) -> AsyncIterator[None]:
    """The real modules service at the address that the gateway knows."""
    keys = Keys(f"{gateway.internal_url}/.well-known/jwks.json", gateway.retrieval.signer)
    values = modules_settings(keys, gateway.settings.inference_url, gateway.retrieval.url)
    port = httpx.URL(gateway.settings.modules_url).port or 0
    changed = values.model_copy(update={"gateway_url": gateway.internal_url, **changes})
    async with serving(create_modules(changed), port, "on"):
        yield


class Objects:
    """One object of each kind and owner; `ids[parameter][target]`. Each has its own word in it, to be seen by.

    Targets: `person` (the owner's own), `shared` and `writable` (too, with a grant), `authority`, `tenant`, `unknown`,
    `deleted`.
    """

    def __init__(self, owner: httpx.AsyncClient, operator: httpx.AsyncClient) -> None:
        self._owner = owner
        self._operator = operator
        self.ids: dict[str, dict[str, str]] = {}
        self._talks: dict[str, str] = {}
        self.canaries: dict[str, str] = {
            target: f"Kanarie{target}{uuid4().hex[:8]}" for target in ("person", "authority", *SHARED)
        }

    async def make_all(self) -> None:
        for parameter, targets in TARGETS.items():
            self.ids[parameter] = {}
            for target in targets:
                self.ids[parameter][target] = await self._first(parameter, target)

    async def _first(self, parameter: str, target: str) -> str:
        if target == "unknown":
            return str(uuid4())
        return await (self._deleted(parameter) if target == "deleted" else self.make(parameter, target))

    async def make(self, parameter: str, target: str) -> str:
        """A new object, in place of the one before."""
        client = self._operator if target == "tenant" else self._owner
        word = self.canaries.get(target, "Landesweit")
        file = {"file": (f"{word}.txt", f"{word} wohnt hier, {uuid4()}.".encode())}
        if parameter == "document":
            return await _made(client, f"/knowledge-bases/{self.ids['kb'][target]}/documents", files=file)
        if parameter == "file":
            made = await _made(client, "/files", files=file)
            if target == "shared":
                added = await client.post(f"/api/v1/cases/{self.ids['case'][target]}/files", json={"file": made})
                assert added.status_code == 201, added.text
            return made
        if parameter == "snapshot":
            return await self._snapshot(word, target)
        if parameter == "run":
            return await _made(
                client, "/modules/summarise/runs", json={"input": {"text": f"{word}. " * 20, "length": "short"}}
            )
        path, body = {
            "token": ("/me/tokens", {"name": "Schlüssel", "scopes": ["search"]}),
            "kb": ("/knowledge-bases", {"name": word, "purpose": "Probe", "owner": target}),
            "case": ("/cases", {"reference": word}),
            "conversation": ("/conversations", {"title": word}),
        }[parameter]
        made = await _made(client, path, json=body)
        if parameter == "case" and target in SHARED:
            access = "write" if target == "writable" else "read"
            grants = {"items": [{"username": COLLEAGUE, "access": access}]}
            assert (await client.put(f"/api/v1/cases/{made}/grants", json=grants)).status_code == 200
        return made

    async def _snapshot(self, word: str, target: str) -> str:
        """Of a conversation with one turn; shared with the colleague, or with a unit that the colleague is not in."""
        if target not in self._talks:
            turn = await self._owner.post("/api/v1/modules/chat/runs", json={"input": {"message": word}})
            self._talks[target] = turn.json()["conversation"]
        unit = (await self._owner.get("/api/v1/me")).json()["units"][0]["id"]
        recipient = {"username": COLLEAGUE} if target == "shared" else {"unit": unit}
        path = f"/conversations/{self._talks[target]}/snapshots"
        return await _made(self._owner, path, json={"recipients": [recipient]})

    async def _deleted(self, parameter: str) -> str:
        if parameter == "run":  # a run goes with its conversation; there is no other way to delete one
            return str(uuid4())
        made = await self.make(parameter, "person")
        root = {"kb": "knowledge-bases", "token": "me/tokens"}.get(parameter, f"{parameter}s")
        answer = await self._owner.delete(f"/api/v1/{root}/{made}")
        assert answer.status_code == 204, answer.text
        return made


async def _made(client: httpx.AsyncClient, path: str, **options: Any) -> str:
    answer = await client.post("/api/v1" + path, **options)
    assert answer.status_code in {200, 201, 202}, answer.text
    return str(UUID(answer.json()["id"]))


def answer(response: httpx.Response | Answer) -> tuple[int, object, list[tuple[str, str]]]:
    """Status, body and headers, without what differs from request to request."""
    is_json = response.headers.get("content-type", "").endswith("json")
    body = {k: v for k, v in response.json().items() if k != "request_id"} if is_json else response.content
    own = {"date", "x-request-id", "content-length", "x-ratelimit-remaining", "ratelimit", "server-timing"}
    return response.status_code, body, sorted((k, v) for k, v in response.headers.items() if k not in own)
