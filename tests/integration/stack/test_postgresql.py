# SPDX-License-Identifier: EUPL-1.2
import psycopg
import pytest

from tests.support.postgres import TestPostgres, conninfo


def test_the_app_role_uses_but_does_not_own(postgres_server: TestPostgres) -> None:
    owner_url, app_url = postgres_server.create_database("roles")
    with psycopg.connect(conninfo(owner_url)) as owner:
        owner.execute("CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY, body text)")
    with psycopg.connect(conninfo(app_url)) as app:
        app.execute("INSERT INTO note (body) VALUES ('a')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("DROP TABLE note")
    with psycopg.connect(conninfo(app_url)) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE other (id int)")


def test_forced_row_security_holds_for_both_roles(postgres_server: TestPostgres) -> None:
    owner_url, app_url = postgres_server.create_database("rls")
    with psycopg.connect(conninfo(owner_url)) as owner:
        owner.execute("CREATE TABLE note (body text)")
        owner.execute("ALTER TABLE note ENABLE ROW LEVEL SECURITY")
        owner.execute("ALTER TABLE note FORCE ROW LEVEL SECURITY")
        owner.execute("CREATE POLICY p ON note USING (current_setting('genius.authority', true) = body)")
    for url in (owner_url, app_url):
        with psycopg.connect(conninfo(url)) as connection:
            connection.execute("SELECT set_config('genius.authority', 'a', true)")
            connection.execute("INSERT INTO note VALUES ('a')")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("INSERT INTO note VALUES ('b')")


def test_a_role_of_another_database_and_a_wrong_password_are_refused(postgres_server: TestPostgres) -> None:
    first = conninfo(postgres_server.create_database("first")[1])
    second = conninfo(postgres_server.create_database("second")[1])
    foreign_database = psycopg.conninfo.make_conninfo(first, dbname=psycopg.conninfo.conninfo_to_dict(second)["dbname"])
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(foreign_database)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(psycopg.conninfo.make_conninfo(first, password="falsch"))


def test_the_server_listens_on_no_network_address(postgres_server: TestPostgres) -> None:
    with postgres_server.cluster.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
