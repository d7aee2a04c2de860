"""A person's Cancel or Try Again goes before a repair, and one repair of an app runs at a time."""

import threading
from pathlib import Path
from typing import Any

import pytest

from proto_ddf import errors
from proto_ddf.hosting import apps as hosted
from proto_ddf.operations import service
from proto_ddf.operations.kinds.regenerate import KIND, RegenerateAppInput
from proto_ddf.operations.recovery.views import RecoveryAttempt
from tests.integration.operations.kinds.regenerate.driving import SLUG, refresh_without_engine
from tests.integration.operations.recovery.driving import (
    act_on_newest,
    attempts,
    crashed,
    wait_for_end,
)


class Repair:
    """A regeneration whose build failed, and the repair of it, which waits in its installation."""

    def __init__(self, toolchain: Any, workshop: Any, until: Any) -> None:
        self.toolchain, self.workshop, self.until = toolchain, workshop, until
        self.broken = True
        toolchain.failing = self._fail
        self.failed = service.start(KIND, RegenerateAppInput(slug=SLUG))
        workshop.wait(self.failed, "failed")
        self.broken = False
        toolchain.go.clear()
        attempt = act_on_newest(until, self.failed)
        assert attempt is not None
        self.attempt: RecoveryAttempt = attempt
        until(self._installs)

    def _fail(self, task: str, _place: Path) -> None:
        if task == "build" and self.broken:
            raise errors.SystemError("x", "frontend", code="build_failed", log=["odd"])

    def _installs(self) -> bool:
        view = service.view(self.attempt.operation_id)
        return view is not None and any(
            step.name == "install" and step.state == "running" for step in view.steps
        )

    def state(self) -> str:
        view = service.view(self.failed)
        assert view is not None
        return view.state


@pytest.fixture
def repair(app: Path, people: Any, toolchain: Any, workshop: Any, until: Any) -> Repair:
    refresh_without_engine(people)
    return Repair(toolchain, workshop, until)


def test_try_again_ends_the_repair_and_the_operation_runs_once(repair: Repair) -> None:
    service.retry(repair.failed)
    ended = wait_for_end(repair.until, repair.attempt.operation_id, "superseded")
    assert service.view(ended.operation_id).state == "cancelled"  # type: ignore[union-attr]
    repair.toolchain.go.set()
    repair.workshop.wait(repair.failed, "succeeded")
    assert [step.runs for step in service.view(repair.failed).steps if step.name == "build"] == [2]  # type: ignore[union-attr]


def test_cancel_ends_the_repair_and_nothing_goes_on(repair: Repair) -> None:
    service.cancel(repair.failed)
    wait_for_end(repair.until, repair.attempt.operation_id, "superseded")
    repair.toolchain.go.set()
    assert repair.workshop.wait_cleaned_up(repair.failed).state == "cancelled"
    assert attempts() == [("rebuild", "superseded")]


def test_a_cancelled_repair_leaves_the_failed_operation_to_people(repair: Repair) -> None:
    service.cancel(repair.attempt.operation_id)
    wait_for_end(repair.until, repair.attempt.operation_id, "superseded")
    assert repair.state() == "failed"
    assert attempts() == [("rebuild", "superseded")]
    repair.toolchain.go.set()
    service.retry(repair.failed)
    repair.workshop.wait(repair.failed, "succeeded")


def test_of_many_who_act_at_once_one_starts_a_repair(app: Path, toolchain: Any, until: Any) -> None:
    hosted.records.change(SLUG, state=hosted.AppState.FAILED)
    crashed(SLUG)
    (app / "sick").touch()
    started: list[RecoveryAttempt | None] = []
    threads = [
        threading.Thread(target=lambda: started.append(act_on_newest(until))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [only] = [each for each in started if each]
    service.cancel(only.operation_id)
    wait_for_end(until, only.operation_id, "superseded")
    assert attempts() == [("restart", "superseded")]


def test_the_second_failure_of_an_app_waits_for_the_repair_of_the_first(repair: Repair) -> None:
    hosted.records.change(SLUG, state=hosted.AppState.FAILED)
    crashed(SLUG)
    assert act_on_newest(repair.until) is None
    repair.toolchain.go.set()
    wait_for_end(repair.until, repair.attempt.operation_id, "verified")
    repair.workshop.wait(repair.failed, "succeeded")
    repair.until(lambda: attempts() == [("rebuild", "verified"), ("restart", "verified")])


def test_a_failed_repair_can_be_tried_again_by_a_person(repair: Repair) -> None:
    repair.broken = True
    repair.toolchain.go.set()
    repair.until(lambda: len(attempts()) == 3)
    repair.until(lambda: all(state == "failed" for _, state in attempts()))
    last = service.recent(kind="recover_clear_caches")[0]
    repair.workshop.wait(last.id, "failed")
    repair.broken = False
    service.retry(last.id)
    repair.workshop.wait(repair.failed, "succeeded")
    assert attempts()[-1] == ("clear_caches", "verified")
