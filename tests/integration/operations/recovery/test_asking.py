"""Repairs that ask first: they lose something, which is said, and a person starts them."""

from pathlib import Path
from typing import Any

import pytest

from proto_ddf.db.tables import AppState
from proto_ddf.errors import ValidationError
from proto_ddf.hosting import records
from proto_ddf.hosting.launch import previous_folder, sibling_folders
from proto_ddf.operations import service
from proto_ddf.operations.recovery import runner
from proto_ddf.operations.recovery.recovery import RecoveryStrategies
from proto_ddf.operations.recovery.views import RecoveryAttempt
from tests.integration.operations.kinds.regenerate.driving import SLUG, rows
from tests.integration.operations.recovery.driving import digests, earlier, wait_for_end


def offered() -> list[str]:
    found = runner.last_failure(SLUG)
    assert found is not None
    return [each.name for each in RecoveryStrategies().can_be_tried(*found)]


def ask(name: str) -> RecoveryAttempt:
    found = runner.last_failure(SLUG)
    assert found is not None
    return RecoveryStrategies().execute_asked(name, *found)


def test_only_what_can_help_is_offered(given_up: Path) -> None:
    assert offered() == ["reset_system", "clean_environment"]
    with pytest.raises(ValidationError) as refused:
        ask("restore_previous")
    assert refused.value.code == "recovery_not_possible"


def test_a_wrong_configuration_is_put_back(given_up: Path, until: Any) -> None:
    good = (given_up / "rxconfig.py").read_text()
    (given_up / "rxconfig.py").write_text("config = None")
    assert offered()[0] == "reset_configuration"
    done = wait_for_end(until, ask("reset_configuration").operation_id, "verified", "failed")
    assert done.state == "verified"
    assert (given_up / "rxconfig.py").read_text() == good
    assert records.read(SLUG).state is AppState.RUNNING


def test_the_previous_version_comes_back_and_the_present_one_is_kept(
    given_up: Path, until: Any
) -> None:
    before = digests(earlier(given_up))
    present = digests(given_up)
    done = wait_for_end(until, ask("restore_previous").operation_id, "verified", "failed")
    assert done.state == "verified"
    assert digests(given_up) == before
    assert digests(previous_folder(SLUG)) == present
    assert [row[-1] for row in rows(given_up / "data" / "app.db")] == ["Ann", "Bo"]
    assert sibling_folders(SLUG) == [previous_folder(SLUG)]


def test_a_previous_version_that_does_not_work_changes_nothing(given_up: Path, until: Any) -> None:
    (earlier(given_up) / "broken").touch()
    present = digests(given_up)
    done = wait_for_end(until, ask("restore_previous").operation_id, "verified", "failed")
    assert done.state == "failed"
    assert digests(given_up) == present
    assert sibling_folders(SLUG) == [previous_folder(SLUG)]


def test_while_a_repair_runs_no_other_is_started(
    given_up: Path, toolchain: Any, until: Any
) -> None:
    toolchain.go.clear()
    first = ask("reset_system")
    with pytest.raises(ValidationError) as refused:
        ask("clean_environment")
    assert refused.value.code in ("recovery_under_way", "recovery_not_possible")
    service.cancel(first.operation_id)
    wait_for_end(until, first.operation_id, "superseded")
