import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func
from sqlmodel import SQLModel, select

from proto_ddf import errors
from proto_ddf.db import engine
from proto_ddf.db.tables import (
    ErrorRecord,
    IncidentRecord,
    OperationRecord,
    SourceRecord,
    StepRecord,
)
from proto_ddf.settings import PROJECT_ROOT
from tests.homes import close_databases
from tests.reporting import report

EARLIER_HOMES = sorted((Path(__file__).parent / "earlier_homes").glob("*.sql"))


def test_the_migrations_make_what_the_models_describe(database: Path):
    with engine.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_every_index_of_the_models_exists(database: Path):
    wanted = {i.name for table in SQLModel.metadata.tables.values() for i in table.indexes}
    with sqlite3.connect(database) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()
    assert wanted <= {name for (name,) in found}


def test_migrating_twice_changes_nothing(database: Path):
    before = _schema(database)
    engine.migrate()
    assert _schema(database) == before


@pytest.mark.parametrize("dump", EARLIER_HOMES, ids=lambda path: path.stem)
def test_a_home_of_an_earlier_revision_opens_with_its_records(home: Path, dump: Path):
    with sqlite3.connect(home / "proto_ddf.db") as connection:
        connection.executescript(dump.read_text())
    engine.migrate()
    with engine.session() as opened:
        assert opened.get_one(SourceRecord, "source-1").name == "Sample shop"
        assert opened.get_one(OperationRecord, "operation-1").title == "Test Sample shop"
        assert opened.get_one(StepRecord, ("operation-1", 0)).output == {"rows": 3}
        assert opened.connection().exec_driver_sql("PRAGMA foreign_key_check").all() == []
    close_databases()


def test_the_errors_of_the_release_before_become_incidents(home: Path):
    with sqlite3.connect(home / "proto_ddf.db") as connection:
        connection.executescript((EARLIER_HOMES[0].parent / "0005.sql").read_text())
        connection.executemany(
            "INSERT INTO error VALUES(?, ?, 'Read', NULL, 'anonymous', 'OSError', 'disk_space_low',"
            " 'system', 'Disk is full', ?, '', NULL, 1, '{}', NULL)",
            [
                (f"error-{n}", f"2026-11-22 08:{n // 60 % 60:02}:{n % 60:02}.000000", f"Job {n}")
                for n in range(1200, 0, -1)
                if n != 1
            ],
        )
    engine.migrate()
    with engine.session() as opened:
        disk, timeout = opened.exec(select(IncidentRecord).order_by(IncidentRecord.code)).all()
        assert (disk.count, disk.state, disk.message) == (1199, "ongoing", "Job 1200")
        assert (disk.first_seen.minute, disk.last_seen.minute) == (0, 20)
        assert (disk.type, disk.severity, disk.notes) == ("resource", "critical", [])
        assert (timeout.count, timeout.state) == (1, "resolved")
        assert timeout.resolved_at is not None
        members = select(func.count()).where(ErrorRecord.incident_id == disk.id)
        assert opened.exec(members).one() == 1199
    error = {"error_type": "OSError", "code": "disk_space_low", "message": "Job 5000"}
    described = {**error, "family": "system", "title": "Disk is full"}
    report(described, "Read")
    with engine.session() as opened:
        assert opened.get_one(IncidentRecord, disk.id).count == 1200
    close_databases()


def test_there_is_a_home_of_each_revision():
    revisions = {path.name[:4] for path in (engine.MIGRATIONS / "versions").glob("*.py")}
    assert {path.stem for path in EARLIER_HOMES} == revisions


def test_processes_that_migrate_at_once_all_succeed(home: Path):
    migrate = [sys.executable, "-c", "from proto_ddf.db.engine import migrate; migrate()"]
    processes = [
        subprocess.Popen(migrate, stderr=subprocess.PIPE, cwd=PROJECT_ROOT) for _ in range(3)
    ]
    assert [(p.communicate()[1], p.returncode) for p in processes] == [(b"", 0)] * 3
    assert "operation_step" in _schema(home / "proto_ddf.db")


def test_a_failing_migration_leaves_nothing_behind(home: Path, monkeypatch):
    def fail_at_the_end(config, revision):
        config.attributes["connection"].exec_driver_sql("CREATE TABLE half (id INTEGER)")
        raise RuntimeError("power cut")

    monkeypatch.setattr(engine.command, "upgrade", fail_at_the_end)
    with pytest.raises(RuntimeError):
        engine.migrate()
    assert _schema(home / "proto_ddf.db") == ""


def test_a_database_of_a_newer_release_is_refused(database: Path):
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(errors.SystemError, match="cannot be migrated"):
        engine.migrate()


def _schema(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        return "\n".join(
            sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master") if sql
        )
