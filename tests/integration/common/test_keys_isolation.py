# SPDX-License-Identifier: EUPL-1.2
"""Keys and rows under row-level security on a real PostgreSQL: who may read, make, change and destroy what."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from genius_common.crypto import ContentKey, Undecryptable, key_id_of, new_secret, wrap
from genius_common.database import Database, RowScope, create_engine
from genius_common.errors import NotFound
from genius_common.keys import KEYS_ROW_SECURITY, KeyRing, keys_table
from genius_common.keys_encryption import LocalKeys, read_keks
from genius_common.settings import DatabaseSettings
from tests.support.postgres import TestPostgres

KEK = new_secret()
METADATA = sa.MetaData()
KEYS = keys_table(METADATA)


@pytest.fixture(scope="module")
async def database(postgres_server: TestPostgres) -> AsyncIterator[Database]:
    owner_url, app_url = postgres_server.create_database("keyring")
    owner = create_async_engine(owner_url)
    async with owner.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        for statement in KEYS_ROW_SECURITY:
            await connection.execute(sa.text(statement))
    await owner.dispose()
    found = Database(create_engine(DatabaseSettings(url=app_url, pool_size=4)))
    yield found
    await found.close()


class Office:
    """One authority with two people and their keys."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.authority, self.anna, self.bert = uuid4(), uuid4(), uuid4()

    def scope(self, person: UUID | None = None) -> RowScope:
        return RowScope(authority=self.authority, person=person)

    async def key(self, person: UUID | None = None, ring: KeyRing | None = None) -> ContentKey:
        ring = ring or KeyRing(LocalKeys(KEK), KEYS)
        async with self.database.transaction(self.scope(person)) as connection:
            if person is None:
                return await ring.authority_key(connection, self.authority)
            return await ring.person_key(connection, self.authority, person)

    async def opens(self, key: UUID, scope: RowScope, ring: KeyRing | None = None) -> bool:
        async with self.database.transaction(scope) as connection:
            try:
                await (ring or KeyRing(LocalKeys(KEK), KEYS)).by_id(connection, key)
            except Undecryptable:
                return False
        return True


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def rows(connection: AsyncConnection) -> set[UUID]:
    return set((await connection.execute(sa.select(KEYS.c.id))).scalars())


async def test_each_scope_sees_exactly_its_keys(database: Database, office: Office) -> None:
    """TEN-07 in part: a plain SELECT without any condition gives out only what the scope owns."""
    other = Office(database)
    shared, annas, berts = await office.key(), await office.key(office.anna), await office.key(office.bert)
    foreign, foreign_person = await other.key(), await other.key(other.anna)
    ours = {shared.id, annas.id, berts.id, foreign.id, foreign_person.id}
    for scope, visible in (
        (RowScope(), set()),
        (RowScope(tenant_wide=True), set()),
        (RowScope(person=office.anna), set()),
        (office.scope(), {shared.id}),
        (office.scope(office.anna), {shared.id, annas.id}),
        (office.scope(office.bert), {shared.id, berts.id}),
        (RowScope(authority=other.authority, person=office.anna), {foreign.id}),
    ):
        async with database.transaction(scope) as connection:
            assert await rows(connection) & ours == visible


@pytest.mark.parametrize("statement", ["UPDATE keys SET state = 'destroyed'", "DELETE FROM keys"])
async def test_nobody_changes_what_another_owns(database: Database, office: Office, statement: str) -> None:
    """TEN-07 in part: an unconditional UPDATE or DELETE stays within the scope."""
    stranger = Office(database)
    annas = await office.key(office.anna)
    await stranger.key(stranger.anna)
    for scope in (RowScope(), stranger.scope(stranger.anna), office.scope(office.bert)):
        async with database.transaction(scope) as connection:
            await connection.execute(sa.text(statement))
    # The authority's own key is gone for all its people, but nobody could touch Anna's row.
    async with database.transaction(office.scope(office.anna)) as connection:
        query = sa.select(KEYS.c.state).where(KEYS.c.id == annas.id)
        assert (await connection.execute(query)).scalar_one() == "active"


@pytest.mark.parametrize(
    ("scope", "authority", "person"),
    [("authority", 2, None), ("person", 2, 1), ("person", 1, 2), ("tenant", None, None)],
)
async def test_nobody_makes_a_key_for_another(
    database: Database, scope: str, authority: int | None, person: int | None
) -> None:
    ids = {1: uuid4(), 2: uuid4(), None: None}
    values = {"id": uuid4(), "scope": scope, "authority": ids[authority], "person": ids[person], "purpose": "content"}
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction(RowScope(authority=ids[1], person=ids[1])) as connection:
            await connection.execute(sa.insert(KEYS).values(**values, wrapped=b"x", wrapped_by=uuid4()))


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "tenant"},
        {"scope": "person"},
        {"scope": "world"},
        {"purpose": "fun"},
        {"state": "lost"},
        {"wrapped_by": None},
        {"person": uuid4()},
    ],
)
async def test_a_row_that_makes_no_sense_is_refused(
    database: Database, office: Office, change: dict[str, object]
) -> None:
    values = {"id": uuid4(), "scope": "authority", "authority": office.authority, "purpose": "content"}
    person = change.get("person")
    scope = RowScope(authority=office.authority, person=person if isinstance(person, UUID) else None)
    with pytest.raises(IntegrityError):
        async with database.transaction(scope) as connection:
            await connection.execute(sa.insert(KEYS).values(**{**values, "wrapped_by": uuid4(), **change}))


async def test_purposes_have_separate_keys(office: Office) -> None:
    """A search key that leaks opens no content."""
    ring = KeyRing(LocalKeys(KEK), KEYS)
    async with office.database.transaction(office.scope(office.anna)) as connection:
        found = [
            await ring.person_key(connection, office.authority, office.anna, "content"),
            await ring.person_key(connection, office.authority, office.anna, "search"),
            await ring.authority_key(connection, office.authority, "content"),
            await ring.authority_key(connection, office.authority, "search"),
            await ring.authority_key(connection, office.authority, "audit"),
        ]
    assert len({key.id for key in found}) == len({key.secret for key in found}) == len(found)


async def test_the_same_person_has_another_key_in_another_authority(database: Database, office: Office) -> None:
    second = Office(database)
    second.anna = office.anna
    first_key, second_key = await office.key(office.anna), await second.key(office.anna)
    assert first_key.secret != second_key.secret
    assert not await office.opens(second_key.id, office.scope(office.anna))


async def test_a_destroyed_authority_key_takes_the_keys_below_with_it(office: Office) -> None:
    shared, annas = await office.key(), await office.key(office.anna)
    async with office.database.transaction(office.scope()) as connection:
        await KeyRing(LocalKeys(KEK), KEYS).destroy(connection, shared.id)
    assert not await office.opens(shared.id, office.scope())
    assert not await office.opens(annas.id, office.scope(office.anna))


async def test_destroying_one_person_leaves_the_others(office: Office) -> None:
    shared, annas, berts = await office.key(), await office.key(office.anna), await office.key(office.bert)
    ring = KeyRing(LocalKeys(KEK), KEYS)
    assert await office.opens(annas.id, office.scope(office.anna), ring)
    async with office.database.transaction(office.scope(office.anna)) as connection:
        await ring.destroy(connection, annas.id)
    assert not await office.opens(annas.id, office.scope(office.anna), ring)
    assert await office.opens(shared.id, office.scope(office.anna), ring)
    assert await office.opens(berts.id, office.scope(office.bert), ring)


async def test_a_retired_key_opens_old_content_and_seals_no_new(office: Office) -> None:
    old = await office.key()
    sealed = old.seal(b"Bescheid", "messages/text/1")
    async with office.database.transaction(office.scope()) as connection:
        await connection.execute(sa.update(KEYS).where(KEYS.c.id == old.id).values(state="retired"))
    ring = KeyRing(LocalKeys(KEK), KEYS)
    assert (await office.key(ring=ring)).id != old.id
    async with office.database.transaction(office.scope()) as connection:
        found = await ring.by_id(connection, key_id_of(sealed))
    assert found.open(sealed, "messages/text/1") == b"Bescheid"


@pytest.mark.parametrize("damage", [b"", b"x", b"x" * 11, b"x" * 60])
async def test_a_damaged_key_is_unreadable_and_nothing_worse(office: Office, damage: bytes) -> None:
    """A typed error that names the operation as the one to tell, also where not even a nonce is left."""
    key = await office.key()
    async with office.database.transaction(office.scope()) as connection:
        await connection.execute(sa.update(KEYS).where(KEYS.c.id == key.id).values(wrapped=damage))
    assert not await office.opens(key.id, office.scope())


async def test_a_swapped_key_does_not_open(office: Office) -> None:
    """Whoever can write the table can't put one person's secret under another's id."""
    annas, berts = await office.key(office.anna), await office.key(office.bert)
    shared = await office.key()
    async with office.database.transaction(office.scope(office.bert)) as connection:
        forged = wrap(shared.secret, annas.secret, annas.id)
        await connection.execute(sa.update(KEYS).where(KEYS.c.id == berts.id).values(wrapped=forged))
    assert not await office.opens(berts.id, office.scope(office.bert))


async def test_many_people_at_once_share_one_authority_key(office: Office) -> None:
    people = [uuid4() for _ in range(8)]
    found = await asyncio.gather(*(office.key(person) for person in people))
    assert len({key.id for key in found}) == len(people)
    async with office.database.transaction(office.scope()) as connection:
        assert len(await rows(connection)) == 1


async def test_no_scope_of_one_transaction_reaches_the_next(database: Database, office: Office) -> None:
    """The pool hands out the same connection again; the settings must have gone with the transaction."""
    await office.key()
    for _ in range(8):
        async with database.transaction(office.scope(office.anna)) as connection:
            assert await rows(connection)
        async with database.engine.begin() as bare:
            assert await rows(bare) == set()


async def test_nor_after_a_failure(database: Database, office: Office) -> None:
    await office.key()
    for _ in range(8):
        with pytest.raises(DBAPIError):
            async with database.transaction(office.scope()) as connection:
                await connection.execute(sa.text("SELECT 1/0"))
        async with database.transaction(RowScope()) as connection:
            assert await rows(connection) == set()


async def test_a_database_error_shows_no_parameter(database: Database) -> None:
    """LOG-01 in part: what a statement carried does not stand in the error's text."""
    with pytest.raises(DBAPIError) as caught:
        async with database.transaction(RowScope()) as connection:
            await connection.execute(sa.text("SELECT 1/0 WHERE :p = 'x' OR true"), {"p": "canary-4711"})
    assert "canary-4711" not in str(caught.value)


@pytest.mark.parametrize("value", ["x' OR true --", "\x1f", "ü" * 500, "%s", ":authority"])
async def test_a_credential_is_a_value_and_never_sql(database: Database, value: str) -> None:
    async with database.transaction(RowScope(credential=value)) as connection:
        found = await connection.execute(sa.text("SELECT current_setting('genius.credential', true)"))
        assert found.scalar_one() == value
        assert await rows(connection) == set()


@pytest.mark.parametrize("text", ["", "00" * 31, "00" * 33, "zz" * 32, "ä" * 64])
def test_a_wrong_key_file_stops_the_start(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("kek") / "kek"
    path.write_text(text)
    with pytest.raises(ValueError) as caught:
        read_keks(path)
    assert text == "" or text not in str(caught.value), "the message must not hold the key"


async def test_destroying_a_key_outside_the_scope_is_refused(office: Office) -> None:
    """A deletion that changed nothing must not look done."""
    annas = await office.key(office.anna)
    async with office.database.transaction(office.scope(office.bert)) as connection:
        with pytest.raises(NotFound):
            await KeyRing(LocalKeys(KEK), KEYS).destroy(connection, annas.id)
    assert await office.opens(annas.id, office.scope(office.anna))
