"""What an app says when its server cannot do what was asked, and how it continues afterwards."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from proto_ddf.db.engine import migrate
from proto_ddf.sources.servers.kinds import MYSQL, POSTGRES
from tests.served_apps import url_of
from tests.servers.waiting import wait_until

CODES = "CREATE TABLE codes (code varchar(10) PRIMARY KEY, pair_a integer, pair_b integer)"
PLANTED = "planted'%p@:/secret"
SLEEP = {"postgresql": "SELECT pg_sleep(30)", "mysql": "SELECT sleep(30)"}


@pytest.fixture
def point(served, monkeypatch) -> Any:
    """Connects the app to another database, or to the same one with other settings, with a new pool."""

    def to(database=None, *, url="", password=None, **limits: int) -> None:
        database = database or served.place
        monkeypatch.setattr(served.database, "DATABASE_URL", url or url_of(database))
        monkeypatch.setenv("DATABASE_PASSWORD", password or database.password)
        for name, seconds in limits.items():
            monkeypatch.setattr(served.pooling, name, seconds)
        served.database.engine.cache_clear()

    yield to
    served.database.engine().dispose()
    monkeypatch.undo()
    served.database.engine.cache_clear()
    served.data.forget_counts()


@pytest.fixture
def other(make_server: Callable[..., Any], served) -> Any:
    """A database in a server for one test, with the table of codes."""
    database = make_server(served.place.server.kind).create_database()
    database.run(CODES, "INSERT INTO codes VALUES ('one', 1, 1)")
    return database


def read(served):
    return served.data.fetch_page(served.view("codes"), served.filters.Query(), 5).rows


def problem_of(served, call: Callable[[], Any]) -> Any:
    with pytest.raises(served.errors.DataError) as refused:
        call()
    return refused.value.problem


def run(served, statement: str) -> None:
    with served.database.read_connection() as connection:
        connection.exec_driver_sql(statement)


def test_a_password_with_unusual_characters(served, point, other):
    password = "ü€日本"
    if other.server.kind == "postgresql":
        other.admin(f"ALTER USER \"{other.user}\" PASSWORD '{password}'")
    else:
        other.admin(f"ALTER USER `{other.user}` IDENTIFIED BY %s", values=(password,))
    point(other, password=password)
    assert len(read(served)) == 1


def test_a_server_that_is_down_can_be_tried_again(served, point, other):
    point(other)
    assert len(read(served)) == 1
    other.server.stop()
    problem = problem_of(served, lambda: read(served))
    assert problem == served.server_problems.UNREACHABLE
    assert problem.can_retry
    other.server.start()
    assert len(read(served)) == 1


def test_connections_that_the_server_has_closed_are_replaced_without_an_error(served, point, other):
    point(other)
    read(served)
    other.server.restart()
    assert len(read(served)) == 1
    other.end_sessions()
    assert len(read(served)) == 1


def test_a_call_to_a_server_that_stops_answering_is_given_up(served, point, other):
    point(other, SILENT_SECONDS=3)
    read(served)
    other.server.pause()
    try:
        assert problem_of(served, lambda: read(served)) == served.server_problems.UNREACHABLE
    finally:
        other.server.resume()
    assert len(read(served)) == 1


def test_a_statement_that_takes_too_long_is_stopped(served, point):
    point(ANSWER_SECONDS=1)
    problem = problem_of(served, lambda: run(served, SLEEP[served.spec.dialect]))
    assert problem == served.errors.TOO_SLOW


def test_a_change_waits_for_a_locked_row_and_is_then_given_up(served, point, other):
    point(other, LOCKED_SECONDS=1)
    holder = other.connect()
    holder.cursor().execute("BEGIN")
    holder.cursor().execute("UPDATE codes SET pair_a = 2")
    view = served.view("codes")
    start, form = served.form(view, ("one",)).snapshot, {"pair_a": "3"}
    try:
        problem = problem_of(served, lambda: served.changes.update(view, ("one",), form, start))
    finally:
        holder.close()
    assert problem == served.errors.LOCKED


def test_a_refused_login_is_reported_without_the_password(served, point, caplog):
    point(password=PLANTED)
    with caplog.at_level(logging.DEBUG), pytest.raises(served.errors.DataError) as refused:
        read(served)
    assert refused.value.problem == served.server_problems.LOGIN_REFUSED
    chain, said = refused.value, []
    while chain is not None:
        said.append(f"{chain!r} {chain} {vars(chain)}")
        chain = chain.__cause__ or chain.__context__
    text = "\n".join([*said, caplog.text, repr(served.database.engine())])
    assert PLANTED not in text
    assert "planted" not in text


def test_a_database_that_no_longer_exists_is_reported(served, point):
    url = sa.make_url(url_of(served.place))
    if served.spec.dialect == "postgresql":
        point(url=url.set(database="no such").render_as_string())
        assert problem_of(served, lambda: read(served)) == served.server_problems.NO_SUCH_DATABASE
    else:
        served.place.admin(f"GRANT ALL ON nothing.* TO `{served.place.user}`@'%'")
        point(url=url.set(database="nothing").render_as_string())
        assert problem_of(served, lambda: read(served)) == served.server_problems.NO_SUCH_DATABASE


def test_a_table_that_no_longer_exists_and_one_that_may_not_be_read_are_reported(
    served, point, other
):
    point(other)
    owner = {"postgresql": f'"{other.user}"', "mysql": f"`{other.user}`@'%'"}[other.server.kind]
    read(served)
    other.run("ALTER TABLE codes RENAME TO away")
    assert problem_of(served, lambda: read(served)) == served.errors.TABLE_CHANGED
    other.run("ALTER TABLE away RENAME TO codes")
    if other.server.kind == "postgresql":
        other.admin(f"REVOKE ALL ON codes FROM {owner}")
    else:
        other.admin(
            f"REVOKE ALL ON `{other.name}`.* FROM {owner}", f"GRANT INSERT ON codes TO {owner}"
        )
        point(other)  # the server checks such a right when a session begins
    assert problem_of(served, lambda: read(served)) == served.server_problems.NO_RIGHT


def test_an_app_opens_no_more_connections_than_the_server_takes(served, point, other):
    holders = []
    if other.server.kind == "postgresql":
        other.admin(f'ALTER ROLE "{other.user}" CONNECTION LIMIT 1')
    else:
        other.admin(f"GRANT USAGE ON *.* TO `{other.user}`@'%' WITH MAX_USER_CONNECTIONS 1")
    wait_until(lambda: other.sessions() == 0)
    holders.append(other.connect())
    point(other)
    assert problem_of(served, lambda: read(served)) == served.server_problems.TOO_MANY
    holders.pop().close()


def test_sessions_are_read_only_where_editing_is_off(served, point, monkeypatch):
    point()
    monkeypatch.setattr(served.database, "ALLOW_EDITING", False)
    view = served.view("codes")
    assert read(served)
    for open_session in (
        served.database.read_connection,
        lambda: served.database.change_transaction(view),
    ):
        with pytest.raises(served.errors.DataError) as refused, open_session() as connection:
            connection.execute(sa.delete(view.table))
        assert refused.value.problem == served.errors.READ_ONLY


@pytest.mark.parametrize("tls", ["prefer", "require", "verify", "off"])
def test_an_app_works_with_the_environment_that_its_source_gives(
    served, point, home: Path, ca_certificate: str, tls: str
):
    migrate()
    kind = {"postgresql": POSTGRES, "mysql": MYSQL}[served.spec.dialect]
    given = {"tls": tls, "ca_certificate": ca_certificate if tls == "verify" else ""}
    config = kind.config_model.model_validate(served.place.config(**given))
    assert kind.app_environment is not None
    environment = kind.app_environment(config, False)
    assert served.place.password not in environment["DATABASE_URL"]
    point(url=environment["DATABASE_URL"], password=environment["DATABASE_PASSWORD"])
    assert read(served)
    encrypted = {
        "postgresql": "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
        "mysql": "SHOW STATUS LIKE 'Ssl_cipher'",
    }[served.spec.dialect]
    with served.database.read_connection() as connection:
        found = connection.exec_driver_sql(encrypted).one()[-1]
    assert (found in ("false", "")) == (tls == "off")


def test_a_certificate_that_is_not_trusted_is_reported(served, point):
    strict = {
        "postgresql": "?sslmode=verify-full&sslrootcert=system",
        "mysql": "?ssl_verify_cert=true&ssl_verify_identity=true",
    }[served.spec.dialect]
    point(url=url_of(served.place) + strict)
    assert problem_of(served, lambda: read(served)) == served.server_problems.NOT_ENCRYPTED
