"""Each way in which a file fails, for each kind of file, through the policy of its target: code, field, retry
decision."""

import io
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from itertools import permutations
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.files.duckdb_session import cache_folder
from proto_ddf.sources.sqlite import connecting
from tests.policies import fresh_policies
from tests.servers.failing import PATIENT, Failure, connecting_fails, connects, failure_of

FIELDS = {"sqlite": "path", "csv": "paths", "json": "paths", "excel": "paths", "parquet": "paths"}
NOT_THAT = {
    "sqlite": "sqlite_not_a_database",
    "csv": "file_not_csv",
    "json": "file_not_json",
    "excel": "file_not_excel",
    "parquet": "file_not_parquet",
}
each_kind = pytest.mark.parametrize("kind", FIELDS)


@pytest.fixture(autouse=True)
def _patient(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh_policies(monkeypatch, source=PATIENT)


def sqlite_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", ((n, "x" * 100) for n in range(500)))


def csv_file(path: Path) -> None:
    """In a ZIP file, because nobody can see that a part of plain text is missing."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a,b\n" + "".join(f"{n},x\n" for n in range(500)))


def json_file(path: Path) -> None:
    path.write_text("[" + ",\n".join(f'{{"a": {n}, "b": "x"}}' for n in range(500)) + "]")


def excel_file(path: Path) -> None:
    workbook, content = openpyxl.Workbook(), io.BytesIO()
    for row in (("a", "b"), *((n, "x") for n in range(500))):
        workbook.active.append(row)
    workbook.save(content)
    path.write_bytes(content.getvalue())


def parquet_file(path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT range AS a, 'x' AS b FROM range(500)) TO '{path}' (FORMAT parquet)"
        )


MAKE: dict[str, Callable[[Path], None]] = {
    "sqlite": sqlite_file,
    "csv": csv_file,
    "json": json_file,
    "excel": excel_file,
    "parquet": parquet_file,
}


def config_of(kind: str, path: Path) -> dict[str, Any]:
    return {"path": str(path)} if kind == "sqlite" else {"paths": [str(path)]}


def file_of(kind: str, folder: Path) -> Path:
    path = folder / "data.file"
    MAKE[kind](path)
    return path


def fails(kind: str, path: Path) -> Failure:
    return connecting_fails(kind, config_of(kind, path))


@each_kind
def test_a_good_file(kind: str, home: Path) -> None:
    connects(kind, config_of(kind, file_of(kind, home / "uploads")))


@each_kind
def test_a_missing_file(kind: str, home: Path) -> None:
    failure = fails(kind, home / "uploads" / "gone.file")
    failure.check("file_not_found", FIELDS[kind], "gone.file", retried=False)


@each_kind
def test_a_file_that_is_deleted_later(kind: str, home: Path) -> None:
    path = file_of(kind, home / "uploads")
    source = make_source(kind, config_of(kind, path))
    source.read_schema()
    path.unlink()
    failure = failure_of(source, source.read_schema)
    failure.check("source_gone", FIELDS[kind], "data.file", retried=False)
    MAKE[kind](path)
    source.read_schema()


@each_kind
def test_a_file_that_may_not_be_read(
    kind: str, open_home: Path, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    path = file_of(kind, open_home)
    path.chmod(0)
    cache_folder()
    with unprivileged():
        failure = fails(kind, path)
    failure.check("file_unreadable", FIELDS[kind], "data.file", retried=False)


@pytest.mark.parametrize(("kind", "other"), list(permutations(FIELDS, 2)))
def test_a_file_of_another_format(kind: str, other: str, home: Path) -> None:
    failure = fails(kind, file_of(other, home / "uploads"))
    failure.check(NOT_THAT[kind], FIELDS[kind], "data.file", retried=False)


@each_kind
@pytest.mark.parametrize("left", [0.3, 0.6, 0.95])
def test_an_incomplete_file(kind: str, left: float, home: Path) -> None:
    path = file_of(kind, home / "uploads")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * left)])
    failure = fails(kind, path)
    failure.check("file_cut_short", FIELDS[kind], "data.file", retried=False)


@pytest.fixture
def locked(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Path, sqlite3.Connection]]:
    """A database to which another program writes."""
    monkeypatch.setattr(connecting, "BUSY_SECONDS", 0.02)
    path = file_of("sqlite", home / "uploads")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield path, other


def test_a_locked_file(locked: tuple[Path, sqlite3.Connection]) -> None:
    path, other = locked
    failure = fails("sqlite", path)
    failure.check("sqlite_locked", "path", "data.file", retried=True)
    other.execute("ROLLBACK")
    connects("sqlite", config_of("sqlite", path))
