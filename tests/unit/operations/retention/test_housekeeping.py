"""Which data housekeeping removes, in a real home folder with times of the test's own, and when it runs."""

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from proto_ddf import vault
from proto_ddf.db.engine import session
from proto_ddf.db.tables import OperationRecord, OperationState, SecretRecord, SourceRecord
from proto_ddf.operations.retention import housekeeping, references
from proto_ddf.operations.stop_flag import StopFlag
from proto_ddf.settings import get_settings
from proto_ddf.sources.files import duckdb_session
from proto_ddf.sources.files.cache import raw_tables
from proto_ddf.sources.files.csv.kind import CSV
from proto_ddf.sources.files.uploads import set_aside, upload_path

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BEFORE = (NOW - timedelta(days=1)).timestamp()
OLD, NEW = BEFORE - 60, BEFORE + 60


@pytest.fixture(autouse=True)
def _record(database: Path) -> None:
    """Each test has its own database."""


def written(paths: Iterable[Path], at: float) -> None:
    for path in paths:
        os.utime(path, (at, at), follow_symlinks=False)


def upload(name: str = "people.csv", *, at: float = OLD) -> Path:
    path = upload_path(name)
    path.write_text("id,name\n1,Ann\n")
    written((path, path.parent), at)
    return path


def raw_copy(path: Path) -> Path:
    """The folder of a file's copies."""
    return raw_tables(CSV, path)[0].data.parent


def connect(path: str, name: str = "People") -> None:
    with session() as opened:
        opened.add(SourceRecord(name=name, kind="csv", config={"paths": [path]}))
        opened.commit()


def test_an_upload_that_nothing_refers_to_is_deleted_after_a_day_with_its_typed_copies(home: Path):
    old, new = upload(), upload(at=NEW)
    typed = raw_copy(old.resolve())
    assert housekeeping.remove_uploads(BEFORE) == 1
    assert not old.parent.exists()
    assert not typed.exists()
    assert new.exists()
    assert {path.name for path in (home / "uploads").iterdir()} == {new.parent.name, ".cache"}
    assert housekeeping.remove_uploads(BEFORE) == 0


@pytest.mark.parametrize("as_named", [str, lambda path: f"{path.parent.name}/{path.name}"])
def test_an_upload_that_a_source_reads_is_kept(as_named: Callable[[Path], str]):
    read, left = upload(), upload()
    connect(as_named(read))
    assert housekeeping.remove_uploads(BEFORE) == 1
    assert read.exists()
    assert not left.exists()


def test_an_upload_that_a_source_reads_by_a_link_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "shared"
    folder.mkdir()
    monkeypatch.setenv("ALLOWED_FOLDERS", json.dumps([str(folder)]))
    get_settings.cache_clear()
    read = upload()
    (folder / "link.csv").symlink_to(read)
    connect(str(folder / "link.csv"))
    assert housekeeping.remove_uploads(BEFORE) == 0
    assert read.exists()


@pytest.mark.parametrize(
    ("state", "finished", "stays"),
    [
        (OperationState.PENDING, False, True),
        (OperationState.RUNNING, False, True),
        (OperationState.FAILED, True, True),  # it can be tried again
        (OperationState.CANCELLED, False, True),  # its clean-up is owed
        (OperationState.CANCELLED, True, False),
        (OperationState.SUCCEEDED, True, False),
    ],
)
def test_an_upload_that_an_operation_may_still_read_is_kept(
    state: OperationState, finished: bool, stays: bool
):
    file = upload()
    record = OperationRecord(kind="connect_source", title="Connect", state=state)
    record.input = {"name": "People", "kind": "csv", "config": {"paths": [str(file)]}}
    record.finished_at = NOW if finished else None
    with session() as opened:
        opened.add(record)
        opened.commit()
    assert housekeeping.remove_uploads(BEFORE) == (0 if stays else 1)
    assert file.exists() is stays


def test_an_upload_that_a_running_app_was_started_on_is_kept(monkeypatch: pytest.MonkeyPatch):
    """Its source was changed to another file; the app works on the old one until it is started again."""
    file = upload("shop.db")
    url = f"sqlite:///{file.as_uri()}?mode=ro&uri=true"
    monkeypatch.setattr(references, "databases_in_use", lambda: [url])
    assert housekeeping.remove_uploads(BEFORE) == 0
    assert file.exists()


def test_secrets_that_no_record_names_are_deleted_after_a_day():
    named, owed, left, new = (vault.store(text) for text in ("named", "owed", "left", "new"))
    age = dict.fromkeys((named, owed, left), OLD) | {new: NEW}
    may_run = OperationRecord(
        kind="connect_source", title="Connect", state=OperationState.FAILED, finished_at=NOW
    )
    may_run.input = {"kind": "postgresql", "config": {"password": owed}}
    with session() as opened:
        for reference, at in age.items():
            record = opened.get_one(SecretRecord, reference.removeprefix("secret:"))
            record.created_at = datetime.fromtimestamp(at, UTC)
            opened.add(record)
        opened.add(SourceRecord(name="Shop", kind="postgresql", config={"password": named}))
        opened.add(may_run)
        opened.commit()
    assert housekeeping.remove_expired(StopFlag(), lambda: NOW)["secrets"] == 1
    assert vault.existing_references([named, owed, left, new]) == {named, owed, new}


def test_an_upload_under_way_is_not_touched():
    under_way, broken_off, begun = (upload_path(f"{n}.csv") for n in range(3))
    for path in (under_way, broken_off):
        path.with_name(f"{path.name}.part").write_text("id")
    written((under_way.parent, begun.parent), OLD)
    written((under_way.with_name("0.csv.part"),), NEW)
    written((broken_off.with_name("1.csv.part"), broken_off.parent), OLD)
    assert housekeeping.remove_uploads(BEFORE) == 2
    assert under_way.with_name("0.csv.part").exists()
    assert not broken_off.parent.exists()
    assert not begun.parent.exists()


def test_files_that_a_person_put_among_the_uploads_are_kept(home: Path):
    folder, file = home / "uploads" / "mine", home / "uploads" / "mine.csv"
    linked = home / "uploads" / "0123456789ab"
    folder.mkdir()
    file.touch()
    linked.symlink_to(folder)
    written((folder, file), OLD)
    os.utime(linked, (OLD, OLD), follow_symlinks=False)
    assert housekeeping.remove_uploads(BEFORE) == 0
    assert folder.exists()
    assert file.exists()
    assert linked.is_symlink()


def test_uploads_that_a_killed_server_had_set_aside_are_removed(home: Path):
    assert set_aside([upload().parent, upload().parent]) == 2
    assert len(list((home / "uploads").glob(".removed-*/people.csv"))) == 2
    housekeeping.remove_uploads(BEFORE)
    assert [path.name for path in (home / "uploads").iterdir()] == [".cache"]


def test_an_upload_that_was_deleted_meanwhile_is_skipped():
    gone, there = upload(), upload()
    gone.unlink()
    gone.parent.rmdir()
    assert set_aside([gone.parent, there.parent]) == 1


def test_typed_copies_of_files_that_no_source_reads_and_remains_of_killed_builds_are_deleted():
    connected, tried, fresh = (upload(at=NEW) for _ in range(3))
    connect(str(connected))
    kept, removed, new = (raw_copy(path.resolve()) for path in (connected, tried, fresh))
    remains = [
        duckdb_session.cache_folder() / "tmpabc",
        duckdb_session.cache_folder() / "spill" / "x.tmp",
    ]
    under_way = duckdb_session.cache_folder() / "tmpdef"
    for folder in (remains[0], under_way, remains[1].parent):
        folder.mkdir(exist_ok=True)
    for file in (remains[0] / "plain", remains[1], under_way / "plain"):
        file.touch()
    inside = [*kept.iterdir(), *removed.iterdir()]
    written((*inside, kept, removed, remains[0] / "plain", *remains, under_way), OLD)
    written((new, under_way / "plain"), NEW)
    assert housekeeping.remove_copies(BEFORE) == 3
    assert [path.exists() for path in (kept, removed, new)] == [True, False, True]
    assert [path.exists() for path in (*remains, under_way)] == [False, False, True]
    assert raw_copy(tried.resolve()) == removed  # made anew


def test_housekeeping_runs_in_a_thread_that_is_stopped_with_the_server(
    monkeypatch: pytest.MonkeyPatch,
):
    begun, stopped = threading.Event(), list[float]()

    def remove_expired(stop: StopFlag) -> None:
        begun.set()
        while not stop.is_set():
            time.sleep(0.01)
        stopped.append(time.monotonic())

    monkeypatch.setattr(housekeeping, "remove_expired", remove_expired)

    async def live() -> None:
        running = asyncio.create_task(housekeeping.run_housekeeping())
        await asyncio.to_thread(begun.wait)  # the loop goes on meanwhile
        assert not stopped
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(live())  # waits for its threads
    assert len(stopped) == 1


def test_housekeeping_runs_every_hour(monkeypatch: pytest.MonkeyPatch):
    calls: list[object] = []

    async def sleep(seconds: float) -> None:
        calls.append(seconds)
        if calls.count(seconds) == 3:
            raise asyncio.CancelledError

    monkeypatch.setattr(housekeeping, "remove_expired", lambda _stop: calls.append("remove"))
    monkeypatch.setattr(housekeeping.asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(housekeeping.run_housekeeping())
    assert calls == ["remove", 3600.0] * 3


def test_a_part_that_fails_does_not_keep_the_others_from_running(monkeypatch: pytest.MonkeyPatch):
    def fail(_before: datetime) -> int:
        raise OSError("disk I/O error")

    file = upload()
    monkeypatch.setattr(housekeeping.retention, "prune", fail)
    monkeypatch.setattr(housekeeping.pruning, "prune_workflows", lambda _stop: 0)
    removed = housekeeping.remove_expired(StopFlag(), lambda: NOW)
    assert removed["uploads"] == 1
    assert "errors" not in removed
    assert not file.exists()


def test_nothing_is_removed_once_the_server_stops():
    file = upload()
    stop = StopFlag()
    stop.set("server stopping")
    assert housekeeping.remove_expired(stop, lambda: NOW) == {}
    assert file.exists()
