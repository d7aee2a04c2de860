from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from proto_ddf.db import engine
from proto_ddf.db.tables import SourceRecord, StepRecord, utc_now
from proto_ddf.settings import get_settings


def test_one_engine_per_database_path(database: Path, tmp_path: Path, monkeypatch):
    first = engine.engine()
    assert engine.engine() is first
    monkeypatch.setenv("PROTO_DDF_HOME", str(tmp_path / "other"))
    get_settings.cache_clear()
    assert engine.engine() is not first


def test_connections_use_wal_and_check_foreign_keys(database: Path):
    with engine.session() as opened:
        connection = opened.connection()
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        opened.add(StepRecord(operation_id="none", position=0, name="a", title="A"))
        with pytest.raises(IntegrityError):
            opened.commit()


def test_what_is_not_committed_is_rolled_back(database: Path):
    with engine.session() as opened:
        opened.add(SourceRecord(name="shop", kind="sqlite"))
        opened.flush()
    with engine.session() as opened:
        assert opened.exec(select(SourceRecord)).all() == []


def test_times_come_back_aware(database: Path):
    now = utc_now()
    with engine.session() as opened:
        opened.add(SourceRecord(id="s", name="shop", kind="sqlite", created_at=now))
        opened.commit()
    with engine.session() as opened:
        assert opened.get_one(SourceRecord, "s").created_at == now


def test_a_read_then_a_write_survives_another_writer_in_between(database: Path):
    with engine.session() as opened:
        opened.add(SourceRecord(id="s", name="shop", kind="sqlite"))
        opened.commit()
    with engine.session() as first:
        record = first.get_one(SourceRecord, "s")
        _in_thread(lambda other: other.add(SourceRecord(name="second", kind="csv")))
        record.name = "renamed"
        first.commit()
    with engine.session() as opened:
        assert {r.name for r in opened.exec(select(SourceRecord)).all()} == {"renamed", "second"}


def _in_thread(change) -> None:
    def work() -> None:
        with Session(engine.engine()) as other:
            change(other)
            other.commit()

    thread = Thread(target=work)
    thread.start()
    thread.join()
