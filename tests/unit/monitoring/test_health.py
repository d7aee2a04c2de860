"""The report of all health checks, whatever the checks do."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.monitoring.health import Health, HealthChecks, Phase, Report, Status

SECRET = "postgresql://ada:kept-secret@db/shop"


def report_of(*checks: tuple[Callable[[], Health], bool], phase: Phase = Phase.SERVING) -> Report:
    made = HealthChecks()
    made.phase = phase
    for number, (examine, is_needed) in enumerate(checks):
        made.register(str(number), examine, is_needed=is_needed)
    return asyncio.run(made.report())


found = st.tuples(st.sampled_from(Status), st.booleans())


@given(st.lists(found, max_size=5), st.sampled_from(Phase))
def test_the_server_is_ready_unless_it_starts_or_ends_or_something_needed_has_failed(
    checks: list[tuple[Status, bool]], phase: Phase
) -> None:
    report = report_of(
        *((lambda status=status: Health(status), is_needed) for status, is_needed in checks),
        phase=phase,
    )
    assert [health.status for health in report.checks.values()] == [each for each, _ in checks]
    assert report.is_ready == (phase is Phase.SERVING and (Status.FAILED, True) not in checks)
    assert (report.status is Status.FAILED) == (not report.is_ready)
    assert (report.status is Status.OK) == (
        report.is_ready and all(status is Status.OK for status, _ in checks)
    )


def test_what_a_check_raises_is_its_finding_without_secrets() -> None:
    def fail() -> Health:
        raise ConnectionError(f"cannot open {SECRET}")

    report = report_of((fail, True), (Health, False))
    assert report.checks["0"].status is Status.FAILED
    assert report.checks["0"].message.startswith("ConnectionError: cannot open")
    assert "kept-secret" not in report.checks["0"].message
    assert report.checks["1"] == Health()


def test_a_check_that_hangs_has_failed_and_is_not_started_again() -> None:
    release, started = threading.Event(), []

    def hang() -> Health:
        started.append(1)
        release.wait()
        return Health()

    async def ask() -> list[Report]:
        checks = HealthChecks()
        checks.phase = Phase.SERVING
        checks.register("hanging", hang, timeout_seconds=0.01)
        checks.register("other", Health)
        reports = list(await asyncio.gather(*(checks.report() for _ in range(20))))
        reports.append(await checks.report())
        asked_while_hanging = len(started)
        release.set()
        while (last := await checks.report()).checks["hanging"].status is not Status.OK:
            pass
        assert asked_while_hanging == 1
        return [*reports, last]

    *hanging, last = asyncio.run(ask())
    assert {each.checks["hanging"].message for each in hanging} == {
        "No answer within 0.01 seconds."
    }
    assert {each.checks["other"].status for each in hanging} == {Status.OK}
    assert last.status is Status.OK


def test_a_name_is_registered_once() -> None:
    checks = HealthChecks()
    checks.register("disk", Health)
    with pytest.raises(ValueError, match="disk"):
        checks.register("disk", Health)
