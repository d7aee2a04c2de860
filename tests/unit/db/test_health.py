"""Health checks find what happens to a database's file while it is open."""

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from proto_ddf.db import engine
from proto_ddf.db.health import DatabaseHealthCheck, DatabaseProblem
from proto_ddf.db.tables import SourceRecord
from proto_ddf.settings import get_settings
from tests.disks import fill_up, small_disk
from tests.homes import close_databases, opened_home


@pytest.fixture
def checkup(database: Path) -> DatabaseHealthCheck:
    """The health check of a database with some rows, which the engine has open and has written to its file."""
    with engine.session() as opened:
        opened.add_all(
            SourceRecord(name=f"s{n}", kind="csv", config={"t": "x" * 500}) for n in range(200)
        )
        opened.commit()
        opened.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    made = DatabaseHealthCheck(database, "alembic_version")
    assert made.check() is None
    return made


def move(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def replace(path: Path) -> None:
    shutil.copy(path, path.with_name("copy.db"))
    path.with_name("copy.db").replace(path)


def put_a_folder_there(path: Path) -> None:
    path.unlink()
    path.mkdir()


def move_the_home(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


def put_a_file_for_the_home(path: Path) -> None:
    move_the_home(path)
    path.parent.touch()


def empty(path: Path) -> None:
    path.open("r+b").truncate(0)


def cut_short(path: Path) -> None:
    path.open("r+b").truncate(path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    path.write_bytes(b"not a database " * 5000)


def overwrite_a_page_in_the_middle(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xde\xad" * 2048)


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (move, DatabaseProblem.MISSING),
        (Path.unlink, DatabaseProblem.MISSING),
        (move_the_home, DatabaseProblem.MISSING),
        (put_a_file_for_the_home, DatabaseProblem.MISSING),
        (replace, DatabaseProblem.REPLACED),
        (put_a_folder_there, DatabaseProblem.REPLACED),
        (lambda path: path.chmod(0o400), DatabaseProblem.READ_ONLY),
        (empty, DatabaseProblem.DAMAGED),
        (cut_short, DatabaseProblem.DAMAGED),
        (overwrite, DatabaseProblem.DAMAGED),
        (overwrite_a_page_in_the_middle, DatabaseProblem.DAMAGED),
    ],
)
def test_harm_to_the_file_is_found(
    checkup: DatabaseHealthCheck, harm: Callable[[Path], object], found: DatabaseProblem
) -> None:
    harm(checkup.path)
    assert checkup.check() is found
    assert checkup.check() is found


def test_what_is_put_right_again_is_found_too(checkup: DatabaseHealthCheck) -> None:
    away = checkup.path.with_name("elsewhere.db")
    checkup.path.rename(away)
    assert checkup.check() is DatabaseProblem.MISSING
    away.rename(checkup.path)
    assert checkup.check() is None
    checkup.path.chmod(0o400)
    assert checkup.check() is DatabaseProblem.READ_ONLY
    checkup.path.chmod(0o600)
    assert checkup.check() is None


def test_a_look_makes_no_file(checkup: DatabaseHealthCheck) -> None:
    close_databases()
    checkup.path.unlink()
    assert checkup.check() is DatabaseProblem.MISSING
    assert not checkup.path.exists()


def test_a_lock_of_another_is_no_trouble(checkup: DatabaseHealthCheck) -> None:
    with closing(sqlite3.connect(checkup.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert checkup.check() is None
        other.execute("ROLLBACK")


@pytest.fixture
def own_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "8m") as disk:
        monkeypatch.setenv("PROTO_DDF_HOME", str(disk / "home"))
        with opened_home():
            yield disk


def test_a_disk_that_became_read_only_is_found(own_disk: Path) -> None:
    """Close the database: a disk that is open for writing cannot be made read-only."""
    checkup = DatabaseHealthCheck(get_settings().database_path, "alembic_version")
    assert checkup.check() is None
    subprocess.run(["mount", "-o", "remount,ro", str(own_disk)], check=True)
    assert checkup.check() is DatabaseProblem.READ_ONLY
    subprocess.run(["mount", "-o", "remount,rw", str(own_disk)], check=True)
    assert checkup.check() is None


def test_a_full_disk_is_no_trouble_of_a_database_that_is_open(own_disk: Path) -> None:
    checkup = DatabaseHealthCheck(get_settings().database_path, "alembic_version")
    with engine.session() as opened:
        opened.connection()
        fill_up(own_disk)
        assert checkup.check() is None
