"""Regenerating an app that fails."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from proto_ddf import errors
from proto_ddf.db.tables import AppState
from proto_ddf.errors import ValidationError
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.hosting.launch import folder, next_folder, sibling_folders
from proto_ddf.operations import service
from tests.integration.operations.kinds.regenerate.driving import (
    BUILDING,
    SLUG,
    Builds,
    Operation,
    add_column,
    address,
    columns,
    refresh_without_engine,
    regenerated,
    served,
    source_drift,
)


class TestFailing:
    """Whatever fails, the app stays as it was: its code, its process, its plan."""

    @pytest.fixture(autouse=True)
    def _changed(self, shop, shop_file, running):
        running(shop)
        add_column(shop_file)
        refresh_without_engine(shop)

    @pytest.fixture(autouse=True)
    def _as_it_was(self, _changed) -> None:
        before = (json.dumps(records.read(SLUG).spec), address(), served())
        code = {path: path.read_bytes() for path in folder(SLUG).rglob("*.py")}

        def check() -> None:
            assert (json.dumps(records.read(SLUG).spec), address(), served()) == before
            assert {path: path.read_bytes() for path in folder(SLUG).rglob("*.py")} == code
            assert source_drift() == "1 column added"

        self.check = check

    def failed(self, ended: Any, step: str) -> Any:
        done = regenerated(ended)
        assert done.state == "failed"
        assert {each.name: each.state for each in done.steps}[step] == "failed"
        assert done.error["retry_possible"]
        return done

    def succeeds_now(self, workshop: Any, done: Any, builds: Builds) -> None:
        builds.damage = lambda _folder: None
        for name in ("broken", "sick"):
            (next_folder(SLUG, done.id) / name).unlink(missing_ok=True)
        service.retry(done.id)
        assert workshop.wait(done.id, "succeeded", "failed").state == "succeeded"
        assert "note" in columns(served(), "customer")

    def test_a_failed_build_leaves_the_app_running(self, workshop, ended, builds):
        def fail(_folder: Path) -> None:
            raise errors.SystemError("no", component="frontend", code="build_failed")

        pid, builds.damage = hosted.get_app(SLUG).pid, fail
        done = self.failed(ended, "build")
        self.check()
        assert hosted.get_app(SLUG).pid == pid
        self.succeeds_now(workshop, done, builds)

    @pytest.mark.parametrize(
        ("damage", "step", "code"),
        [("broken", "restart", "app_code_error"), ("sick", "check", "app_check_failed")],
    )
    def test_a_build_that_does_not_work_is_replaced_by_the_old_one(
        self, workshop, ended, builds, monkeypatch, damage: str, step: str, code: str
    ):
        builds.damage = lambda place: (place / damage).touch()
        with monkeypatch.context() as patch:
            patch.setattr(hosted, "CHECK_SECONDS", 0.5)
            done = self.failed(ended, step)
        assert done.error["code"] == code
        self.check()
        self.succeeds_now(workshop, done, builds)

    def test_a_cancelled_regeneration_leaves_nothing_behind(self, workshop, ended, builds):
        builds.damage = lambda place: (place / "broken").touch()
        done = self.failed(ended, "restart")
        service.cancel(done.id)
        workshop.wait_cleaned_up(done.id)
        self.check()
        assert sibling_folders(SLUG) == []

    def test_a_source_that_changed_since_it_was_read_is_reported(self, ended, shop_file):
        with closing(sqlite3.connect(shop_file)) as db:
            db.execute("ALTER TABLE customer DROP COLUMN name")
        done = self.failed(ended, "validate")
        assert done.error["code"] == "source_changed"
        assert "1 column removed" in done.error["message"]
        self.check()

    def test_too_little_disk_space_is_reported(self, ended, monkeypatch):
        own_rows = folder(SLUG) / "data" / "app.db"
        own_rows.parent.mkdir()
        with own_rows.open("wb") as file:
            file.truncate(2**43)  # a sparse file, which uses no disk space
        assert self.failed(ended, "validate").error["code"] == "disk_space_low"
        self.check()

    def test_an_app_whose_generation_has_not_ended_is_not_regenerated(self, ended):
        records.change(SLUG, state=AppState.CREATING)
        assert regenerated(ended).error["code"] == "app_busy"

    def test_of_two_regenerations_at_once_the_second_is_refused(self):
        first, second = Operation("first"), Operation("second")
        first.run(*BUILDING, "restart")
        second.run(*BUILDING)
        with pytest.raises(ValidationError) as refused:
            second.run("restart")
        assert refused.value.code == "app_busy"
