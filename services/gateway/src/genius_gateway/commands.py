# SPDX-License-Identifier: EUPL-1.2
"""Operators' commands: `python -m genius_gateway authorities|keys|models …`; `genius` calls them by the same names.

They answer one JSON object on stdout (`{"error": problem}` and exit status 1 where it was refused), and work with the
service's own database role, keys and services, in row scopes that no request can have.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from pydantic import ValidationError

from genius_common.crypto import ContentKey
from genius_common.database import RowScope
from genius_common.errors import FieldError, InvalidInput, PlatformError
from genius_common.keys import keys_table
from genius_common.keys_encryption import kek_id, read_keks
from genius_common.keys_rotation import KeyMaintenance, rewrap_all
from genius_gateway.assembly import open_idle
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.authorities.archive import AuthorityArchive
from genius_gateway.authorities.errors import AuthorityGone
from genius_gateway.authorities.handover import HandOver
from genius_gateway.authorities.plan import RemovalPlan
from genius_gateway.authorities.removal import ArchiveTarget, Removal
from genius_gateway.authorities.repository import AuthorityEntry, AuthorityFile
from genius_gateway.keys.destruction import Destruction
from genius_gateway.keys.holders import KeyHolders
from genius_gateway.keys.resealing import Resealing
from genius_gateway.keys.retrieval import RetrievalAuthority
from genius_gateway.keys.whole import whole
from genius_gateway.operation import stop_commands
from genius_gateway.persons.data import Reader
from genius_gateway.policy.evaluate import Policy
from genius_gateway.retention.files import RetrievalFiles
from genius_gateway.settings import Settings
from genius_gateway.state import GatewayState

_SETTLE_S = 15.0
_REBUILD_POLL_S = 1.0
_TABLE = keys_table(sa.MetaData())
Arguments = argparse.Namespace
Result = dict[str, Any]
Command = Callable[["_Tools", Arguments], Awaitable[Result]]


@dataclass(frozen=True, slots=True)
class _Tools:
    state: GatewayState
    maintenance: KeyMaintenance
    retrieval: RetrievalAuthority
    holders: KeyHolders
    removal: Removal
    destruction: Destruction


def _tools(settings: Settings, state: GatewayState) -> _Tools:
    maintenance = KeyMaintenance(state.keys, _TABLE)
    retrieval = RetrievalAuthority(state.retrieval, state.minter, settings.tenant)
    protection = state.protection
    archive = AuthorityArchive(state.database, Reader(state.database, state.keys), protection.export)
    handover = HandOver(state.database, state.keys, state.retrieval, state.minter, settings.tenant)
    files = RetrievalFiles(state.retrieval, state.minter, settings.tenant)
    return _Tools(
        state=state,
        maintenance=maintenance,
        retrieval=retrieval,
        holders=KeyHolders(settings.key_holders, settings.tenant),
        removal=Removal(
            state.database, maintenance, retrieval, handover, archive, state.revocations, protection.receipts,
            state.audit,
        ),
        destruction=Destruction(
            state.database, maintenance, retrieval, files, protection.receipts, state.audit
        ),
    )  # fmt: skip


# --- authorities


async def _list(tools: _Tools, _: Arguments) -> Result:
    return {"authorities": [asdict(line) for line in await tools.state.authorities.all()]}


async def _apply(tools: _Tools, arguments: Arguments) -> Result:
    wanted = AuthorityFile.model_validate_json(arguments.file.read_bytes())
    return {"left": await tools.state.authorities.apply(wanted)}


async def _add(tools: _Tools, arguments: Arguments) -> Result:
    entry = AuthorityEntry(
        short=arguments.short, name=arguments.name, kind=arguments.kind, parent=arguments.parent, id=arguments.id
    )
    authority = await tools.state.authorities.add(entry)
    async with tools.state.database.transaction(RowScope(authority=authority)) as connection:
        await tools.state.keys.authority_key(connection, authority)
    await tools.retrieval.prepare(authority)
    limits = tools.state.settings.limits
    return {"id": authority, "tokens_per_month": limits.tokens_per_month, "tokens_per_day": limits.tokens_per_day}


async def _remove(tools: _Tools, arguments: Arguments) -> Result:
    if arguments.request is not None:
        begun = await tools.removal.step((await _line(tools, arguments)).id)
        approved = tools.holders.require(arguments.request.read_bytes(), "authority.remove", begun=begun is not None)
        _require_same(arguments, approved.request.short)
        receipt = await tools.removal.run(approved, _target(arguments), arguments.settle)
        return {"receipt": receipt}
    line = await _line(tools, arguments)
    if line.state == "gone":
        raise AuthorityGone
    to = (await tools.state.authorities.find(arguments.to)).id if arguments.to else None
    plan = RemovalPlan(
        knowledge=arguments.knowledge, cases=arguments.cases, personal=arguments.personal, to=to,
        receiver=arguments.receiver,
    )  # fmt: skip
    await tools.removal.require_possible(line.id, plan)
    scope = asdict(await tools.removal.look(line.id))
    answer: Result = {"authority": asdict(line), "step": await tools.removal.step(line.id), **scope}
    if arguments.ask:
        counted = {"gateway": scope["gateway"], "retrieval": scope["retrieval"]}
        request = tools.holders.ask(
            "authority.remove", line.id, line.short, counted, plan=plan.model_dump(mode="json", exclude_none=True)
        )
        answer["request"] = request.model_dump(mode="json")
    return answer


def _target(arguments: Arguments) -> ArchiveTarget | None:
    if arguments.archive is None or arguments.archive_key is None:
        return None
    secret = read_keks(arguments.archive_key)[0]
    return ArchiveTarget(arguments.archive, ContentKey(kek_id(secret), secret))


# --- keys


async def _keys(tools: _Tools, arguments: Arguments) -> Result:
    if arguments.short is None:
        async with tools.state.database.transaction(RowScope(wide="keys")) as connection:
            lines = await tools.maintenance.lines(connection, None)
        return {"gateway": [asdict(line) for line in lines]}
    authority = (await _line(tools, arguments)).id
    async with tools.state.database.transaction(whole(authority)) as connection:
        lines = await tools.maintenance.lines(connection, authority)
    return {"gateway": [asdict(line) for line in lines], "retrieval": await tools.retrieval.keys(authority)}


async def _rewrap(tools: _Tools, _: Arguments) -> Result:
    done = await rewrap_all(tools.state.database, _TABLE, tools.state.keys.encryption)
    await tools.state.audit.record(_record("keys.rewrap", None, {"keys": done.done}))
    return asdict(done)


async def _rotate(tools: _Tools, arguments: Arguments) -> Result:
    """The new key in both databases, then everything that is kept sealed anew."""
    authority = (await _line(tools, arguments)).id
    if arguments.search:
        await tools.state.audit.record(_record("keys.rotate", authority, {"purpose": "search"}))
        await tools.retrieval.rebuild(authority)
        return {"retrieval": await _rebuilt(tools, authority)}
    if not arguments.reseal_only:
        facts = {"person": str(arguments.person)} if arguments.person else {}
        await tools.state.audit.record(_record("keys.rotate", authority, facts))
        async with tools.state.database.transaction(whole(authority)) as connection:
            await tools.maintenance.succeed(connection, authority, arguments.person)
        await tools.retrieval.rotate(authority, arguments.person)
    resealing = Resealing(tools.state.database, tools.state.keys, tools.maintenance)
    return {"gateway": await resealing.run(authority), "retrieval": await tools.retrieval.reseal(authority)}


async def _rebuilt(tools: _Tools, authority: UUID) -> dict[str, Any]:
    """Wait for the switch; a command that is killed meanwhile stops nothing."""
    while (found := await tools.retrieval.rebuild_progress(authority))["building"]:
        if found["unreadable"] and found["done"] + found["unreadable"] >= found["total"]:
            break  # nothing goes on by itself
        await asyncio.sleep(_REBUILD_POLL_S)
    return found


async def _destroy(tools: _Tools, arguments: Arguments) -> Result:
    if arguments.request is not None:
        approved = tools.holders.require(arguments.request.read_bytes(), "keys.destroy")
        _require_same(arguments, approved.request.short)
        return {"receipt": await tools.destruction.run(approved)}
    line = await _line(tools, arguments)
    scope = await tools.destruction.look(line.id, arguments.person)
    answer: Result = {"authority": asdict(line), **scope}
    if arguments.ask:
        request = tools.holders.ask("keys.destroy", line.id, line.short, scope, person=arguments.person)
        answer["request"] = request.model_dump(mode="json")
    return answer


# --- shared


async def _line(tools: _Tools, arguments: Arguments) -> Any:
    return await tools.state.authorities.find(arguments.short)


def _require_same(arguments: Arguments, short: str) -> None:
    """The command line and what was signed name the same authority."""
    if arguments.short != short:
        raise InvalidInput(errors=[FieldError("/short", f"Der Antrag gilt für „{short}“.")])


def _record(action: str, authority: UUID | None, facts: dict[str, Any]) -> AuditRecord:
    return AuditRecord(action=action, authority=None, object_kind="authority", object=authority, facts=facts)


def add_parsers(commands: Any) -> None:
    """The parsers of both commands; the German texts are those of `genius`."""
    authorities = commands.add_parser("authorities", help="the authorities of the tenant").add_subparsers(required=True)
    _parser(authorities, "list", _list)
    _parser(authorities, "apply", _apply).add_argument("file", type=Path)
    add = _parser(authorities, "add", _add, short=True)
    add.add_argument("--name", required=True)
    add.add_argument("--kind", required=True)
    add.add_argument("--parent")
    add.add_argument("--id", type=UUID)
    remove = _parser(authorities, "remove", _remove, short=True)
    for kind in ("knowledge", "cases", "personal"):
        remove.add_argument(f"--{kind}", default="destroy")
    remove.add_argument("--to")
    remove.add_argument("--receiver", type=UUID)
    remove.add_argument("--archive", type=Path)
    remove.add_argument("--archive-key", type=Path)
    remove.add_argument("--settle", type=float, default=_SETTLE_S, help="seconds for requests under way")
    _requested(remove)
    models = commands.add_parser("models", help="stop models, let them go on").add_subparsers(required=True)
    _parser(models, "list", _on_state(stop_commands.list_stops))
    stopping = _parser(models, "stop", _on_state(stop_commands.stop))
    stop_commands.add_words(stopping)
    stopping.add_argument("--reason", default="vorfall")
    stop_commands.add_words(_parser(models, "release", _on_state(stop_commands.release)))
    keys = commands.add_parser("keys", help="list, rotate, destroy keys").add_subparsers(required=True)
    _parser(keys, "list", _keys).add_argument("short", nargs="?")
    _parser(keys, "rewrap", _rewrap)
    rotate = _parser(keys, "rotate", _rotate, short=True)
    kind = rotate.add_mutually_exclusive_group()
    kind.add_argument("--person", type=UUID)
    kind.add_argument("--search", action="store_true")
    rotate.add_argument("--reseal-only", action="store_true")
    destroy = _parser(keys, "destroy", _destroy, short=True)
    destroy.add_argument("--person", type=UUID)
    _requested(destroy)


def _on_state(command: Callable[[GatewayState, Arguments], Awaitable[Result]]) -> Command:
    return lambda tools, arguments: command(tools.state, arguments)


def _parser(group: Any, name: str, run: Command, *, short: bool = False) -> Any:
    parser = group.add_parser(name)
    parser.set_defaults(run=run)
    if short:
        parser.add_argument("short")
    return parser


def _requested(parser: argparse.ArgumentParser) -> None:
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--ask", action="store_true", help="answer a request to be signed")
    chosen.add_argument("--request", type=Path, help="carry this signed request out")


def run(settings: Settings, arguments: Arguments) -> int:
    """Carry a command out; answers the exit status."""
    try:
        answer, status = asyncio.run(carry_out(settings, arguments)), 0
    except PlatformError as error:
        answer, status = {"error": error.as_problem()}, 1
    except ValidationError as error:
        wrong = [FieldError("/" + "/".join(map(str, one["loc"])), str(one["msg"])) for one in error.errors()]
        answer, status = {"error": InvalidInput(errors=wrong).as_problem()}, 1
    sys.stdout.write(orjson.dumps(answer, default=str).decode() + "\n")
    return status


async def carry_out(settings: Settings, arguments: Arguments) -> Result:
    """The answer of a command. Raises: PlatformError, ValidationError."""
    async with open_idle(settings, Policy()) as state:
        found: Result = await arguments.run(_tools(settings, state), arguments)
        return found
