"""Failed sign-ins, and missing rights, as real servers report them."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import psycopg
import pytest

from proto_ddf import vault
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.protocol import PageRequest
from tests.servers.database_server import Database, DatabaseServer
from tests.servers.failing import Failure, connecting_fails, connects, failure_of
from tests.servers.mariadb import MariaDbServer
from tests.servers.postgres import PostgresServer
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.usefixtures("patient")

PASSWORD = "not-it-either"


@pytest.fixture
def shop(server_database: Database) -> Database:
    """A database with two tables, in the shared server of each kind."""
    for table in ("customer", "invoice"):
        server_database.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, name VARCHAR(20))")
    return server_database


@pytest.fixture
def guest(shop: Database) -> Any:
    """A user who may sign in to that server and may do nothing else."""
    made = Database(shop.server, shop.name, f"guest_{shop.name}", PASSWORD)
    shop.server.create_user(made.user, made.password)
    yield made
    if isinstance(shop.server, PostgresServer):
        shop.admin(f'DROP OWNED BY "{made.user}"', f'DROP USER "{made.user}"')
    else:
        shop.admin(f"DROP USER `{made.user}`")


def fails(database: Database, /, **changes: Any) -> Failure:
    return connecting_fails(database.server.kind, database.config(**changes))


def quoted(database: Database, name: str) -> str:
    return f'"{name}"' if database.server.kind == "postgresql" else f"`{name}`"


def grant(database: Database, right: str, user: str) -> None:
    """Grant a right as the administrator in that database."""
    database.admin(f"GRANT {right} TO {quoted(database, user)}")


# Users


def test_a_wrong_user_and_a_wrong_password_have_the_same_error(shop: Database) -> None:
    wrong_password = fails(shop, password=vault.store(PASSWORD))
    wrong_user = fails(shop, user="nobody_of_that_name")
    for failure in (wrong_password, wrong_user):
        failure.check(
            "authentication_failed", "password", "user name or", retried=False, stage="sign_in"
        )
    assert wrong_password.message == wrong_user.message


def test_no_password(shop: Database) -> None:
    failure = fails(shop, password="")
    failure.check("password_missing", "password", shop.user, retried=False, stage="sign_in")


def test_a_password_that_can_no_longer_be_decrypted(shop: Database) -> None:
    reference = vault.store(shop.password)
    vault.discard([reference])
    failure = fails(shop, password=reference)
    failure.check("secret_unreadable", "password", retried=False, stage="sign_in")


def test_a_machine_from_which_users_may_not_connect(own_server: DatabaseServer) -> None:
    if isinstance(own_server, PostgresServer):
        database = own_server.create_database()
        own_server.set_hba("host all somebody_else 127.0.0.1/32 scram-sha-256")
    else:  # the server knows only the administrator, who connects through the socket
        own_server.run("DROP USER root@`127.0.0.1`")
        database = Database(own_server, "shop", "ann", PASSWORD)
    failure = fails(database)
    failure.check("login_not_allowed", "user", retried=False)


def test_a_user_who_may_not_sign_in(shop: Database) -> None:
    if isinstance(shop.server, PostgresServer):
        shop.admin(f'ALTER USER "{shop.user}" NOLOGIN')
    else:
        shop.admin(f"ALTER USER `{shop.user}` ACCOUNT LOCK")
    failure = fails(shop)
    failure.check("login_not_allowed", "user", retried=False, stage="sign_in")


# The database


def test_an_unknown_database(shop: Database) -> None:
    if isinstance(shop.server, MariaDbServer):  # says so only to users who may use a database
        shop.admin(f"GRANT ALL ON *.* TO `{shop.user}`")
    failure = fails(shop, database="no_such_database")
    failure.check(
        "database_unknown", "database", "no_such_database", retried=False, stage="open_database"
    )


def test_a_database_that_the_user_may_not_use(shop: Database, guest: Database) -> None:
    if isinstance(shop.server, PostgresServer):
        shop.admin(f'REVOKE CONNECT ON DATABASE "{shop.name}" FROM PUBLIC')
    failure = fails(guest)
    failure.check(
        "database_not_allowed",
        "database",
        shop.name,
        guest.user,
        retried=False,
        stage="open_database",
    )


def test_a_database_without_tables(server_database: Database) -> None:
    failure = fails(server_database)
    failure.check("database_empty", "database", server_database.name, retried=False)


# Rights to read


def test_no_table_may_be_read(shop: Database, guest: Database) -> None:
    grant(shop, "INSERT ON customer", guest.user)
    failure = fails(guest)
    failure.check("tables_not_allowed", "user", guest.user, retried=False, stage="check_rights")


def test_some_tables_may_be_read(shop: Database, guest: Database) -> None:
    for right in ("SELECT ON customer", "INSERT ON invoice"):
        grant(shop, right, guest.user)
    connects(shop.server.kind, guest.config())
    source = make_source(shop.server.kind, guest.config())
    assert [table.name for table in source.read_schema().tables] == ["customer"]


def test_a_right_that_is_revoked(shop: Database, guest: Database) -> None:
    grant(shop, "SELECT ON customer", guest.user)
    source = make_source(shop.server.kind, guest.config())
    assert source.preview(PageRequest("customer")).total == 0
    shop.admin(f"REVOKE SELECT ON customer FROM {quoted(shop, guest.user)}")
    for act in (
        lambda: source.preview(PageRequest("customer")),
        lambda: list(source.rows("customer")),
    ):
        failure = failure_of(source, act)
        failure.check("table_not_allowed", "user", "customer", guest.user, retried=False)
    grant(shop, "SELECT ON customer", guest.user)
    assert source.preview(PageRequest("customer")).total == 0


# Limits of sessions


def held(database: Database, count: int) -> ExitStack:
    """Keeps this many sessions open."""
    with ExitStack() as sessions:
        for _ in range(count):
            sessions.callback(open_session_when_free(database).close)
        return sessions.pop_all()


def open_session_when_free(database: Database) -> Any:
    """A session, opened when a place is free. A session that has just ended, such as an administrator's, may still
    take its place for a moment."""
    opened: list[Any] = []

    def is_connected() -> bool:
        with suppress(psycopg.OperationalError):
            opened.append(database.connect())
        return bool(opened)

    wait_until(is_connected)
    return opened[0]


def test_a_full_server(make_server: Callable[..., Any], server_kind: str) -> None:
    if server_kind == "postgresql":
        server = make_server(server_kind, max_connections=6, superuser_reserved_connections=3)
        places = 3
    else:
        server = make_server(server_kind, **{"max-connections": 10})
        places = 10
    database = server.create_database()
    database.run("CREATE TABLE t (a INTEGER PRIMARY KEY)")
    wait_until_disconnected(database)
    with held(database, places):
        failure = fails(database)
        failure.check("too_many_connections", None, retried=True)
    wait_until_disconnected(database)
    connects(server_kind, database.config())


def test_a_user_with_too_many_sessions(shop: Database, guest: Database) -> None:
    grant(shop, "SELECT ON customer", guest.user)
    if isinstance(shop.server, PostgresServer):
        shop.admin(f'ALTER USER "{guest.user}" CONNECTION LIMIT 1')
    else:
        shop.admin(f"ALTER USER `{guest.user}` WITH MAX_USER_CONNECTIONS 1")
    with held(guest, 1):
        failure = fails(guest)
        failure.check("too_many_connections", None, retried=True)


def wait_until_disconnected(database: Database) -> None:
    """Wait for the end of the sessions, because a server notices with a delay that a client has disconnected."""
    query = {
        "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE usename = %s",
        "mysql": "SELECT count(*) FROM information_schema.processlist WHERE user = %s",
    }[database.server.kind]
    wait_until(lambda: database.admin(query, values=(database.user,)) == [(0,)])
