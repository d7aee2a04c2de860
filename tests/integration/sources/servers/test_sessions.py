"""What a session may do, what a user may do, and the environment of an app, with real servers."""

import socket
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from proto_ddf import vault
from proto_ddf.errors import classify
from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.resilience import deadline_after
from proto_ddf.sources.connected import store
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.schema.model import SourceSchema
from proto_ddf.sources.servers import engines
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.connecting import connect
from proto_ddf.sources.servers.mysql import server as mysql_server
from proto_ddf.sources.servers.mysql.server import MYSQL
from proto_ddf.sources.servers.postgres import server as postgres_server
from proto_ddf.sources.servers.postgres.server import POSTGRES
from proto_ddf.sources.servers.server import Server
from proto_ddf.sources.servers.source import ServerSource
from tests.policies import fresh_policies
from tests.servers import peers
from tests.servers.database_server import Database, DatabaseServer
from tests.servers.mariadb import MariaDbServer
from tests.servers.postgres import PostgresServer
from tests.servers.waiting import wait_until
from tests.stages import finding

pytestmark = pytest.mark.usefixtures("database")

WRITABLE = {
    "postgresql": "SET default_transaction_read_only = off",
    "mysql": "SET SESSION TRANSACTION READ WRITE",
}
"""Statements with which a session could allow itself to write."""
SERVERS = {each.name: each for each in (POSTGRES, MYSQL)}


@pytest.fixture
def shop(server_database: Database) -> Database:
    """Two tables and a view, in the shared server of each kind."""
    server_database.run(
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(20))",
        "CREATE TABLE invoice (id INTEGER PRIMARY KEY, total INTEGER)",
        "CREATE VIEW names AS SELECT name FROM customer",
    )
    return server_database


@pytest.fixture
def guest(shop: Database) -> Any:
    """A user of that database without any right to its tables."""
    made = Database(shop.server, shop.name, f"guest_{shop.name}", "not-it-either")
    shop.server.create_user(made.user, made.password)
    yield made
    if isinstance(shop.server, PostgresServer):
        shop.admin(f'DROP OWNED BY "{made.user}"', f'DROP USER "{made.user}"')
    else:
        shop.admin(f"DROP USER `{made.user}`")


def server_of(database: Database) -> Server:
    return SERVERS[database.server.kind]  # type: ignore[index]


def config_of(database: Database, **changes: Any) -> ServerConfig:
    return server_of(database).config_model.model_validate(database.config(**changes))


def session(database: Database, **changes: Any) -> Any:
    return closing(connect(server_of(database), config_of(database, **changes)))


def session_of(database: Database, **changes: Any) -> Callable[[], Any]:
    """Opens a session, and closes it."""

    def open_it() -> None:
        with session(database, **changes):
            pass

    return open_it


def run(connection: Any, statement: str) -> list[Any]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the code is what counts
        call()
    return classify(raised.value).code


def grant(database: Database, right: str, user: str) -> None:
    mark = '"' if isinstance(database.server, PostgresServer) else "`"
    database.admin(f"GRANT {right} TO {mark}{user}{mark}")


# Sessions


def test_a_session_is_read_only_unless_it_is_to_write(shop: Database) -> None:
    insert = "INSERT INTO customer VALUES (1, 'Ann')"
    with session(shop) as connection:
        assert code_of(lambda: run(connection, insert)) == "server_read_only"
        assert run(connection, "SELECT * FROM customer") == []
        run(connection, WRITABLE[shop.server.kind])
        run(connection, insert)
    assert shop.run("SELECT * FROM customer") == [(1, "Ann")]  # committed at once


def test_a_function_that_a_view_calls_cannot_write_either(shop: Database) -> None:
    body = "INSERT INTO customer VALUES (9, 'Eve')"
    if isinstance(shop.server, PostgresServer):
        made = f"CREATE FUNCTION add_row() RETURNS int LANGUAGE sql AS $${body} RETURNING id$$"
    else:
        made = (
            f"CREATE FUNCTION add_row() RETURNS int MODIFIES SQL DATA BEGIN {body}; RETURN 9; END"
        )
    shop.run(made, "CREATE VIEW sneaky AS SELECT add_row() AS id")
    with session(shop) as connection:
        assert code_of(lambda: run(connection, "SELECT * FROM sneaky")) == "server_read_only"
    source = ServerSource(server_of(shop), config_of(shop))
    source.read_schema()  # counts the rows of views
    for read in (
        lambda table: source.preview(PageRequest(table)),
        lambda table: list(source.rows(table)),
    ):
        assert code_of(partial(read, "sneaky")) in {"server_read_only", "table_unknown"}
    assert shop.run("SELECT * FROM customer") == []
    engines.dispose_all()


def test_one_statement_at_a_time_and_no_file_of_this_machine(mariadb_database: Database) -> None:
    mariadb_database.run("CREATE TABLE t (a VARCHAR(200))")
    with session(mariadb_database) as connection:
        run(connection, WRITABLE["mysql"])
        with pytest.raises(Exception, match="syntax"):
            run(connection, "SELECT 1; INSERT INTO t VALUES ('x')")
        with pytest.raises(Exception, match=r"(?i)local|not allowed|disabled"):
            run(connection, f"LOAD DATA LOCAL INFILE '{__file__}' INTO TABLE t")
        assert run(connection, "SELECT * FROM t") == []


def test_the_environment_of_proto_ddf_does_not_affect_a_connection(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """libpq takes missing values from environment variables and from files of the home folder (docs, 32.15 and
    32.16)."""
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:*:{postgres_database.password}\n")
    file.chmod(0o600)
    given = {
        "PGPASSWORD": postgres_database.password,
        "PGPASSFILE": str(file),
        "PGHOST": "db.example.com",
        "PGHOSTADDR": "127.0.0.9",
        "PGPORT": "1",
        "PGUSER": "postgres",
        "PGDATABASE": "template1",
        "PGOPTIONS": "-c default_transaction_read_only=off",
        "PGSSLMODE": "verify-full",
        "PGSSLCERT": str(file),
        "PGSSLKEY": str(file),
        "PGCLIENTENCODING": "LATIN1",
    }
    place = (postgres_database.user, postgres_database.name, postgres_database.server.port)
    with monkeypatch.context() as changed:
        for name, value in given.items():
            changed.setenv(name, value)
        with session(postgres_database) as connection:
            query = "SELECT current_user, current_database(), inet_server_port()"
            assert run(connection, query) == [place]
            assert run(connection, "SHOW transaction_read_only") == [("on",)]
            assert run(connection, "SHOW client_encoding") == [("UTF8",)]
        assert code_of(session_of(postgres_database, password="")) == "password_missing"


def test_a_statement_is_ended_by_the_server(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh_policies(monkeypatch, source={"read_timeout_ms": 100})
    sleep = "SELECT pg_sleep(30)" if isinstance(shop.server, PostgresServer) else "SELECT SLEEP(30)"
    with session(shop) as connection:
        assert code_of(lambda: run(connection, sleep)) == "query_timeout"
        assert run(connection, "SELECT 1") == [(1,)]


def test_a_session_waits_no_longer_than_the_deadline_in_force(own_server: DatabaseServer) -> None:
    database = own_server.create_database()
    with session(database) as connection:
        own_server.pause()
        with deadline_after(0.2):
            assert code_of(lambda: run(connection, "SELECT 1")) == "host_silent"
        own_server.resume()
        # The answer may still come, so the connection cannot be used any more.
        assert code_of(lambda: run(connection, "SELECT 2")) == "connection_lost"


def test_the_parameters_of_the_form_are_used(shop: Database) -> None:
    if isinstance(shop.server, PostgresServer):
        with session(shop, parameters="application_name = Sales, keepalives_idle=30") as connection:
            assert run(connection, "SHOW application_name") == [("Sales",)]
    else:
        with session(shop, parameters="sql_mode=ANSI_QUOTES") as connection:
            assert run(connection, "SELECT @@sql_mode") == [("ANSI_QUOTES",)]


def test_a_name_of_several_addresses_of_which_one_answers(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*_: Any, **__: Any) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 0))
            for ip in ("127.0.0.2", "127.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with session(shop, host="db.example.com") as connection:
        assert run(connection, "SELECT 1") == [(1,)]


def test_a_password_with_unusual_characters(shop: Database) -> None:
    password = "ü€ ' \" \\ % 日本"
    if isinstance(shop.server, PostgresServer):
        shop.admin(f"ALTER USER \"{shop.user}\" PASSWORD 'ü€ '' \" \\ % 日本'")
    else:
        shop.admin(f"ALTER USER `{shop.user}` IDENTIFIED BY %s", values=(password,))
    with session(shop, password=vault.store(password)) as connection:
        assert run(connection, "SELECT 1") == [(1,)]


def test_a_password_with_a_blank_at_its_end(shop: Database) -> None:
    with pytest.raises(ProtoDDFError) as raised:
        session(shop, password=vault.store(shop.password + " "))
    error = classify(raised.value)
    assert error.code == "authentication_failed"
    assert "begins or ends with a blank" in error.hint


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_in_a_container_a_known_server_that_fails_is_not_mistaken_for_the_container(
    host: str, shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    kind = shop.server.kind
    with peers.closed_port() as port:
        given = shop.config(host=host, port=port)
        source = ServerSource(server_of(shop), config_of(shop, host=host, port=port))
        reach = partial(finding, source, "reach_port")
        assert code_of(reach) == "localhost_in_container"
        store.save_source("Shop", kind, given, SourceSchema(tables=()))
        assert code_of(reach) == "port_closed"


# Rights


def found(database: Database, stage: str, **changes: Any) -> str:
    source = ServerSource(server_of(database), config_of(database, **changes))
    with closing(source):
        return finding(source, stage)


def test_rights_are_counted(shop: Database, guest: Database) -> None:
    assert found(shop, "check_rights") == "may read 3 of 3 tables"
    grant(shop, "SELECT ON customer", guest.user)
    grant(shop, "INSERT ON invoice", guest.user)
    # MySQL's catalogue lists all tables to which a user has any right.
    expected = "may read 1 of 3" if isinstance(shop.server, PostgresServer) else "may read 1 of 2"
    assert found(guest, "check_rights") == f"{expected} tables"
    grant(shop, "SELECT (total) ON invoice", guest.user)
    assert found(guest, "check_rights").startswith("may read 2 of")


def test_rights_by_a_role_count(shop: Database, guest: Database) -> None:
    mark = '"' if isinstance(shop.server, PostgresServer) else "`"
    role = f"{mark}readers_{shop.name}{mark}"
    shop.admin(f"CREATE ROLE {role}", f"GRANT SELECT ON customer TO {role}")
    grant(shop, role, guest.user)
    if isinstance(shop.server, MariaDbServer):
        shop.admin(f"SET DEFAULT ROLE {role} FOR `{guest.user}`")
    try:
        assert found(guest, "check_rights").startswith("may read 1 of")
    finally:
        if isinstance(shop.server, PostgresServer):
            shop.admin(f"DROP OWNED BY {role}")
        shop.admin(f"DROP ROLE {role}")


def test_more_tables_than_one_query_asks_about(
    shop: Database, guest: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mysql_server, "_AT_ONCE", 4)
    tables = [f"t{number}" for number in range(9)]
    shop.run(*(f"CREATE TABLE {name} (a INTEGER)" for name in tables))
    for name in tables[:5]:
        grant(shop, f"SELECT ON {name}", guest.user)
    for name in tables[5:]:
        grant(shop, f"INSERT ON {name}", guest.user)
    expected = "5 of 12" if isinstance(shop.server, PostgresServer) else "5 of 9"
    assert found(guest, "check_rights") == f"may read {expected} tables"


def test_only_the_schemas_that_are_named_count(postgres_database: Database) -> None:
    postgres_database.run(
        "CREATE TABLE a (x INTEGER)", "CREATE SCHEMA sales", "CREATE TABLE sales.b (x INTEGER)"
    )
    assert found(postgres_database, "check_rights") == "may read 2 of 2 tables"
    only = found(postgres_database, "check_rights", schemas=" sales , ")
    assert only == "may read 1 of 1 table"


def test_what_the_stages_find(shop: Database) -> None:
    assert found(shop, "find_host") == "127.0.0.1"
    assert found(shop, "reach_port").endswith(" ms")
    assert found(shop, "encrypt").startswith("TLS")
    assert found(shop, "sign_in").split()[0] == shop.server.label
    assert found(shop, "open_database") == shop.name


# Changes


def check_writable(database: Database, **changes: Any) -> None:
    check = KINDS[database.server.kind].check_writable
    assert check is not None
    check(ServerSource(server_of(database), config_of(database, **{"writable": True, **changes})))


def test_changes_that_are_not_allowed_in_the_form(shop: Database) -> None:
    assert code_of(lambda: check_writable(shop, writable=False)) == "source_read_only"


def test_changes_that_are_allowed(shop: Database) -> None:
    check_writable(shop)
    assert found(shop, "check_rights", writable=True).endswith("may change rows")
    assert shop.run("SELECT count(*) FROM customer") == [(0,)]


@pytest.mark.parametrize("right", ["INSERT", "UPDATE", "DELETE"])
def test_one_right_to_change_is_enough(shop: Database, guest: Database, right: str) -> None:
    for each in ("customer", "invoice"):
        grant(shop, f"SELECT ON {each}", guest.user)
    code = code_of(lambda: check_writable(guest))
    assert code == "writing_not_allowed"
    assert code_of(lambda: found(guest, "check_rights", writable=True)) == code
    grant(shop, f"{right} ON invoice", guest.user)
    check_writable(guest)


def test_a_connection_that_was_checked_for_changes_is_read_only_again(shop: Database) -> None:
    source = ServerSource(server_of(shop), config_of(shop, writable=True))
    source.check_writable()
    assert shop.sessions() == 1
    with source.connected("write") as connection:
        insert = "INSERT INTO customer VALUES (1, 'Ann')"
        assert code_of(lambda: connection.exec_driver_sql(insert)) == "server_read_only"
    assert shop.sessions() == 1


def test_a_connection_whose_check_for_changes_broke_is_closed(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ServerSource(server_of(shop), config_of(shop, writable=True))
    end = {"postgresql": "_READ_ONLY", "mysql": "_READ_ONLY_SESSION"}[shop.server.kind]
    module = {"postgresql": postgres_server, "mysql": mysql_server}[shop.server.kind]
    with source.connected("sign in"):
        monkeypatch.setattr(module, end, "SELECT nonsense")
    with pytest.raises(sa.exc.DBAPIError):
        source.check_writable()
    wait_until(lambda: shop.sessions() == 0)


def test_a_server_that_takes_no_changes(own_server: DatabaseServer) -> None:
    database = own_server.create_database()
    database.run("CREATE TABLE t (a INTEGER PRIMARY KEY)")
    setting = "default_transaction_read_only" if own_server.kind == "postgresql" else "read_only"
    own_server.set(**{setting: 1})  # type: ignore[attr-defined]
    assert code_of(lambda: check_writable(database)) == "server_read_only"


# Apps


def environment(database: Database, *, asked: bool = False, **changes: Any) -> dict[str, str]:
    """The environment of an app that is asked to write or not; `changes` are changes of the form."""
    make = KINDS[database.server.kind].app_environment
    assert make is not None
    return make(config_of(database, **changes), asked)


@pytest.mark.parametrize("tls", ["prefer", "require", "verify", "off"])
def test_the_url_of_an_app_works_with_its_password(
    shop: Database, tls: str, ca_certificate: str
) -> None:
    given = environment(shop, tls=tls, ca_certificate=ca_certificate)
    assert shop.password not in given["DATABASE_URL"]
    url = sa.make_url(given["DATABASE_URL"]).set(password=given["DATABASE_PASSWORD"])
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM customer").scalar() == 0
        assert is_encrypted(connection) is (tls != "off")
    engine.dispose()


def is_encrypted(connection: sa.Connection) -> bool:
    if connection.dialect.name == "postgresql":
        query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        return bool(connection.exec_driver_sql(query).scalar())
    row = connection.exec_driver_sql("SHOW STATUS LIKE 'Ssl_cipher'").one()
    return bool(row[1])


def test_an_app_that_must_verify_the_certificate_refuses_an_untrusted_one(shop: Database) -> None:
    """The certificate is not signed by an authority that this machine trusts."""
    given = environment(shop, tls="verify")
    url = sa.make_url(given["DATABASE_URL"]).set(password=given["DATABASE_PASSWORD"])
    engine = sa.create_engine(url)
    with pytest.raises(sa.exc.OperationalError, match="certificate"):
        engine.connect()


@pytest.mark.parametrize("switched_on", [False, True])
@pytest.mark.parametrize("asked", [False, True])
def test_the_url_of_an_app_opens_postgresql_read_only_unless_form_and_app_allow_writing(
    postgres_database: Database, switched_on: bool, asked: bool
) -> None:
    given = environment(postgres_database, asked=asked, writable=switched_on)
    url = sa.make_url(given["DATABASE_URL"]).set(password=given["DATABASE_PASSWORD"])
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        shown = connection.exec_driver_sql("SHOW transaction_read_only").scalar()
    engine.dispose()
    assert shown == ("off" if switched_on and asked else "on")


def test_an_app_without_a_password_gets_none(shop: Database) -> None:
    assert set(environment(shop, password="")) == {"DATABASE_URL"}


def test_no_app_gets_the_address_of_a_host_that_is_not_allowed(shop: Database, home: Path) -> None:
    code = code_of(lambda: environment(shop, host="169.254.169.254"))
    assert code == "host_not_allowed"
