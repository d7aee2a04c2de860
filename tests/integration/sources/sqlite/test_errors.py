"""Every way in which a SQLite file can be invalid, with real files."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from proto_ddf.errors import describe
from proto_ddf.errors.types import ProtoDDFError, ValidationError
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.sqlite import connecting
from proto_ddf.sources.sqlite.source import KIND, SqliteConfig, SqliteSource
from tests.stages import finding, findings, first_failure

MakeSource = Callable[[str], SqliteSource]
TABLE = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'x')"


@pytest.fixture
def good(sqlite_source: MakeSource) -> SqliteSource:
    return sqlite_source(TABLE)


@pytest.fixture
def quick_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "BUSY_SECONDS", 0.05)


def failing_stage(source: SqliteSource) -> tuple[str, str, str]:
    """The name of the first stage that fails, and the code and field of its error."""
    name, error = first_failure(source)
    return name, error.code, error.context["field"]


def test_a_good_file_passes_every_stage(good: SqliteSource) -> None:
    assert list(findings(good).items()) == [
        ("find_file", "8.2 kB"),
        ("open", "SQLite, UTF-8"),
        ("read_tables", "1 table, 1 row"),
    ]


def test_a_missing_file(good: SqliteSource) -> None:
    good.path.unlink()
    assert failing_stage(good) == ("find_file", "file_not_found", "path")
    with pytest.raises(ProtoDDFError) as raised:
        good.read_schema()
    assert raised.value.code == "source_gone"
    assert describe(raised.value)["retry_possible"]


def test_a_folder_is_no_database(home: Path) -> None:
    assert failing_stage(SqliteSource(home / "uploads"))[1] in {
        "file_not_found",
        "path_not_allowed",
    }


@pytest.mark.parametrize(
    "content", [b"garbage" * 500, b"SQLite format 3\0" + b"\xff" * 5_000, b"id,name\n1,Ann\n"]
)
def test_garbage(good: SqliteSource, content: bytes) -> None:
    good.path.write_bytes(content)
    assert failing_stage(good) == ("open", "sqlite_not_a_database", "path")


@pytest.mark.parametrize("left", [0.5, 0.99, 0.001])
def test_an_incomplete_file(sqlite_source: MakeSource, left: float) -> None:
    source = sqlite_source(
        "CREATE TABLE t (a); WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 5000)"
        " INSERT INTO t SELECT hex(randomblob(50)) FROM n"
    )
    content = source.path.read_bytes()
    source.path.write_bytes(content[: int(len(content) * left)])
    assert failing_stage(source)[1:] == ("file_cut_short", "path")


def test_a_file_that_is_damaged_within(sqlite_source: MakeSource) -> None:
    source = sqlite_source(TABLE)
    content = source.path.read_bytes()
    source.path.write_bytes(content[:100] + bytes(4000) + content[4100:])
    assert failing_stage(source)[1:] == ("sqlite_not_a_database", "path")


def test_a_file_without_bytes_or_without_tables_is_empty(
    good: SqliteSource, sqlite_source: MakeSource
) -> None:
    good.path.write_bytes(b"")
    assert failing_stage(good) == ("open", "sqlite_empty", "path")
    good.path.unlink()
    tableless = sqlite_source("CREATE TABLE t (a); DROP TABLE t")
    assert failing_stage(tableless) == ("read_tables", "sqlite_empty", "path")


@pytest.mark.usefixtures("quick_lock")
def test_a_locked_file_can_be_tried_again(good: SqliteSource) -> None:
    with closing(sqlite3.connect(good.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert failing_stage(good) == ("open", "sqlite_locked", "path")
        with pytest.raises(ProtoDDFError) as raised:
            good.preview(PageRequest("t"))
        assert describe(raised.value)["retry_possible"]
    assert good.preview(PageRequest("t")).total == 1


@pytest.mark.usefixtures("quick_lock")
def test_a_locked_file_cannot_be_checked_for_writing(good: SqliteSource) -> None:
    with closing(sqlite3.connect(good.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ProtoDDFError) as raised:
            connecting.check_writable(good.path)
        assert raised.value.code == "sqlite_locked"
        assert good.preview(PageRequest("t")).total == 1


def test_reading_never_writes(good: SqliteSource) -> None:
    before = good.path.read_bytes()
    with (
        pytest.raises(ProtoDDFError) as raised,
        connecting.read_connection(good.path) as connection,
    ):
        connection.execute("DELETE FROM t")
    assert raised.value.code == "sqlite_read_only"
    assert good.path.read_bytes() == before


def test_a_file_that_may_not_be_written_opens_and_says_so(
    open_folder: Path, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    source = database_in(open_folder)
    source.path.chmod(0o444)
    with unprivileged():
        assert finding(source, "open") == "SQLite, UTF-8, read-only"
        assert source.preview(PageRequest("t")).total == 1
        with pytest.raises(ProtoDDFError) as raised:
            connecting.check_writable(source.path)
    assert (raised.value.code, raised.value.context["field"]) == ("sqlite_read_only", "path")


def test_a_file_that_may_not_be_read(
    open_folder: Path, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    source = database_in(open_folder)
    source.path.chmod(0)
    with unprivileged(), pytest.raises(ProtoDDFError) as raised:
        source.read_schema()
    assert raised.value.code == "file_unreadable"


def test_a_folder_that_may_not_be_entered(
    open_folder: Path,
    unprivileged: Callable[[], AbstractContextManager[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALLOWED_FOLDERS", f'["{open_folder}"]')
    get_settings.cache_clear()
    closed = open_folder / "closed"
    closed.mkdir()
    source = database_in(closed)
    closed.chmod(0)
    with unprivileged():
        assert failing_stage(source) == ("find_file", "file_unreadable", "path")
        with pytest.raises(ProtoDDFError) as raised:
            source.read_schema()
    assert raised.value.code == "file_unreadable"
    closed.chmod(0o755)


def test_a_wal_database_in_a_folder_that_may_not_be_written(
    open_folder: Path, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    source = database_in(open_folder, "PRAGMA journal_mode = WAL;" + TABLE)
    source.path.chmod(0o444)
    with unprivileged():
        assert source.preview(PageRequest("t")).total == 1
        assert source.read_schema().table("t").row_count == 1


def test_rows_that_are_still_in_the_wal_are_read(good: SqliteSource) -> None:
    with closing(sqlite3.connect(good.path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("INSERT INTO t VALUES (2, 'y')")
        assert good.preview(PageRequest("t")).total == 2


def test_the_form_names_the_invalid_field(home: Path) -> None:
    for config, code in (
        ({}, "file_required"),
        ({"path": "  "}, "file_required"),
        ({"path": 3}, "invalid_value"),
        ({"path": "/etc/passwd"}, "path_not_allowed"),
    ):
        with pytest.raises(ValidationError) as raised:
            store.make_source("sqlite", config)
        assert (raised.value.field, raised.value.code) == ("path", code)
    with pytest.raises(ValidationError) as unknown:
        store.make_source("oracle", {})
    assert unknown.value.field == "kind"


def test_the_url_of_a_path_with_special_characters_opens_that_file(home: Path) -> None:
    from sqlalchemy import create_engine, text

    path = home / "uploads" / "sales #1 50%?.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(TABLE)
    assert KIND.app_environment is not None
    for writable in (True, False):
        environment = KIND.app_environment(SqliteConfig(path=str(path)), writable)
        engine = create_engine(environment["DATABASE_URL"])
        with engine.connect() as connected:
            assert connected.execute(text("SELECT b FROM t")).scalar() == "x"
        engine.dispose()
    assert SqliteSource(path).preview(PageRequest("t")).total == 1


def database_in(folder: Path, script: str = TABLE) -> SqliteSource:
    path = folder / "data.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return SqliteSource(path)
