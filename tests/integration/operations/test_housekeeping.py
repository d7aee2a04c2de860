"""Housekeeping with a real engine: it deletes from the journal and from DBOS, and what remains still works."""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import AppRecord, StepLogRecord, utc_now
from proto_ddf.hosting.processes import end_tree, spawn_detached
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.operations import all_kinds, service
from proto_ddf.operations.engine import engine
from proto_ddf.operations.kinds.source_inputs import ConnectSourceInput
from proto_ddf.operations.retention import housekeeping, pruning
from proto_ddf.operations.stop_flag import StopFlag
from proto_ddf.settings import get_settings
from proto_ddf.sources.files.uploads import upload_path
from proto_ddf.web.api import WRITE_SIZE, store_upload


def later():
    """A clock that shows the time in 31 days."""
    return utc_now() + timedelta(days=31)


def remove_expired(clock=later):
    return housekeeping.remove_expired(StopFlag(), clock)


def keep_operations(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEP_OPERATIONS", str(number))
    get_settings.cache_clear()


def kept_by_dbos() -> dict[str, set[str]]:
    """Ids of operations in each of DBOS's tables that has some."""
    with closing(sqlite3.connect(get_settings().operations_path)) as db:
        tables = [
            name for (name,) in db.execute("select name from sqlite_master where type='table'")
        ]
        found = {}
        for table in tables:
            columns = [row[1] for row in db.execute(f"pragma table_info({table})")]
            if "workflow_uuid" in columns:
                rows = db.execute(f"select workflow_uuid from {table}").fetchall()
                found[table] = {row_id for (row_id,) in rows}
    return {table: ids for table, ids in found.items() if ids}


def logging(ctx):
    ctx.log("a line")
    return "logged"


def broken(_):
    raise OSError("broken")


def test_old_finished_operations_are_deleted_from_every_table_of_both_databases(
    workshop, monkeypatch
):
    old = [workshop.start(logging, kind=f"old{n}") for n in range(3)]
    for operation_id in old:
        workshop.wait(operation_id, "succeeded")
    last = workshop.start(logging, kind="last")
    workshop.wait(last, "succeeded")
    workshop.wait_queue_empty()
    before = kept_by_dbos()
    assert "operation_outputs" not in before  # only the journal has steps
    assert before["workflow_status"] == {f"{row_id}:1" for row_id in (*old, last)}

    keep_operations(1, monkeypatch)
    removed = remove_expired(utc_now)
    assert {name: number for name, number in removed.items() if number} == {
        "operations": 3,
        "workflows": 4,
    }
    assert [view.id for view in service.recent()] == [last]
    assert kept_by_dbos() == {}
    assert service.view(last).steps[0].log_tail == ["a line"]
    assert not any(remove_expired(utc_now).values())


def test_a_failed_operation_that_was_kept_can_be_tried_again(workshop, monkeypatch):
    ran = []

    def flaky(_):
        ran.append("ran")
        if len(ran) == 1:
            raise TimeoutError("not cured yet")

    failed = workshop.start(logging, flaky, kind="flaky")
    workshop.wait(failed, "failed")
    assert remove_expired()["logs"] == 1
    assert service.view(failed).steps[0].log_tail == []
    service.retry(failed)
    assert workshop.wait(failed, "succeeded").output["logging"] == "logged"
    assert ran == ["ran", "ran"]


def test_operations_that_run_or_wait_are_kept(workshop, monkeypatch, home):
    def wait_until_open(ctx):
        ctx.log("waiting")
        while not (home / "open").exists():
            ctx.check_stop()
            time.sleep(0.02)

    running = workshop.start(wait_until_open, kind="waiting")
    workshop.until(lambda: service.view(running).steps[0].log_tail)
    for n in range(2):
        workshop.wait(workshop.start(logging, kind=f"quick{n}"), "succeeded")
    keep_operations(1, monkeypatch)
    assert remove_expired()["operations"] == 1
    (home / "open").touch()
    done = workshop.wait(running, "succeeded", "failed")
    assert done.state == "succeeded"
    assert done.steps[0].log_tail == ["waiting"]


def test_a_server_killed_between_deleting_from_the_two_databases_completes_it_at_its_next_start(
    workshop, monkeypatch
):
    gone = workshop.start(logging, kind="gone")
    workshop.wait(gone, "succeeded")
    workshop.wait(workshop.start(logging, kind="last"), "succeeded")
    workshop.wait_queue_empty()
    assert pruning.prune_operations(1, StopFlag()) == 1  # and no further
    assert f"{gone}:1" in kept_by_dbos()["workflow_status"]
    engine.shutdown()
    engine.launch()
    assert service.view(gone) is None
    assert remove_expired()["workflows"] == 2
    assert kept_by_dbos() == {}


def test_the_errors_of_deleted_operations_are_kept_for_their_own_time(workshop, monkeypatch):
    failed = workshop.start(broken, kind="broken")
    workshop.wait(failed, "failed")
    workshop.wait(workshop.start(logging, kind="last"), "succeeded")
    keep_operations(1, monkeypatch)
    recent = partial(recent_errors, 5)
    workshop.until(recent)
    assert remove_expired(utc_now)["operations"] == 1
    assert [error["operation_id"] for error in recent()] == [None]
    assert remove_expired()["errors"] == 1
    assert recent() == []


@pytest.mark.parametrize("kind", ["csv", "sqlite"])
def test_a_form_whose_upload_was_deleted_reports_it_at_its_field(workshop, kind):
    """The form was left open for longer than an upload is kept."""
    all_kinds.register_all()
    file = upload_path("people.csv")
    file.write_text("id,name\n1,Ann\n")
    assert remove_expired(later)["uploads"] == 1
    config = {"paths": [str(file)]} if kind == "csv" else {"path": str(file)}
    given = ConnectSourceInput(name="People", kind=kind, config=config)
    failed = workshop.wait(service.start("connect_source", given), "failed", "succeeded")
    assert failed.state == "failed"
    assert failed.error["code"] == "file_not_found"
    assert failed.error["field"] == ("paths" if kind == "csv" else "path")


def test_the_upload_of_a_failed_operation_is_kept_for_try_again(workshop):
    all_kinds.register_all()
    file = upload_path("people.csv")
    given = ConnectSourceInput(name="People", kind="csv", config={"paths": [str(file)]})
    failed = service.start("connect_source", given)
    workshop.wait(failed, "failed")
    file.write_text("id,name\n1,Ann\n")
    assert remove_expired()["uploads"] == 0
    service.retry(failed)
    assert workshop.wait(failed, "succeeded", "failed").state == "succeeded"
    assert remove_expired()["uploads"] == 0
    assert file.exists()


def test_the_file_with_which_a_running_app_was_started_is_kept(workshop, tmp_path):
    file = upload_path("shop.db")
    file.touch()
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{file}"}
    pid, created = spawn_detached(
        ["sleep", "1000"], cwd=tmp_path, env=environment, log_file=tmp_path / "log"
    )
    with session() as opened:
        opened.add(AppRecord(slug="shop", name="Shop", pid=pid, pid_create_time=created))
        opened.commit()
    try:
        assert remove_expired()["uploads"] == 0
    finally:
        end_tree(pid, created)
    assert remove_expired()["uploads"] == 1
    assert not file.exists()


def test_an_upload_that_takes_long_arrives_complete(workshop):
    async def chunks() -> AsyncIterator[bytes]:
        yield b"x" * (WRITE_SIZE + 1)
        (folder,) = (p for p in get_settings().uploads_folder.iterdir() if p.name != ".cache")
        os.utime(folder, (0, 0))  # the upload began long ago
        assert (await asyncio.to_thread(remove_expired, utc_now))["uploads"] == 0
        yield b"end"

    stored: Path = asyncio.run(store_upload(chunks(), "people.csv", 10 * WRITE_SIZE))
    assert stored.stat().st_size == WRITE_SIZE + 4


def test_logs_of_operations_that_a_page_shows_are_kept(workshop):
    made, first, last = (workshop.start(logging, kind=name) for name in ("made", "first", "last"))
    for operation_id in (made, first, last):
        workshop.wait(operation_id, "succeeded")
    with session() as opened:  # all operations belong to "shop"
        opened.add(AppRecord(slug="shop", name="Shop", operation_id=made))
        opened.commit()
    assert remove_expired()["logs"] == 1
    with session() as opened:
        logged = set(opened.exec(select(StepLogRecord.operation_id)).all())
    assert logged == {made, last}
