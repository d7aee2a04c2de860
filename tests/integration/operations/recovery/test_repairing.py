"""Repairs of an app, with real operations, processes and ports. Only builds are simulated."""

import socket
from pathlib import Path
from typing import Any

import pytest

from proto_ddf import errors
from proto_ddf.db.tables import AppState, DeliveryRecord
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.hosting.launch import next_folder
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.operations import service
from proto_ddf.operations.error_handling.acting import IncidentActions
from proto_ddf.operations.error_handling.configuration import ErrorHandlingConfig
from proto_ddf.operations.error_handling.incident_loop import act_on_new
from proto_ddf.operations.kinds.apps import AppInput
from proto_ddf.operations.kinds.regenerate import KIND, RegenerateAppInput
from proto_ddf.operations.recovery import recovery, runner
from proto_ddf.operations.recovery.strategies import STRATEGIES
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store
from tests.channels import deliveries, webhook
from tests.integration.operations.kinds.regenerate.driving import SLUG, refresh_without_engine
from tests.integration.operations.recovery.driving import (
    act_on_newest,
    attempts,
    crashed,
    digests,
    wait_for_end,
    wait_for_outcome,
)


def well() -> bool:
    return records.read(SLUG).state is AppState.RUNNING


@pytest.fixture
def failed_app(app: Path) -> Path:
    """An app that the watcher has given up."""
    records.change(SLUG, state=AppState.FAILED, last_error="It crashed 6 times")
    crashed(SLUG)
    return app


def test_an_app_that_was_given_up_is_restarted(failed_app: Path, until: Any) -> None:
    attempt = act_on_newest(until)
    assert attempt is not None
    assert (attempt.doing, attempt.number, attempt.total) == ("Restarting the app", 1, 4)
    wait_for_end(until, attempt.operation_id, "verified")
    assert well()


def test_a_taken_port_is_left_and_the_start_goes_on(app: Path, ended: Any, until: Any) -> None:
    before = records.read(SLUG).frontend_port
    hosted.start_app(SLUG)
    hosted.stop_app(SLUG)
    with socket.create_server(("127.0.0.1", before)):
        failed = ended("start_app", AppInput(slug=SLUG))
        assert failed.error["code"] == "port_in_use"
        attempt = act_on_newest(until, failed.id)
        assert attempt is not None
        wait_for_outcome(until, attempt.operation_id, "Went on at Start")
        until(lambda: service.view(failed.id).state == "succeeded")  # type: ignore[union-attr]
        assert records.read(SLUG).frontend_port != before
    assert well()


def test_what_does_not_help_is_followed_by_the_next(
    failed_app: Path, toolchain: Any, until: Any
) -> None:
    """A build that shows nothing: a restart does not help, building again does."""
    (failed_app / "sick").touch()

    def cure(task: str, place: Path) -> None:
        if task == "build":
            (place / "sick").unlink()

    toolchain.failing = cure
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hosted, "CHECK_SECONDS", 0.5)
        assert act_on_newest(until) is not None
        until(lambda: ("rebuild", "verified") in attempts())
    assert attempts() == [("restart", "failed"), ("rebuild", "verified")]
    assert well()
    until(lambda: all(error["resolved_at"] for error in recent_errors()))


def test_what_nothing_repairs_stays_failed_and_is_tried_no_more(
    failed_app: Path, toolchain: Any, until: Any
) -> None:
    (failed_app / "broken").touch()
    assert act_on_newest(until) is not None
    until(lambda: len(attempts()) == 4 and all(state == "failed" for _, state in attempts()))
    until(lambda: not service.recent(state="running"))
    assert records.read(SLUG).state is AppState.FAILED
    assert "broken on purpose" in records.read(SLUG).last_error
    # The error of the last repair starts none, nor does the same incident within the window.
    assert act_on_newest(until) is None
    crashed(SLUG)
    assert act_on_newest(until) is None


def test_what_nothing_repairs_goes_to_a_person_once_and_says_why(
    failed_app: Path, toolchain: Any, until: Any
) -> None:
    webhook("http://127.0.0.1:9/hook")
    (failed_app / "broken").touch()
    act = IncidentActions(ErrorHandlingConfig()).act

    def told() -> list[DeliveryRecord]:
        assert intake.flush(30)
        while act_on_new(act):
            pass
        return [each for each in deliveries() if each.reason == "escalated"]

    [message] = until(told)
    assert len(attempts()) == 4
    assert "4 attempts failed. No repair is left: a person has to look at it." in message.text
    assert "did not help: " in message.text
    crashed(SLUG)
    assert told() == [message]


@pytest.mark.parametrize(("name", "value"), [("ENABLE_RETRY", "false"), ("RECOVERY_ATTEMPTS", "0")])
def test_it_can_be_switched_off(
    failed_app: Path, monkeypatch: pytest.MonkeyPatch, until: Any, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    assert act_on_newest(until) is None
    assert attempts() == []


def test_a_regeneration_goes_on_where_it_failed_each_time(
    app: Path, toolchain: Any, workshop: Any, until: Any
) -> None:
    """The source has changed since it was read, then the build fails. The app itself is left alone meanwhile."""
    hosted.start_app(SLUG)
    pid = records.read(SLUG).pid
    broken = [True]

    def fail(task: str, _place: Path) -> None:
        if task == "build" and broken:
            broken.pop()
            raise errors.SystemError("x", "frontend", code="build_failed", log=["odd"])

    toolchain.failing = fail
    operation_id = service.start(KIND, RegenerateAppInput(slug=SLUG))
    for code, strategy, step, title in (
        ("source_changed", "refresh_schema", "validate", "Validate"),
        ("build_failed", "rebuild", "build", "Build"),
    ):
        until(lambda step=step: _failed_at(operation_id, step))
        attempt = act_on_newest(until, operation_id, code)
        assert attempt is not None
        assert attempt.strategy == strategy
        assert records.read(SLUG).pid == pid
        wait_for_outcome(until, attempt.operation_id, f"Went on at {title}")
    assert workshop.wait(operation_id, "succeeded")
    assert well()


def _failed_at(operation_id: str, name: str) -> bool:
    view = service.view(operation_id)
    steps = view.steps if view else []
    return any(step.name == name and step.state == "failed" for step in steps)


def test_space_is_freed_of_builds_and_logs_that_nothing_needs(
    failed_app: Path, toolchain: Any, workshop: Any, until: Any
) -> None:
    def fail(task: str, place: Path) -> None:
        if task == "install" and ".next-" in place.name:
            raise errors.SystemError("x", "frontend", code="install_failed")

    refresh_without_engine(store.list_sources()[0])
    toolchain.failing = fail
    wanted = service.start(KIND, RegenerateAppInput(slug=SLUG))
    workshop.wait(wanted, "failed")
    left = failed_app.with_name("gone.next-gone")
    rotated = failed_app / "logs" / "app.log.1"
    rotated.parent.mkdir(exist_ok=True)
    for file in (left / "filler", rotated, failed_app / "data" / "more.log"):
        file.parent.mkdir(exist_ok=True)
        file.write_text("x")
    _run("free_disk", until)
    assert not left.exists()
    assert not rotated.exists()
    assert (failed_app / "data" / "more.log").exists()
    assert next_folder(SLUG, wanted).exists()
    assert "clear cache" in toolchain.calls


@pytest.mark.parametrize("name", [name for name in STRATEGIES if name != "restore_previous"])
def test_no_repair_touches_sources_data_code_or_secrets(
    failed_app: Path, people_file: Path, name: str, until: Any
) -> None:
    """Of the one that brings an earlier version back, see test_asking.py."""
    place = failed_app
    (place / "uploaded_files").mkdir()
    (place / "uploaded_files" / "photo").write_text("mine")
    if name == "reset_configuration":
        hosted.start_app(SLUG)
        hosted.check_app(SLUG)
        hosted.stop_app(SLUG)
        records.change(SLUG, state=AppState.FAILED)
    before = digests(place, people_file)
    if name == "reset_configuration":
        (place / "rxconfig.py").write_text("this is no configuration")
    _run(name, until)
    assert digests(place, people_file) == before


def _run(name: str, until: Any) -> None:
    """Run a strategy on the app, whatever the class of the error suggests, and none after it."""
    found = runner.last_failure(SLUG)
    assert found is not None
    cause, context = found
    strategy = STRATEGIES[name]
    started = recovery._start([strategy], cause, context, by_person=True)
    assert started is not None
    wait_for_end(until, started.operation_id, "verified", "failed")
