"""Repairs that ask first: they lose something, which is said, and a person starts them."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.db.tables import AppState
from proto_ddf.errors import ValidationError
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.hosting.launch import previous_folder, sibling_folders
from proto_ddf.operations import service
from proto_ddf.operations.model import StepContext
from proto_ddf.operations.recovery import recovery, runner
from proto_ddf.operations.recovery.recovery import RecoveryStrategies
from proto_ddf.operations.recovery.strategies import STRATEGIES
from proto_ddf.operations.recovery.views import RecoveryAttempt
from tests.integration.operations.kinds.regenerate.driving import SLUG, rows
from tests.integration.operations.recovery.driving import crashed, digests, wait_for_end


@pytest.fixture
def failed_app(app: Path) -> Path:
    """An app that ran well and was given up since."""
    hosted.start_app(SLUG)
    hosted.check_app(SLUG)
    hosted.stop_app(SLUG)
    records.change(SLUG, state=AppState.FAILED)
    crashed(SLUG)
    return app


def offered() -> list[str]:
    found = runner.last_failure(SLUG)
    assert found is not None
    return [each.name for each in RecoveryStrategies().can_be_tried(*found)]


def ask(name: str) -> RecoveryAttempt:
    found = runner.last_failure(SLUG)
    assert found is not None
    return RecoveryStrategies().execute_asked(name, *found)


def test_only_what_can_help_is_offered(failed_app: Path) -> None:
    assert offered() == ["reset_system", "clean_environment"]
    with pytest.raises(ValidationError) as refused:
        ask("restore_previous")
    assert refused.value.code == "recovery_not_possible"


def test_a_wrong_configuration_is_put_back(failed_app: Path, until: Any) -> None:
    good = (failed_app / "rxconfig.py").read_text()
    (failed_app / "rxconfig.py").write_text("config = None")
    assert offered()[0] == "reset_configuration"
    done = wait_for_end(until, ask("reset_configuration").operation_id, "verified", "failed")
    assert done.state == "verified"
    assert (failed_app / "rxconfig.py").read_text() == good
    assert records.read(SLUG).state is AppState.RUNNING


def earlier(place: Path) -> Path:
    """Keep the app as it is as the previous version, then change it."""
    previous = previous_folder(SLUG)
    shutil.copytree(place, previous)
    with closing(sqlite3.connect(place / "data" / "app.db")) as database, database:
        database.execute("UPDATE people SET name = 'Cy'")
    (place / SLUG / "mine.py").write_text("MINE = 1")
    return previous


def test_the_previous_version_comes_back_and_the_present_one_is_kept(
    failed_app: Path, until: Any
) -> None:
    before = digests(earlier(failed_app))
    present = digests(failed_app)
    done = wait_for_end(until, ask("restore_previous").operation_id, "verified", "failed")
    assert done.state == "verified"
    assert digests(failed_app) == before
    assert digests(previous_folder(SLUG)) == present
    assert [row[-1] for row in rows(failed_app / "data" / "app.db")] == ["Ann", "Bo"]
    assert sibling_folders(SLUG) == [previous_folder(SLUG)]


def test_a_previous_version_that_does_not_work_changes_nothing(
    failed_app: Path, until: Any
) -> None:
    (earlier(failed_app) / "broken").touch()
    present = digests(failed_app)
    done = wait_for_end(until, ask("restore_previous").operation_id, "verified", "failed")
    assert done.state == "failed"
    assert digests(failed_app) == present
    assert sibling_folders(SLUG) == [previous_folder(SLUG)]


def test_each_step_of_a_repair_may_run_twice(failed_app: Path) -> None:
    """A server that is killed runs the step under way again."""
    before = digests(earlier(failed_app))
    found = runner.last_failure(SLUG)
    assert found is not None
    for strategy in (each for each in STRATEGIES.values() if each.target == "app"):
        context = StepContext(f"twice-{strategy.name}", recovery._input(*found))
        for act in (each for each in strategy.acts if each.applies(context.input)):
            act.run(context)
            act.run(context)
        strategy.prove(context)
        strategy.prove(context)
        assert records.read(SLUG).state is AppState.RUNNING
    assert digests(failed_app) == before
    assert sibling_folders(SLUG) == [previous_folder(SLUG)]


def test_while_a_repair_runs_no_other_is_started(
    failed_app: Path, toolchain: Any, until: Any
) -> None:
    toolchain.go.clear()
    first = ask("reset_system")
    with pytest.raises(ValidationError) as refused:
        ask("clean_environment")
    assert refused.value.code in ("recovery_under_way", "recovery_not_possible")
    service.cancel(first.operation_id)
    wait_for_end(until, first.operation_id, "superseded")
