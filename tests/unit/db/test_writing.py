import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, select

from proto_ddf.db import engine, reserve
from proto_ddf.db.tables import SourceRecord
from proto_ddf.db.writing import write


@pytest.fixture
def impatient(database: Path, monkeypatch) -> Path:
    """The database, with connections that have no lock timeout."""
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 0)
    return database


def _add(name: str):
    return lambda opened: opened.add(SourceRecord(name=name, kind="csv"))


def _names() -> list[str]:
    with engine.session() as opened:
        return [record.name for record in opened.exec(select(SourceRecord)).all()]


def test_a_write_waits_until_the_lock_is_free(impatient: Path):
    blocker = sqlite3.connect(impatient, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            blocker.rollback()

    write(_add("shop"), pause=pause)
    assert _names() == ["shop"]
    assert waits == sorted(waits)
    assert len(waits) == 3
    blocker.close()


def test_a_write_without_patience_fails_at_once(impatient: Path):
    blocker = sqlite3.connect(impatient, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        write(_add("shop"), patience=0, pause=lambda _: pytest.fail("it waited"))
    blocker.close()


def test_what_pause_raises_ends_the_write(impatient: Path):
    blocker = sqlite3.connect(impatient, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")

    def give_up(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(_add("shop"), pause=give_up)
    blocker.close()


def test_a_full_disk_gets_the_reserve_and_the_write_succeeds(database: Path):
    reserve.hold()
    held = database.parent / "reserve"
    assert held.stat().st_size == reserve.RESERVE_BYTES
    full = sqlite3.OperationalError("database or disk is full")
    failures = [OperationalError("INSERT", {}, full)]

    def change(opened: Session) -> None:
        _add("shop")(opened)
        if failures:
            raise failures.pop()

    write(change, pause=lambda _: None)
    assert _names() == ["shop"]
    assert not held.exists()


def test_a_write_on_which_nothing_depends_leaves_the_reserve_alone(database: Path):
    reserve.hold()
    full = OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
    failures = [full]

    def change(opened: Session) -> None:
        _add("shop")(opened)
        if failures:
            raise failures.pop()

    write(change, pause=lambda _: None, uses_reserve=False)
    assert _names() == ["shop"]
    assert reserve.is_held()


def test_a_mistake_is_not_tried_again(database: Path):
    write(_add("shop"))
    with pytest.raises(IntegrityError):
        write(_add("shop"), pause=lambda _: pytest.fail("it waited"))


def test_the_write_lock_is_held_from_the_first_read(impatient: Path):
    def change(opened: Session) -> None:
        opened.exec(select(SourceRecord)).all()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            sqlite3.connect(impatient, timeout=0).execute("BEGIN IMMEDIATE")

    write(change)
