# SPDX-License-Identifier: EUPL-1.2
"""The key-encryption key in a file and in a transit engine: the same behaviour behind one port, closed on failure."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import create_async_engine

from genius_common.crypto import Undecryptable, new_secret
from genius_common.database import Database, RowScope, create_engine
from genius_common.http import create_session
from genius_common.keys import KEYS_ROW_SECURITY, KeyRing, keys_table
from genius_common.keys_encryption import FileKeys, KeyEncryption, KeyServiceUnavailable, LocalKeys
from genius_common.keys_rotation import rewrap_all
from genius_common.keys_transit import TransitKeys, TransitSettings, key_source_error, open_key_encryption
from genius_common.settings import DatabaseSettings
from tests.support.postgres import TestPostgres
from tests.support.transit import Transit, transit_server

METADATA = sa.MetaData()
KEYS = keys_table(METADATA)
_KEYS_SCOPE = "current_setting('genius.scope', true) = 'keys' AND person IS NULL"


@pytest.fixture
def transit() -> Iterator[Transit]:
    with transit_server() as running:
        yield running


@pytest.fixture
async def vault(transit: Transit, tmp_path: Path) -> AsyncIterator[TransitKeys]:
    token = tmp_path / "token"
    token.write_text(transit.token + "\n")
    async with create_session() as session:
        settings = TransitSettings(url=transit.url, key="genius", token_file=token, timeout_s=0.3)
        yield TransitKeys(settings, session)


class Source:
    """One kind of key-encryption key, and how its versions come and go."""

    def __init__(self, kind: str, vault: TransitKeys, transit: Transit, file: Path) -> None:
        self.kind, self.transit, self.file = kind, transit, file
        self.lines = [new_secret()]
        self._write()
        self.keys: KeyEncryption = vault if kind == "transit" else FileKeys(file)

    def rotate(self) -> None:
        self.transit.rotate()
        self.lines.insert(0, new_secret())
        self._write()

    def refuse_the_old(self) -> None:
        self.transit.min_decryption_version = len(self.transit.versions)
        self.lines = self.lines[:1]
        self._write()

    def _write(self) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text("\n".join(line.hex() for line in self.lines) + "\n# tenant test\n")
        fresh.replace(self.file)


@pytest.fixture(params=["file", "transit"])
def source(request: pytest.FixtureRequest, vault: TransitKeys, transit: Transit, tmp_path: Path) -> Source:
    return Source(request.param, vault, transit, tmp_path / "kek")


async def test_what_is_wrapped_opens_for_its_own_key_alone(source: Source) -> None:
    """DSG-03: a wrapped secret moved to another row does not open, nor a damaged one."""
    secret, key = new_secret(), uuid4()
    wrapped = await source.keys.wrap(secret, key)
    assert wrapped.by == await source.keys.current()
    assert await source.keys.unwrap(wrapped.value, wrapped.by, key) == secret
    assert secret not in wrapped.value
    damaged = wrapped.value[:-8] + bytes([wrapped.value[-8] ^ 1]) + wrapped.value[-7:]
    for value, by, owner in (
        (wrapped.value, wrapped.by, uuid4()), (damaged, wrapped.by, key), (wrapped.value, uuid4(), key),
        (b"", wrapped.by, key), (b"vault:v1:", wrapped.by, key),
    ):  # fmt: skip
        with pytest.raises(Undecryptable):
            await source.keys.unwrap(value, by, owner)
        with pytest.raises(Undecryptable):
            await source.keys.rewrap(value, by, owner)


async def test_old_and_new_for_a_while_then_the_old_one_is_refused(source: Source) -> None:
    """LOG-03: without a restart."""
    secret, key = new_secret(), uuid4()
    old = await source.keys.wrap(secret, key)
    source.rotate()
    assert await source.keys.unwrap(old.value, old.by, key) == secret
    new = await source.keys.rewrap(old.value, old.by, key)
    assert new.by == await source.keys.current() != old.by
    source.refuse_the_old()
    assert await source.keys.unwrap(new.value, new.by, key) == secret
    with pytest.raises(Undecryptable):
        await source.keys.unwrap(old.value, old.by, key)


async def test_a_failing_service_is_a_refusal(vault: TransitKeys, transit: Transit) -> None:
    """GW-05, AUD-01: each failure is KeyServiceUnavailable within the time limit, never a secret and never a hang."""
    key, secret = uuid4(), new_secret()
    wrapped = await vault.wrap(secret, key)

    async def refused() -> None:
        for call in (vault.wrap(secret, key), vault.unwrap(wrapped.value, wrapped.by, key), vault.current()):
            begun = time.monotonic()
            with pytest.raises(KeyServiceUnavailable):
                await call
            assert time.monotonic() - begun < 2

    for status in (301, 403, 404, 429, 500, 503):
        transit.status = status
        await refused()
    transit.status = None
    for body in (b"", b"{", b"[]", b'{"data": null}', b'{"data": {}}', b'{"data": {"ciphertext": 1, "plaintext": 1}}'):
        transit.body = body
        await refused()
    transit.body, transit.silent = None, threading.Event()
    await refused()
    transit.silent.set()
    transit.silent = None
    transit.token = "another"
    await refused()


async def test_the_token_is_read_at_each_call(vault: TransitKeys, transit: Transit, tmp_path: Path) -> None:
    """LOG-03: an agent renews the mounted file; without it nothing goes."""
    await vault.current()
    transit.token = "renewed"
    (tmp_path / "token").write_text("renewed")
    await vault.current()
    (tmp_path / "token").unlink()
    with pytest.raises(KeyServiceUnavailable):
        await vault.current()


async def test_a_file_that_goes_missing_is_a_refusal(tmp_path: Path) -> None:
    file = tmp_path / "kek"
    file.write_text(new_secret().hex())
    keys = FileKeys(file)
    for break_it in (lambda: file.write_text("zz"), file.unlink):
        break_it()
        with pytest.raises(KeyServiceUnavailable) as caught:
            await keys.wrap(new_secret(), uuid4())
        assert caught.value.status == 503


@pytest.mark.parametrize(
    "url", ["http://vault.example", "https://v.example/v1", "ftp://v.example", "https://", "https://v.example?x=1"]
)
def test_addresses_that_are_not_safe_are_refused(url: str) -> None:
    """LOG-04: a token never travels without TLS."""
    with pytest.raises(ValidationError):
        TransitSettings(url=url, key="genius", token_file=Path("token"))


async def test_exactly_one_source(tmp_path: Path) -> None:
    settings = TransitSettings(url="https://v.example", key="genius", token_file=Path("token"))
    (tmp_path / "kek").write_text(new_secret().hex())
    assert key_source_error(None, None)
    assert key_source_error(tmp_path, settings)
    assert key_source_error(tmp_path, None) is None
    async with create_session() as session:
        assert isinstance(open_key_encryption(tmp_path / "kek", None, session), FileKeys)
        assert isinstance(open_key_encryption(None, settings, session), TransitKeys)


@pytest.fixture
async def database(postgres_server: TestPostgres) -> AsyncIterator[Database]:
    owner_url, app_url = postgres_server.create_database("wrapping")
    owner = create_async_engine(owner_url)
    maintenance = (
        f"CREATE POLICY keys_wrapping ON keys FOR SELECT USING ({_KEYS_SCOPE})",
        f"CREATE POLICY keys_rewrapping ON keys FOR UPDATE USING ({_KEYS_SCOPE}) WITH CHECK ({_KEYS_SCOPE})",
    )
    async with owner.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        for statement in (*KEYS_ROW_SECURITY, *maintenance):
            await connection.execute(sa.text(statement))
    await owner.dispose()
    found = Database(create_engine(DatabaseSettings(url=app_url, pool_size=8)))
    yield found
    await found.close()


async def made(database: Database, keys: KeyEncryption, authority: UUID) -> bytes:
    async with database.transaction(RowScope(authority=authority)) as connection:
        return (await KeyRing(keys, KEYS).authority_key(connection, authority)).secret


async def test_all_is_wrapped_anew_while_keys_are_made(database: Database, source: Source) -> None:
    """LOG-03: a rotation meets authorities that get their first key; afterwards the old version opens nothing here."""
    authorities = [uuid4() for _ in range(12)]
    secrets = [await made(database, source.keys, one) for one in authorities]
    newcomers = [uuid4() for _ in range(12)]
    source.rotate()
    done, *fresh = await asyncio.gather(
        rewrap_all(database, KEYS, source.keys), *(made(database, source.keys, one) for one in newcomers)
    )
    assert (done.done, done.left) == (12, 0)
    source.refuse_the_old()
    everybody = zip([*authorities, *newcomers], [*secrets, *fresh], strict=True)
    assert all([await made(database, source.keys, one) == secret for one, secret in everybody])
    assert (await rewrap_all(database, KEYS, source.keys)).done == 0


async def test_a_rotation_waits_for_whoever_still_wraps_with_the_old_version(database: Database) -> None:
    """LOG-03: else that key would be lost when the old version goes."""
    authority, (old, new) = uuid4(), (new_secret(), new_secret())
    async with database.transaction(RowScope(authority=authority)) as connection:
        secret = (await KeyRing(LocalKeys(old), KEYS).authority_key(connection, authority)).secret
        rotation = asyncio.create_task(rewrap_all(database, KEYS, LocalKeys(new, old)))
        await asyncio.sleep(0.2)
        assert not rotation.done()
    assert (await rotation).done == 1
    assert await made(database, LocalKeys(new), authority) == secret


async def test_one_that_does_not_open_stops_the_rotation(database: Database) -> None:
    """Nothing is skipped in silence: the old version must not go while something hangs on it."""
    one, other = uuid4(), uuid4()
    old, lost, new = new_secret(), new_secret(), new_secret()
    await made(database, LocalKeys(old), one)
    await made(database, LocalKeys(lost), other)
    with pytest.raises(Undecryptable):
        await rewrap_all(database, KEYS, LocalKeys(new, old))
