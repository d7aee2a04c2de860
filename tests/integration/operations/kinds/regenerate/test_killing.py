"""Regenerating an app while the server is killed."""

import os
from typing import Any

import pytest

from proto_ddf.errors import ProtoDDFError
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records, replacement
from proto_ddf.hosting.launch import folder, previous_folder, sibling_folders
from proto_ddf.hosting.watcher import adopt_all
from tests.integration.operations.kinds.regenerate.driving import (
    BUILDING,
    SLUG,
    STEPS,
    Killed,
    Operation,
    add_column,
    columns,
    refresh_without_engine,
    served,
)


class TestKilling:
    """After a kill at any point, the steps that run again have the same result, and so has the undo."""

    @pytest.fixture(autouse=True)
    def _changed(self, shop, shop_file, running):
        self.spec = running(shop)
        self.operation = Operation("again")
        add_column(shop_file)
        refresh_without_engine(shop)

    def killed_at_rename(self, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
        """Run the steps up to rename number `number` of the switch (from 0), and no further."""
        self.operation.run(*BUILDING)
        renames: list[int] = []
        rename = os.rename

        def rename_or_die(*paths: Any) -> None:
            renames.append(1)
            if len(renames) > number:
                raise Killed
            rename(*paths)

        with monkeypatch.context() as patch:
            patch.setattr(replacement.os, "rename", rename_or_die)
            with pytest.raises(Killed):
                self.operation.run("restart")
        assert hosted.get_app(SLUG).pid is None
        adopt_all()  # what a server does when it starts: it plans to start the apps that should run
        assert records.read(SLUG).next_restart_at is not None

    @pytest.mark.parametrize("number", [0, 1])
    def test_an_interrupted_switch_is_finished(self, monkeypatch, number: int):
        self.killed_at_rename(monkeypatch, number)
        self.operation.run("restart", "check")
        assert "note" in columns(served(), "customer")
        assert sibling_folders(SLUG) == [previous_folder(SLUG)]

    @pytest.mark.parametrize("number", [0, 1])
    def test_an_interrupted_switch_is_undone(self, monkeypatch, number: int):
        self.killed_at_rename(monkeypatch, number)
        for _ in range(2):
            self.operation.undo()
        hosted.start_app(SLUG)  # as the watcher does if the old app was not moved yet
        assert sibling_folders(SLUG) == []
        assert served() == self.spec

    def test_the_log_of_a_failed_start_in_between_does_not_prevent_the_switch(self, monkeypatch):
        self.killed_at_rename(monkeypatch, 1)
        with pytest.raises(ProtoDDFError):
            hosted.start_app(SLUG)
        assert folder(SLUG).exists()
        records.change(SLUG, wanted_running=True)
        self.operation.run("restart", "check")
        assert "note" in columns(served(), "customer")

    def test_an_undo_before_the_check_puts_the_old_app_back(self):
        self.operation.run(*BUILDING, "restart")
        assert "note" in columns(served(), "customer")
        for _ in range(2):
            self.operation.undo()
        assert served() == self.spec
        assert sibling_folders(SLUG) == []

    def test_an_undo_after_the_check_keeps_the_new_app(self, monkeypatch):
        def die(*_: object) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(replacement, "accept", die)
            with pytest.raises(Killed):
                self.operation.run(*STEPS)
        self.operation.undo()
        assert "note" in columns(served(), "customer")
        assert AppSpec.model_validate(records.read(SLUG).spec) == served()
        assert sibling_folders(SLUG) == [previous_folder(SLUG)]

    def test_each_step_may_run_twice(self):
        self.operation.run(*(name for name in STEPS for _ in range(2)))
        assert "note" in columns(served(), "customer")
        assert sibling_folders(SLUG) == [previous_folder(SLUG)]

    def test_a_build_that_another_operation_removed_is_made_again(self):
        self.operation.run(*BUILDING)
        replacement.discard_unfinished(SLUG)
        self.operation.run("restart", "check")
        assert "note" in columns(served(), "customer")
