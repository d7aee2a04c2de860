"""Every command that people submit marks its submission in the transaction of its effect."""

from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from pydantic import BaseModel

from proto_ddf import submissions
from proto_ddf.db.writing import write
from proto_ddf.monitoring import incidents
from proto_ddf.monitoring.reports import store as reports
from proto_ddf.notify import connected, delivery_queue
from proto_ddf.operations import queries
from proto_ddf.operations.escalation.codegen import repositories
from proto_ddf.operations.journal import journal, running
from proto_ddf.operations.journal.records import Run
from proto_ddf.operations.model import Kind, Step
from proto_ddf.sources.connected import store as sources
from proto_ddf.submissions import Submission
from tests import vaulted
from tests.reporting import report

T = TypeVar("T")


class Given(BaseModel):
    name: str


STEPS = (Step("check", "Check", lambda _: None),)
KIND = Kind("make", lambda given: f"Make {given.name}", Given, STEPS, lambda given: given.name)
FAULT = {"message": "It broke.", "code": "unknown", "retry_possible": True}


def submitted(command: Callable[[], T]) -> tuple[str, T]:
    """Run a command as a submission's handler does; returns the id of the submission and the command's result."""
    submission_id = uuid4().hex
    submissions.take_in(submission_id, "digest", "anonymous")

    def run() -> T:
        submissions.enter(Submission(submission_id))
        return command()

    return submission_id, copy_context().run(run)


def address_after(command: Callable[[], object]) -> str | None:
    submission_id, _ = submitted(command)
    return submissions.sealed_address(submission_id)


def new_operation() -> Run:
    return journal.create(KIND, Given(name="shop"), "anonymous")


def failed_operation() -> str:
    run = new_operation()
    running.begin(run, lambda _: None)
    running.start_next_step(run, lambda _: None)
    running.step_failed(run, 0, FAULT, lambda _: None)
    return run.operation_id


def test_an_operation_has_the_id_of_its_submission(database: Path) -> None:
    submission_id, run = submitted(new_operation)
    assert run.operation_id == submission_id
    assert submissions.sealed_address(submission_id) == f"/operations/{submission_id}"


def test_an_operation_that_could_not_be_handed_over_is_no_effect(database: Path) -> None:
    def start_and_fail() -> None:
        journal.forget(new_operation().operation_id)

    submission_id, _ = submitted(start_and_fail)
    assert submissions.sealed_address(submission_id) is None
    assert queries.load(submission_id) is None


def test_a_new_run_that_could_not_be_handed_over_is_no_effect(database: Path) -> None:
    def retry_and_fail() -> None:
        run = journal.retry(failed_operation())
        assert run is not None
        journal.refuse_run(run, FAULT)

    assert address_after(retry_and_fail) is None


def test_try_again_and_cancel_are_effects_and_their_refusals_are_not(database: Path) -> None:
    failed = failed_operation()
    assert address_after(lambda: journal.retry(failed)) == f"/operations/{failed}"
    assert address_after(lambda: journal.retry(failed)) is None
    assert address_after(lambda: journal.cancel(failed)) == f"/operations/{failed}"
    assert address_after(lambda: journal.cancel(failed)) is None


@pytest.mark.parametrize(
    "change",
    [
        incidents.acknowledge,
        lambda incident_id: incidents.mute(incident_id, timedelta(hours=1)),
        incidents.unmute,
        incidents.resolve,
        lambda incident_id: incidents.add_note(incident_id, "A note"),
    ],
    ids=["acknowledge", "mute", "unmute", "resolve", "note"],
)
def test_what_people_do_with_an_incident_is_an_effect(
    database: Path, change: Callable[[str], None]
) -> None:
    incident_id = report(OSError("gone"), "Read")
    assert address_after(lambda: change(incident_id)) == f"/errors/{incident_id}"
    assert address_after(lambda: change("unknown")) is None


def test_what_people_do_with_channels_is_an_effect(database: Path) -> None:
    config = {"host": "127.0.0.1", "port": "25", "sender": "a@b.test", "recipients": "c@d.test"}

    def save() -> Any:
        return connected.save("", "email", "Mail", config)

    submission_id, channel_id = submitted(save)
    page = "/settings/notifications"
    assert submissions.sealed_address(submission_id) == page
    assert address_after(lambda: connected.switch(channel_id, False)) == page
    assert address_after(lambda: connected.remove(channel_id)) == page
    assert address_after(lambda: delivery_queue.send_again("unknown")) is None


def test_what_is_deleted_is_an_effect_also_if_it_was_gone(database: Path) -> None:
    assert address_after(lambda: repositories.remove("shop")) == "/apps/shop"
    assert address_after(lambda: reports.delete("gone")) == "/errors/reports"


def test_a_new_name_of_a_source_is_an_effect_and_a_refused_one_is_not(
    vaulted_kind: None, reference: str
) -> None:
    made = sources.save_source("Other", vaulted.NAME, vaulted.config(reference), vaulted.SCHEMA)
    assert address_after(lambda: sources.rename_source(made.id, "New")) == f"/sources/{made.id}"

    def take_name() -> None:
        with pytest.raises(Exception, match="name"):
            sources.rename_source(made.id, "Shop")

    assert address_after(take_name) is None


def test_nothing_is_sealed_without_a_submission(database: Path) -> None:
    assert submissions.current_submission() is None
    submissions.seal_now("/")
    write(submissions.unseal)
    submissions.refuse("No", "Nobody asked.")
