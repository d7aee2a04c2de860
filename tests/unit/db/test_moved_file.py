"""The database's file moved away, deleted or replaced while it is open: nothing is written anywhere else.

SQLite goes on writing into a file that was moved, and makes an empty one where one is missing. Of the same kind:
connections that were open before, and new ones; reading and writing; the database of operations, which DBOS uses
(tests/integration/operations/test_storage.py).
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from proto_ddf.db import engine
from proto_ddf.db.tables import SourceRecord
from proto_ddf.db.writing import write
from proto_ddf.errors import classify
from tests.homes import close_databases


def add(name: str) -> None:
    write(lambda opened: opened.add(SourceRecord(name=name, kind="csv")), patience=0)


def names() -> list[str]:
    with engine.session() as opened:
        return [record.name for record in opened.exec(select(SourceRecord)).all()]


def move(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def delete(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    shutil.copy(path, path.with_name("copy.db"))
    path.with_name("copy.db").replace(path)


@pytest.mark.parametrize("lose", [move, delete, replace])
@pytest.mark.parametrize("reconnect", [False, True])
def test_nothing_is_read_or_written_once_the_file_is_another(
    database: Path, lose: Callable[[Path], None], reconnect: bool
) -> None:
    add("before")
    lose(database)
    if reconnect:
        engine.reconnect()
    there = database.exists()
    with pytest.raises(OperationalError, match="unable to open database file"):
        add("after")
    with pytest.raises(OperationalError, match="unable to open database file"):
        names()
    assert database.exists() is there


def test_work_goes_on_when_the_file_is_back(database: Path) -> None:
    add("before")
    away = database.with_name("elsewhere.db")
    database.rename(away)
    with pytest.raises(OperationalError):
        add("meanwhile")
    away.rename(database)
    add("after")
    assert names() == ["before", "after"]


def test_a_write_waits_for_a_file_that_comes_back(database: Path) -> None:
    add("before")
    away = database.with_name("elsewhere.db")
    database.rename(away)
    write(
        lambda opened: opened.add(SourceRecord(name="after", kind="csv")),
        pause=lambda _: away.rename(database),
    )
    assert names() == ["before", "after"]


def test_a_missing_file_is_not_created_by_looking_for_it(home: Path) -> None:
    with pytest.raises(OperationalError, match="unable to open database file"):
        names()
    assert not (home / "proto_ddf.db").exists()
    close_databases()


def test_the_loss_is_reported_as_one_of_proto_ddfs_own(database: Path) -> None:
    """Not reported as an unreadable file of a source."""
    add("before")
    move(database)
    with pytest.raises(OperationalError) as caught:
        names()
    assert classify(caught.value).code == "records_unavailable"
